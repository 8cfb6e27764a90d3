"""Each rule of an export, held against a row that breaks it and against sound ones.

A violation is planted into a row that was made properly, so that exactly one thing is wrong with
it; then into the record itself, where the whole export must be refused and leave nothing behind.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
from episodes import (
    ARMS,
    BELIEF,
    HINT,
    NEVER_TOLD,
    REASONING,
    TOLD_EARLY,
    TOLD_LATE,
    make_episode,
    save_episode,
    write_run,
)

from muspsy_sim.datasets.alpaca import ALPACA
from muspsy_sim.datasets.counseling import session_rows, turn_rows
from muspsy_sim.datasets.exporting import FORMATS, export_run
from muspsy_sim.datasets.knowledge import index
from muspsy_sim.datasets.messages import MESSAGES
from muspsy_sim.datasets.notes_and_plans import memory_rows, plan_rows
from muspsy_sim.datasets.reading import ArmNodes, Source
from muspsy_sim.datasets.rows import OPENINGS, Message, Opening, Row
from muspsy_sim.datasets.splits import Split
from muspsy_sim.datasets.trl import PROMPT_COMPLETION
from muspsy_sim.datasets.validation import (
    RULES,
    check_format,
    check_row,
    check_split,
    check_unique,
)
from muspsy_sim.records.base import Language
from muspsy_sim.records.episode import Episode
from muspsy_sim.records.errors import ExportError

NODES: ArmNodes = {arm: frozenset(about["nodes"]) for arm, about in ARMS.items()}
LANGUAGES: tuple[Language, ...] = get_args(Language)


def source_of(language: Language = "en", arm: str = "full", **more: Any) -> Source:
    return Source(make_episode(language, arm, **more), NODES)


def all_rows(source: Source, opening: Opening = "system_opening") -> Iterator[Row]:
    passed: Counter[str] = Counter()
    yield from turn_rows(source, opening, passed)
    yield from session_rows(source, opening, passed)
    yield from memory_rows(source, passed)
    yield from plan_rows(source, passed)


def row_named(source: Source, end: str, opening: Opening = "system_opening") -> Row:
    return next(row for row in all_rows(source, opening) if row.id.endswith(end))


def broken(source: Source, row: Row) -> set[str]:
    """The rules that a row breaks."""
    found = check_row(index(source), row)
    return {rule for rule in RULES for problem in found if f"the rule {rule!r}" in problem.message}


def changed(row: Row, at: int, **changes: Any) -> Row:
    """A row with one message altered."""
    messages = list(row.messages)
    messages[at] = replace(messages[at], **changes)
    return replace(row, messages=tuple(messages))


def told(row: Row, words: str) -> Row:
    """A row whose system message says more."""
    return changed(row, 0, content=f"{row.system}\n\n{words}")


@pytest.mark.parametrize("opening", OPENINGS)
@pytest.mark.parametrize("arm", sorted(ARMS))
@pytest.mark.parametrize("language", LANGUAGES)
def test_sound_rows_break_no_rule(language: Language, arm: str, opening: Opening) -> None:
    source = source_of(language, arm)
    course = index(source)
    rows = list(all_rows(source, opening))
    assert [found for row in rows for found in check_row(course, row)] == []
    assert bool(rows) == (arm != "waitlist")


def test_monitored_scores_break_no_rule() -> None:
    source = source_of(monitoring="scores")
    rows = list(all_rows(source))
    assert any("PHQ-9 11" in row.system for row in rows)
    assert all(broken(source, row) == set() for row in rows)


Plant = Callable[[Source, Row, Language], Row]

IN_TURN_ROWS: list[tuple[str, str, Plant]] = [
    ("speaker", "the target is the client's", lambda s, r, g: _target(r, s, "s2t4")),
    ("speaker", "the target is no turn", lambda s, r, g: changed(r, -1, turn=None)),
    ("speaker", "roles are swapped", lambda s, r, g: _swapped(r)),
    (
        "alternation",
        "two user messages follow each other",
        lambda s, r, g: replace(r, messages=(r.messages[0], r.messages[1], *r.messages[1:])),
    ),
    (
        "alternation",
        "the counselor comes first",
        lambda s, r, g: replace(r, messages=(r.messages[0], *r.messages[2:])),
    ),
    ("last-role", "it ends on the client", lambda s, r, g: replace(r, messages=r.prompt)),
    ("round-trip", "a word differs", lambda s, r, g: changed(r, 1, content="Yes, I did it.")),
    ("round-trip", "the target differs", lambda s, r, g: changed(r, -1, content="I see.")),
    ("round-trip", "a turn is of another session", lambda s, r, g: _target(r, s, "s1t5")),
    ("round-trip", "an exchange is missing", lambda s, r, g: _without_first_exchange(r)),
    ("round-trip", "the opening is missing", lambda s, r, g: _without_opening(r)),
    ("round-trip", "an invented user message", lambda s, r, g: changed(r, 1, turn=None)),
    ("hidden", "a fact never told", lambda s, r, g: told(r, NEVER_TOLD[g])),
    ("hidden", "part of a fact", lambda s, r, g: told(r, NEVER_TOLD[g][:60])),
    ("hidden", "a canary alone", lambda s, r, g: told(r, "see KEYCANARY7F")),
    ("hidden", "a hint", lambda s, r, g: told(r, HINT[g])),
    ("hidden", "a belief", lambda s, r, g: told(r, BELIEF[g])),
    ("hidden", "an event", lambda s, r, g: told(r, s.episode.weeks[0].events[0])),
    ("hidden", "the client's memory", lambda s, r, g: told(r, _client_memory(s))),
    (
        "hidden",
        "the way of speaking",
        lambda s, r, g: told(r, s.episode.profile.temperament.voice.style),
    ),
    ("state", "a named number", lambda s, r, g: told(r, "trust: 0.4")),
    ("state", "a number of the state", lambda s, r, g: told(r, "(0.61803)")),
    ("state", "a rounded number of the state", lambda s, r, g: told(r, "at 0.412 now")),
    ("scores", "scores, unmonitored", lambda s, r, g: told(r, "PHQ-9: 11")),
    ("reasoning", "a mark", lambda s, r, g: told(r, "<think>so</think>")),
    ("reasoning", "a thought", lambda s, r, g: told(r, REASONING[g])),
    ("reasoning", "the reason of a turn's plan", lambda s, r, g: told(r, _reason(s))),
]


def _target(row: Row, source: Source, turn_id: str) -> Row:
    turn = source.episode.turn(turn_id)
    assert turn is not None
    return changed(row, -1, content=turn.text, turn=turn_id)


def _swapped(row: Row) -> Row:
    other = {"user": "assistant", "assistant": "user", "system": "system"}
    return replace(
        row, messages=tuple(Message(other[m.role], m.content, m.turn) for m in row.messages)
    )


def _without_first_exchange(row: Row) -> Row:
    return replace(row, messages=(row.messages[0], *row.messages[3:]))


def _without_opening(row: Row) -> Row:
    words = row.system.split("\n\n## ")
    return changed(row, 0, content="\n\n## ".join(words[:-1]))


def _client_memory(source: Source) -> str:
    memory = source.episode.sessions[0].client_memory
    assert memory is not None
    return memory.text


def _reason(source: Source) -> str:
    plan = source.episode.sessions[0].turns[0].plan
    assert plan is not None
    return plan.reason


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("rule", "plant"), [(r, p) for r, _, p in IN_TURN_ROWS], ids=[n for _, n, _ in IN_TURN_ROWS]
)
def test_a_planted_violation_is_caught(rule: str, plant: Plant, language: Language) -> None:
    source = source_of(language)
    row = row_named(source, "/s2t5")
    assert broken(source, row) == set()
    assert rule in broken(source, plant(source, row, language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_fact_is_hidden_until_it_is_told(language: Language) -> None:
    source = source_of(language)
    before, after = row_named(source, "/s2t3"), row_named(source, "/s2t5")
    assert broken(source, told(before, TOLD_LATE[language])) >= {"hidden", "later"}
    assert broken(source, told(after, TOLD_LATE[language])) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_an_earlier_session_told_is_known_with_memory_and_hidden_without(
    language: Language,
) -> None:
    for arm, expected in (("full", set()), ("no-memory", {"hidden", "memory-off"})):
        source = source_of(language, arm)
        row = row_named(source, "/s2t3")
        assert broken(source, told(row, TOLD_EARLY[language])) == expected


def test_a_forgetful_arm_must_recall_nothing() -> None:
    source = source_of(arm="no-memory")
    row = row_named(source, "/s2t3")
    assert broken(source, replace(row, recalled=("note:1",))) == {"memory-off"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_note_must_not_know_a_later_session(language: Language) -> None:
    source = source_of(language)
    row = row_named(source, "/s1/note")
    knows = changed(row, -1, content=f"{row.completion.content}\n- {TOLD_LATE[language]}")
    assert broken(source, knows) >= {"later"}
    knows = changed(row, 1, content=f"{row.messages[1].content}\n{TOLD_LATE[language]}")
    assert broken(source, knows) >= {"later"}


def test_a_note_must_tell_its_session_whole_and_in_order() -> None:
    source = source_of()
    row = row_named(source, "/s1/note")
    asked = row.messages[1].content
    lines = asked.splitlines()
    cut = changed(row, 1, content="\n".join(lines[:-3] + lines[-2:]))
    swapped = changed(row, 1, content="\n".join([*lines[:-2], lines[-1], lines[-2]]))
    assert broken(source, cut) == {"round-trip"}
    assert broken(source, swapped) == {"round-trip"}


def test_a_note_cites_only_what_it_could_and_quotes_word_for_word() -> None:
    def with_statement(**changes: Any) -> set[str]:
        episode = make_episode()
        note = episode.sessions[0].note
        assert note is not None
        note.observations[0] = note.observations[0].model_copy(update=changes)
        source = Source(episode, NODES)
        return broken(source, row_named(source, "/s1/note"))

    assert with_statement() == set()
    assert with_statement(turns=["s1t6", "s2t2"]) == {"note"}
    assert with_statement(turns=["s1t6", "s9t1"]) == {"note"}
    assert with_statement(quote="What I owe and to whom") == {"note"}


def test_a_plan_must_not_know_the_session_it_is_for() -> None:
    source = source_of()
    row = row_named(source, "/s2/plan")
    knows = changed(row, 1, content=f"{row.messages[1].content}\n{TOLD_LATE['en']}")
    assert broken(source, knows) >= {"later", "hidden"}


def test_only_the_stated_opener_may_stand_for_the_client() -> None:
    source = source_of()
    row = row_named(source, "/s1t1", "synthetic_user")
    assert broken(source, row) == set()
    assert "round-trip" in broken(source, changed(row, 1, content="Hello, I feel low today."))


def test_an_invented_opener_is_refused_under_another_policy() -> None:
    source = source_of()
    row = replace(row_named(source, "/s1t1", "synthetic_user"), opening="drop_opening")
    assert "round-trip" in broken(source, row)


def test_a_row_of_a_whole_session_may_not_hold_what_came_after_its_first_turn() -> None:
    source = source_of()
    row = next(r for r in session_rows(source, "drop_opening", Counter()) if r.session == 2)
    assert broken(source, row) == set()
    assert broken(source, told(row, TOLD_LATE["en"])) >= {"later"}


def test_a_guess_that_comes_true_is_no_leak_but_a_copied_clause_is() -> None:
    """Three words that a counselor may well guess are its own; eight words in a row are not."""
    episode = make_episode()
    note = episode.sessions[0].note
    assert note is not None
    note.summary[0] = note.summary[0].model_copy(update={"text": f"Believes: {BELIEF['en']}."})
    guessing = Source(episode, NODES)
    assert broken(guessing, row_named(guessing, "/s1/note")) == set()

    note.summary[0] = note.summary[0].model_copy(update={"text": HINT["en"]})
    copying = Source(episode, NODES)
    assert broken(copying, row_named(copying, "/s1/note")) == {"hidden"}
    assert "hidden" in broken(copying, row_named(copying, "/s2t5"))


@pytest.mark.parametrize("shape", [PROMPT_COMPLETION, MESSAGES, ALPACA])
def test_a_format_that_alters_a_row_is_caught(shape: Any) -> None:
    row = row_named(source_of(), "/s2")
    assert check_format(row, shape) == []

    def loses(row: Row) -> dict[str, Any]:
        return shape.encode(changed(row, -1, content=row.completion.content.lower()))

    found = check_format(row, replace(shape, encode=loses))
    assert "the rule 'format'" in found[0].message


def test_a_source_case_in_two_splits_is_caught() -> None:
    row, seen = row_named(source_of(), "/s2"), dict[str, Split]()
    assert check_split(row, "train", seen) == []
    assert check_split(row, "train", seen) == []
    assert "the rule 'split'" in check_split(row, "test", seen)[0].message


def test_an_id_that_comes_twice_is_caught() -> None:
    row, seen = row_named(source_of(), "/s2"), set[str]()
    assert check_unique(row, seen) == []
    assert "the rule 'unique'" in check_unique(row, seen)[0].message


def test_every_rule_is_broken_by_a_test() -> None:
    planted = {rule for rule, _, _ in IN_TURN_ROWS}
    elsewhere = {"memory-off", "later", "note", "split", "unique", "format"}
    assert planted | elsewhere == set(RULES)


def _note_knows_later(episode: Episode) -> None:
    note = episode.sessions[0].note
    assert note is not None
    note.summary[0] = note.summary[0].model_copy(update={"text": TOLD_LATE["en"]})


def _plan_knows_hidden(episode: Episode) -> None:
    plan = episode.sessions[1].plan
    assert plan is not None
    episode.sessions[1].plan = plan.model_copy(update={"focus": NEVER_TOLD["en"]})


def _thought_in_turn(episode: Episode) -> None:
    turn = episode.sessions[1].turns[2]
    turn.text = f"<think>He is hiding something.</think>{turn.text}"


def _two_counselor_turns(episode: Episode) -> None:
    del episode.sessions[1].turns[3]


IN_THE_RECORD: list[tuple[str, str, Callable[[Episode], None]]] = [
    ("later", "s1/note", _note_knows_later),
    ("hidden", "s2/plan", _plan_knows_hidden),
    ("reasoning", "s2", _thought_in_turn),
    ("alternation", "s2", _two_counselor_turns),
]


@pytest.mark.slow
@pytest.mark.parametrize("to", [to for to in FORMATS if to != "parquet"])
@pytest.mark.parametrize(("rule", "row", "plant"), IN_THE_RECORD)
def test_a_violation_in_the_record_refuses_the_export_and_leaves_nothing(
    tmp_path: Path, to: Any, rule: str, row: str, plant: Callable[[Episode], None]
) -> None:
    run = write_run(tmp_path / "run", [make_episode(seed=0), make_episode(seed=1)])
    bad = make_episode(seed=1)
    plant(bad)
    file = save_episode(run, bad)
    out = tmp_path / "out"
    with pytest.raises(ExportError) as refused:
        export_run(run, to, out=out)
    told_of = str(refused.value)
    assert f"row {bad.id}/{row}" in told_of
    assert f"the rule {rule!r}" in told_of
    assert str(file) in told_of
    assert f"--leave-out {bad.id}" in told_of
    assert sorted(p.name for p in tmp_path.iterdir()) == ["run"]


def test_a_recalled_reference_that_leads_nowhere_refuses_the_export(tmp_path: Path) -> None:
    bad = make_episode()
    bad.sessions[1].turns[2].recalled = ["note:2"]
    run = write_run(tmp_path / "run", [bad])
    with pytest.raises(ExportError, match="recalls 'note:2'"):
        export_run(run, "trl", out=tmp_path / "out")
    assert not (tmp_path / "out").exists()
