"""What a counselor comes back to, held against what was said."""

from __future__ import annotations

from typing import Any

import pytest
from client_course import client, coded
from test_dynamics_feeling import NO_MOOD, began, with_homework

from muspsy_sim.agents.client.dynamics import CounselorTurn, Dynamics, feel
from muspsy_sim.agents.client.remembered import unfounded
from muspsy_sim.evaluation.comparing.endpoints import ENDPOINTS, values_of
from muspsy_sim.records.appraisal import Appraisal, Coded
from muspsy_sim.records.base import Language
from muspsy_sim.records.chance import Chance
from muspsy_sim.records.state import StateValues

SAID: dict[Language, list[str]] = {
    "en": [
        "What would you like to start with?",
        "I sold Mum's piano in March, and my brother hasn't rung since.",
        "Between now and then: write down each morning when the light went out, the night log.",
        "Fine. I can do that.",
    ],
    "zh": [
        "今天想从哪里说起？",
        "三月里我把妈妈的钢琴卖了，弟弟到现在没打过电话。",
        "这周试试“睡前记录”，每天早上写下昨晚几点关灯，好吗？",
        "行，我试试。",
    ],
}


def shown(text: str, *names: str, quote: str = "") -> Appraisal:
    return Appraisal(
        behaviours=[Coded(behaviour=name, quote=quote or text) for name in names]  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("language", "text", "wrong"),
    [
        ("en", "Last time you said “I sold Mum's piano”. How is it now?", False),
        ("en", "Last time you said “i sold mum’s piano in March”. How is it now?", False),
        ("en", "You told me last week about the piano and your brother.", False),
        ("en", "I remember that your brother hasn't called since the piano went.", False),
        ("en", "I remember what you told me last time.", False),
        ("en", "Last time you said “the kiln cracked with all their vases in it”.", True),
        ("en", "Last week you told me about the regatta and the oars.", True),
        ("zh", "上次你提到“我把妈妈的钢琴卖了”，我还记着。", False),
        ("zh", "上次你说到卖掉妈妈的钢琴。", False),
        ("zh", "我还记得上次你说的。", False),
        ("zh", "上次你提到“窑裂了那天我羞得想钻进泥里”，我还记着。", True),
        ("zh", "上次你跟我说起龙舟赛翻船和看台上的邻居们。", True),
    ],
)
def test_a_recall_is_founded_in_what_was_said(language: Language, text: str, wrong: bool) -> None:
    found = unfounded(shown(text, "recall"), text, SAID[language], language)
    assert found == (frozenset({"recall"}) if wrong else frozenset())


@pytest.mark.parametrize(
    ("language", "text", "wrong"),
    [
        ("en", "How did the night log go?", False),
        ("en", "How did it go?", False),
        ("en", "What became of the mirror clock we agreed on?", True),
        ("zh", "上次说好的“睡前记录”，做得怎么样？", False),
        ("zh", "后来怎么样？", False),
        ("zh", "上次说好的“身体天气”，做得怎么样？", True),
    ],
)
def test_homework_is_asked_after_that_was_set(language: Language, text: str, wrong: bool) -> None:
    found = unfounded(shown(text, "review_homework"), text, SAID[language], language)
    assert found == (frozenset({"review_homework"}) if wrong else frozenset())


def test_the_sentence_of_a_short_quote_decides_and_one_founded_claim_is_enough() -> None:
    text = "Good to see you. Last week you told me about the regatta and the oars. And now?"
    assert unfounded(shown(text, "recall", quote="Last week you told me"), text, SAID["en"], "en")
    both = Appraisal(
        behaviours=[
            Coded(behaviour="recall", quote=text),
            Coded(behaviour="recall", quote="You sold the piano in March."),
        ]
    )
    assert not unfounded(both, text + " You sold the piano in March.", SAID["en"], "en")


def test_where_nothing_is_known_to_have_been_said_nothing_is_wrong() -> None:
    text = "Last week you told me about the regatta and the oars."
    assert unfounded(shown(text, "recall"), text, [], "en") == frozenset()
    assert unfounded(shown(text, "open_question"), text, SAID["en"], "en") == frozenset()


def felt(appraisal: Appraisal, wrong: set[Any], dynamics: Dynamics = NO_MOOD) -> StateValues:
    profile = client()
    heard = CounselorTurn(2, 1, 1, "s2t1", "words", unfounded=frozenset(wrong))
    chance = Chance(profile.source_case, 0)
    return feel(
        with_homework(profile), appraisal, heard, profile, dynamics, chance, "responsive"
    ).state.values


def test_to_be_told_anothers_story_is_not_to_be_remembered() -> None:
    turn, plain = coded("open_question", "recall"), coded("open_question")
    assert felt(turn, set()).trust > felt(plain, set()).trust
    assert felt(turn, {"recall"}) == felt(plain, set())


def test_homework_that_was_never_set_is_received_so_and_not_at_weight_zero() -> None:
    turn, plain = coded("open_question", "review_homework"), coded("open_question")
    assert felt(turn, set()).alliance.task > felt(plain, set()).alliance.task
    assert felt(turn, {"review_homework"}).trust < felt(plain, set()).trust
    off = NO_MOOD.changed({"remembered.nothing_to_review": 0.0})
    assert felt(turn, {"review_homework"}, off) == felt(plain, set(), off)


def test_homework_is_not_counted_as_reviewed_by_asking_after_another() -> None:
    profile = client()
    for wrong, reviewed in ((frozenset(), True), (frozenset({"review_homework"}), False)):
        heard = CounselorTurn(2, 1, 1, "s2t1", "words", unfounded=wrong)  # type: ignore[arg-type]
        state = feel(
            with_homework(profile),
            coded("review_homework"),
            heard,
            profile,
            NO_MOOD,
            Chance(profile.source_case, 0),
            "responsive",
        ).state
        assert state.homework[0].reviewed is reviewed
    assert began(profile).homework == []


def turn(speaker: str, text: str, *names: str) -> dict[str, Any]:
    behaviours = [{"behaviour": name, "quote": text} for name in names]
    return {
        "speaker": speaker,
        "text": text,
        "appraisal": {"behaviours": behaviours, "quality": 0} if names else None,
    }


def test_endpoints_count_what_was_said_apart_from_what_was_not() -> None:
    first = [turn("counselor" if n % 2 == 0 else "client", t) for n, t in enumerate(SAID["en"])]
    first[2] = turn("counselor", SAID["en"][2], "assign_homework")
    right = [
        turn("counselor", "Last time you said “I sold Mum's piano”.", "recall"),
        turn("client", "Yes."),
        turn("counselor", "And how did the night log go?", "review_homework"),
    ]
    wrong = [
        turn("counselor", "Last time you said “the kiln cracked with the vases”.", "recall"),
        turn("client", "Did I?"),
        turn("counselor", "And what became of the mirror clock?", "review_homework"),
    ]
    raw: dict[str, Any] = {"profile": {"language": "en"}, "intake": None}
    names = ("recalls", "false_recalls", "homework_followed_up")

    def of(second: list[dict[str, Any]]) -> list[float | None]:
        raw["sessions"] = [{"turns": first}, {"turns": []}, {"turns": second}]
        return [ENDPOINTS[name].of(raw) for name in names]  # type: ignore[misc]

    assert of(right) == [1.0, 0.0, 1.0]
    assert of(wrong) == [0.0, 2.0, 0.0]
    assert set(names) <= set(ENDPOINTS)
    assert values_of.__doc__
