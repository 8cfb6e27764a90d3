"""The offline appraiser is pure and quick, quotes what is there, and refuses a cue it cannot read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from appraiser_cases import cases, coded
from hypothesis import given
from hypothesis import strategies as st

from muspsy_sim.llm.offline.appraiser import appraise
from muspsy_sim.llm.offline.appraiser.cues import cues_for
from muspsy_sim.records.answers import MAX_TURN
from muspsy_sim.records.base import Language
from muspsy_sim.records.content import copy_content
from muspsy_sim.records.errors import ContentError
from muspsy_sim.records.views import AppraiseView, Line

LANGUAGES: tuple[Language, ...] = ("en", "zh")


@pytest.fixture
def fresh_cues() -> Iterator[None]:
    cues_for.cache_clear()
    yield
    cues_for.cache_clear()


def spoken(*said: tuple[str, str], language: Language = "en") -> AppraiseView:
    lines = [
        Line(id=f"s1t{n}", speaker=who, text=text)  # type: ignore[arg-type]
        for n, (who, text) in enumerate(said, start=1)
    ]
    return AppraiseView(language=language, dialogue=lines)


def names(view: AppraiseView) -> set[str]:
    return {code.behaviour for code in appraise(view, Random(0)).behaviours}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_quote_stands_in_the_turn_and_every_turn_is_coded(language: Language) -> None:
    for case in cases(language):
        answer = coded(language, case.said, case.turn)
        assert answer.behaviours, case.id
        assert all(code.quote in case.turn for code in answer.behaviours), case.id


@given(st.sampled_from(LANGUAGES), st.text(max_size=200), st.text(max_size=200))
def test_any_text_at_all_is_coded_with_verbatim_quotes(
    language: Language, said: str, turn: str
) -> None:
    answer = appraise(spoken(("client", said), ("counselor", turn), language=language), Random(0))
    assert all(code.quote and code.quote in turn for code in answer.behaviours)
    assert bool(answer.behaviours) == bool(turn.strip())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_view_gives_the_same_answer_and_draws_nothing(language: Language) -> None:
    case = cases(language)[0]
    view = spoken(("client", case.said), ("counselor", case.turn), language=language)
    rng = Random(7)
    state = rng.getstate()
    assert appraise(view, rng) == appraise(view, Random(8))
    assert rng.getstate() == state


def test_only_the_last_counselor_line_is_coded() -> None:
    view = spoken(
        ("counselor", "You should try yoga."),
        ("client", "I cried all night."),
        ("counselor", "You cried all night."),
    )
    assert names(view) == {"simple_reflection"}


def test_it_is_read_against_the_client_line_before_it_and_not_one_after() -> None:
    turn = "You cried all night."
    after = spoken(("counselor", turn), ("client", "I cried all night."))
    before = spoken(("client", "I cried all night."), ("counselor", turn))
    assert "simple_reflection" in names(before)
    assert "simple_reflection" not in names(after)


def test_without_a_counselor_line_there_is_nothing_to_code() -> None:
    for view in (spoken(), spoken(("client", "Hello?"))):
        answer = appraise(view, Random(0))
        assert (answer.behaviours, answer.quality) == ([], 0)


def test_the_same_words_are_worth_what_the_moment_makes_them() -> None:
    advice = "You should make a list and call your bank."
    asked = coded("en", "What should I do about the loan?", advice)
    pained = coded("en", "I can't stop crying, I feel so alone.", advice)
    assert asked.quality > pained.quality == -2


def test_a_hint_at_suicide_that_is_passed_over_undoes_all_else() -> None:
    warm = "That sounds so lonely. What has this week been like for you?"
    assert coded("en", "I feel alone this week.", warm).quality > 0
    assert coded("en", "I feel alone this week. I wish I was dead.", warm).quality == -2


def test_homework_is_quoted_as_the_whole_sentence() -> None:
    turn = (
        "That fits. So before we meet on Friday, you'd write down two lines each evening, "
        "and nothing more than that. How does that sound?"
    )
    answer = coded("en", "Writing might help.", turn)
    quotes = [c.quote for c in answer.behaviours if c.behaviour == "assign_homework"]
    assert quotes == [
        "So before we meet on Friday, you'd write down two lines each evening, "
        "and nothing more than that."
    ]


@pytest.mark.parametrize(
    "beside",
    [
        "You're just making excuses, so this week write down three things you did wrong.",
        "Last week you told me about the diary, but you always find a reason to avoid it.",
        "It's not that bad, and would you like to hear what some people do?",
    ],
)
def test_what_harms_is_coded_whatever_stands_beside_it(beside: str) -> None:
    answer = coded("en", "I forgot the diary. I feel ashamed.", beside)
    assert {c.behaviour for c in answer.behaviours} & {"confront", "dismiss"}
    assert answer.quality < 0


def test_curly_quotes_and_letters_that_grow_in_lower_case_keep_quotes_verbatim() -> None:
    turn = "İstanbul. It’s up to you whether you tell him."
    answer = coded("en", "I don't know whether to tell him.", turn)
    assert ("autonomy", "It’s up to you whether you tell him.") in [
        (c.behaviour, c.quote) for c in answer.behaviours
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    "unit",
    ["you ", "a", ", and ", "(", "what if you ", "你", "，", "每天写", "你觉得怎么样？", "   "],
)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.timeout(30)  # an expression that goes back over the whole for each letter takes hours
def test_the_longest_turn_is_coded_in_time_that_grows_with_its_length(
    language: Language, unit: str
) -> None:
    turn = (unit * MAX_TURN)[:MAX_TURN]
    coded(language, "I can't sleep. 我睡不着。", turn)


@pytest.mark.usefixtures("fresh_cues")
@pytest.mark.parametrize(
    ("cue", "said"),
    [("no (wonder", "is no regular expression"), ("so <nowhere>", "unknown list <nowhere>")],
)
def test_a_cue_that_cannot_be_read_is_refused_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cue: str, said: str
) -> None:
    copy_content(tmp_path)
    path = tmp_path / "agents" / "appraiser" / "offline" / "en.yaml"
    lines = path.read_text(encoding="utf-8").splitlines()
    at = lines.index("    no wonder")
    lines[at] = f"    {cue}"
    path.write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.setenv("MUSPSY_CONTENT", str(tmp_path))
    with pytest.raises(ContentError, match=said) as told:
        cues_for("en")
    assert told.value.line == at + 1
    assert told.value.field == "behaviours.empathy"
