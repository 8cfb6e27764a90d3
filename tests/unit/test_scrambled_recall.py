"""Notes on others in the place of one's own: as long, of the same form, and of nobody here."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from episodes import make_episode, write_run
from test_recalling import LANGUAGES, NOTES, many, prompts, side

from muspsy_sim.agents.counselor import view as views
from muspsy_sim.agents.counselor.acting import keep_note
from muspsy_sim.agents.counselor.recalling.scrambled import PARTS, others_notes, scrambled
from muspsy_sim.agents.live import Schedule
from muspsy_sim.datasets.exporting import export_run
from muspsy_sim.datasets.selecting import Wanted
from muspsy_sim.graphs.compile import compile_arm
from muspsy_sim.llm.seam import Sampling
from muspsy_sim.personas.library import load_profile
from muspsy_sim.personas.summaries import list_profiles
from muspsy_sim.records.base import Language
from muspsy_sim.records.chance import Chance
from muspsy_sim.records.errors import ExportError
from muspsy_sim.records.memory import SessionNote, Statement
from muspsy_sim.runs.course import Seat, begin, sit
from muspsy_sim.runs.provenance import ROLES
from tests.fakes import FakeModel
from tests.unit.courses import PERSONA, ran


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("sessions", [1, 2, 4])
@pytest.mark.parametrize("budget", [300, 1200, 20_000])
def test_notes_on_others_take_as_many_tokens(
    language: Language, sessions: int, budget: int
) -> None:
    notes = many(language, sessions)
    real = views.recall(side("notes", language, notes), budget)
    false = views.recall(side("scrambled", language, notes), budget)
    noted, others = (prompts(found, language, sessions + 1) for found in (real, false))
    for name in noted:
        assert others[name] == pytest.approx(noted[name], rel=0.025)


@pytest.mark.parametrize("language", LANGUAGES)
def test_long_statements_are_answered_by_more_of_them(language: Language) -> None:
    words = "a long while after that day " * 8 if language == "en" else "那天之后过了很久很久" * 6
    long = SessionNote(
        session=1,
        observations=[Statement(text=words, basis="inference", turns=["s1t2"])] * 2,
        summary=[Statement(text=words, basis="quote", turns=["s1t4"], quote=words)] * 2,
    )
    real = views.recall(side("notes", language, [long]), 20_000)
    false = views.recall(side("scrambled", language, [long]), 20_000)
    noted, others = (prompts(found, language, 2)["respond"] for found in (real, false))
    assert others == pytest.approx(noted, rel=0.05)
    assert len(false[0].statements) > 4


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_form_of_a_note_is_kept_and_no_word_of_it(language: Language) -> None:
    made = side("scrambled", language, NOTES[language])
    for own, other in zip(NOTES[language], made.notes, strict=True):
        assert other.session == own.session
        assert bool(other.session_goal) == bool(own.session_goal)
        for part in PARTS:
            mine, theirs = getattr(own, part), getattr(other, part)
            assert len(theirs) >= len(mine)
            for one, stead in zip(mine, theirs, strict=False):
                assert (stead.basis, stead.turns) == (one.basis, one.turns)
                assert bool(stead.quote) == bool(one.quote)
        told = own.model_dump_json()
        for s in other.statements():
            assert (s.quote or s.text) not in told


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_noted_decides_nothing_but_the_form(language: Language) -> None:
    turned = [
        note.model_copy(
            update={
                part: [
                    s.model_copy(update={"text": s.text[::-1], "quote": s.quote[::-1]})
                    for s in getattr(note, part)
                ]
                for part in PARTS
            }
        )
        for note in NOTES[language]
    ]
    assert side("scrambled", language, NOTES[language]).notes == (
        side("scrambled", language, turned).notes
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_comes_twice_while_there_is_more_and_other_seeds_draw_others(
    language: Language,
) -> None:
    made: list[SessionNote] = []
    for note in many(language, 4):
        made.append(scrambled(note, made, language, Chance("case", 3)))
    told = Counter(s.text + s.quote for note in made for s in note.statements() if s.quote)
    assert max(told.values()) == 1
    elsewhere = scrambled(NOTES[language][0], [], language, Chance("case", 4))
    assert elsewhere != made[0]


def test_no_note_on_others_shares_a_phrase_with_any_persona() -> None:
    def spans(text: str, language: Language) -> set[tuple[str, ...]]:
        found = text.lower().split() if language == "en" else list(text)
        length = 5 if language == "en" else 6
        return {tuple(found[i : i + length]) for i in range(len(found) - length + 1)}

    for summary in list_profiles():
        profile = load_profile(summary.id)
        told = spans(profile.model_dump_json(), profile.language)
        file = others_notes(profile.language)
        for statement in (s for part in PARTS for s in getattr(file, part)):
            assert not told & spans(statement.quote, profile.language), statement


@pytest.mark.slow
def test_a_scrambled_course_asks_as_often_and_hears_nothing_of_earlier_sessions(
    tmp_path: Path,
) -> None:
    asked: dict[str, list[str]] = {}
    for arm in ("full", "scrambled-recall"):
        model = FakeModel(keep=True)
        (episode,) = ran(tmp_path / arm, model, arms=[arm])
        asked[arm] = [str(r.key).partition("--s0")[2] for r in model.requests]
        if arm == "full":
            continue
        assert all(s.note is not None for s in episode.sessions if s.turns)
        assert [t for s in episode.sessions for t in s.turns if t.recalled] == []
        later = 0
        for request in model.requests:
            if request.role != "counselor":
                continue
            shown = "\n".join(m.content for m in request.messages)
            before = episode.sessions[: request.key.session - 1]
            assert not [t.text for s in before for t in s.turns if t.text in shown]
            if request.key.prompt == "counselor.respond" and request.key.session > 1:
                # It believes that it remembers, and knows which session this is.
                assert f"This is session {request.key.session}." in shown
                assert "What you remember of session 1" in shown
                later += 1
        assert later > 5
    assert len(asked["full"]) == len(asked["scrambled-recall"]) > 20


def test_who_takes_over_is_given_notes_on_others_and_leaves_them_to_nobody() -> None:
    def seat(arm: str) -> Seat:
        compiled = compile_arm(arm)
        models = dict.fromkeys(ROLES, FakeModel())
        return Seat(arm, compiled, compiled.levels, models, {role: Sampling() for role in ROLES})

    course = begin("e", load_profile(PERSONA), seat("full"), 0, Schedule(3, 4, 0, 1200))
    for note in NOTES["en"]:
        keep_note(course.counselor, note)
    sit(course, seat("scrambled-recall"))
    counselor = course.counselor
    assert not counselor.remembers
    assert counselor.counts
    others = list(counselor.notes)
    assert [note.session for note in others] == [1, 2]
    assert not {s.text for n in others for s in n.statements()} & {
        s.text for n in NOTES["en"] for s in n.statements()
    }
    sit(course, seat("scrambled-recall"))
    assert counselor.notes == others
    sit(course, seat("full"))
    assert counselor.remembers
    assert counselor.notes == []


def test_a_course_with_notes_on_others_gives_no_training_row(tmp_path: Path) -> None:
    episode = make_episode()
    others = {**episode.factors, "recall": "scrambled"}
    wanted = Wanted(allow_offline=True)
    made = write_run(tmp_path / "own", [episode])
    assert export_run(made, "messages", wanted=wanted).tally.rows
    made = write_run(tmp_path / "others", [episode.model_copy(update={"factors": others})])
    with pytest.raises(ExportError, match="no training row"):
        export_run(made, "messages", wanted=wanted)
    # The tables hold it as they hold everything.
    assert export_run(made, "parquet", wanted=wanted).tally.files
