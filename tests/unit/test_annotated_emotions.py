"""Offline labels of emotions: held to labels by hand, and what makes a cue show nothing."""

from __future__ import annotations

import pytest

from benchmarks.emotions import SETS, agreement, cohens_kappa, label_of, lines_of
from muspsy_sim.llm.offline.annotator.emotions import emotions_in
from muspsy_sim.records.base import Language

# What was reached less a little; docs/corpora.md states it. Feelings that are told and not named are
# beyond rules: no floor above chance is claimed for them, but they are read and never hidden.
LEAST = {"named": 0.85, "told": 0.0}


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", SETS)
def test_labels_agree_with_those_by_hand(name: str, language: Language) -> None:
    lines, same, kappa = agreement(name, language)
    assert lines >= (60 if name == "named" else 30)
    assert same > kappa >= LEAST[name]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_label_is_left_out(language: Language) -> None:
    by_hand = {label for label, _ in lines_of("named", language)}
    assert {label_of(text, language) for _, text in lines_of("named", language)} == by_hand


def test_kappa_by_hand() -> None:
    pairs = [("a", "a")] * 20 + [("a", "b")] * 5 + [("b", "a")] * 10 + [("b", "b")] * 15
    assert cohens_kappa(pairs) == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("language", "text", "label"),
    [
        ("en", "I'm not angry about it.", "Neutral"),
        ("en", "My mother is terrified of dogs.", "Neutral"),
        ("en", "My mother is terrified of dogs, and I'm ashamed of it.", "Shame"),
        ("en", "I want to be happy again.", "Neutral"),
        ("en", "I\u2019m worried.", "Anxiety"),
        ("zh", "我没有生气。", "Neutral"),
        ("zh", "我妈特别怕狗。", "Neutral"),
        ("zh", "希望以后能开心。", "Neutral"),
        ("zh", "我又难过又害怕，怕得发抖。", "Fear"),
    ],
)
def test_what_is_denied_wished_or_anothers_is_not_shown(
    language: Language, text: str, label: str
) -> None:
    assert label_of(text, language) == label


def test_most_cues_come_first_and_then_what_comes_last() -> None:
    shown = emotions_in("I was sad. Then I got angry, really furious.", "en")
    assert [each.emotion for each in shown] == ["Anger", "Sadness"]
    shown = emotions_in("I was sad and then angry.", "en")
    assert [each.emotion for each in shown] == ["Anger", "Sadness"]
