"""From answers to scores: a quote nobody said voids, no evidence is neutral, counter-evidence caps."""

from __future__ import annotations

import pytest

from muspsy_sim.evaluation.instruments.loading import chosen_instruments
from muspsy_sim.evaluation.judging.verdicts import Said, scores_of
from muspsy_sim.evaluation.metrics import consensus, episode_value, metrics_of
from muspsy_sim.evaluation.spoiling.editing import session_of
from muspsy_sim.records.judging import ItemVerdict, JudgeAnswer
from muspsy_sim.records.scores import Quote, Score

SAID = Said(
    [
        session_of(
            1,
            [
                ("counselor", "How did the  diary go?"),
                ("client", "I didn’t do it, “again”."),
            ],
        )
    ]
)
HOMEWORK, MEMORY = chosen_instruments(["homework", "memory-use"])
HERE = Quote(turn="s1t1", text="How did the diary go?")


def verdict(item: str, score: float | None, **quotes: list[Quote]) -> ItemVerdict:
    return ItemVerdict(item=item, reasoning="so", score=score, **quotes)


def one(instrument: object, given: ItemVerdict) -> Score:
    scores = scores_of(instrument, 1, JudgeAnswer(items=[given]), SAID, "j")  # type: ignore[arg-type]
    return next(score for score in scores if score.item == given.item)


def test_a_score_keeps_its_quotes_with_their_turns() -> None:
    astray = Quote(turn="[s1t2]", text="the diary")
    score = one(HOMEWORK, verdict("asked", 2, evidence=[HERE, astray]))
    assert (score.value, score.state, score.raw) == (2, "scored", None)
    assert score.quotes == [HERE, Quote(turn="s1t1", text="the diary")]


def test_straight_quotes_find_curly_ones() -> None:
    said = Quote(turn="s1t2", text='I didn\'t do it, "again"')
    assert one(HOMEWORK, verdict("asked", 2, evidence=[said])).value == 2


@pytest.mark.parametrize("key", ["evidence", "counter_evidence"])
@pytest.mark.parametrize("text", ["I did the diary", "", "?"])
def test_a_quote_that_nobody_said_voids_the_item(key: str, text: str) -> None:
    score = one(HOMEWORK, verdict("asked", 2, **{key: [HERE, Quote(turn="s1t1", text=text)]}))
    assert (score.value, score.state, score.raw) == (None, "void", 2)
    assert score.reason.startswith("nobody said")


def test_without_evidence_the_stated_neutral_stands() -> None:
    score = one(HOMEWORK, verdict("asked", 3))
    assert (score.value, score.raw) == (0, 3)
    assert score.reason == "no evidence was quoted: the stated neutral"


def test_evidence_against_caps_and_never_raises() -> None:
    assert one(HOMEWORK, verdict("asked", 3, evidence=[HERE], counter_evidence=[HERE])).value == 1
    assert one(HOMEWORK, verdict("asked", 0, counter_evidence=[HERE])).value == 0
    capped = MEMORY.model_copy(deep=True)
    capped.item("missed").cap = 2  # lower is better: no better than 2
    assert one(capped, verdict("missed", 0, counter_evidence=[HERE])).value == 2
    assert one(capped, verdict("missed", 3, counter_evidence=[HERE])).value == 3


def test_null_is_not_applicable_only_where_that_is_foreseen() -> None:
    score = one(HOMEWORK, verdict("asked", None))
    assert (score.value, score.state) == (None, "not_applicable")
    score = one(HOMEWORK, verdict("set", None))
    assert (score.value, score.state) == (None, "failed")


@pytest.mark.parametrize("given", [4, -1, 1.5])
def test_a_score_off_the_scale_is_a_failure(given: float) -> None:
    score = one(HOMEWORK, verdict("set", given, evidence=[HERE]))
    assert (score.value, score.state) == (None, "failed")
    assert score.reason == f"{given:g} is not on the scale 0 to 3"


def test_items_left_out_or_given_twice_fail_alone() -> None:
    answer = JudgeAnswer(
        items=[verdict("set", 1, evidence=[HERE]), verdict("set", 2), verdict("used", 1)]
    )
    scores = {s.item: s for s in scores_of(HOMEWORK, 1, answer, SAID, "j")}
    assert scores["set"].reason == "the judge answered it twice"
    assert scores["asked"].reason == "the judge left it out"
    assert scores["used"].state == "scored"


def score_of(judge: str, value: float | None, repeat: int = 0, session: int = 1) -> Score:
    return Score(
        instrument="homework",
        version=1,
        item="set",
        session=session,
        value=value,
        state="scored" if value is not None else "failed",
        reason="" if value is not None else "why",
        judge=judge,
        repeat=repeat,
    )


def test_the_median_of_judges_stands_and_repeats_do_not_count() -> None:
    given = [score_of("a", 0), score_of("b", 2), score_of("c", 3), score_of("a", 3, repeat=1)]
    given += [score_of("a", None, session=2), score_of("b", 1, session=2)]
    agreed = consensus(given)
    assert agreed == {("homework", "set", 1): 2.0, ("homework", "set", 2): 1.0}
    metric = next(m for m in metrics_of(HOMEWORK) if m.name == "homework.set")
    assert episode_value(metric, given) == 1.5
    assert episode_value(metric, []) is None


def test_a_score_is_a_value_or_says_why_not() -> None:
    for change in ({"value": None}, {"state": "failed"}, {"value": None, "state": "failed"}):
        with pytest.raises(ValueError, match="score"):
            Score.model_validate(
                {
                    "instrument": "i",
                    "version": 1,
                    "item": "x",
                    "value": 1.0,
                    "state": "scored",
                    "judge": "j",
                    **change,
                }
            )
