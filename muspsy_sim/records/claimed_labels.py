"""What the labels of a turn say, in one vocabulary: Psy-Insight's names, as they are published."""

from __future__ import annotations

from typing import get_args

from muspsy_sim.records.corpus import Utterance
from muspsy_sim.records.corpus_answers import StrategyName
from muspsy_sim.records.episode import Label
from muspsy_sim.records.memory import Strategy

PUBLISHED: dict[str, str] = dict(zip(get_args(Strategy), get_args(StrategyName), strict=True))
"""The strategies that a counselor plans with, by the names under which they are published."""


def claimed_labels(turn: Utterance) -> list[Label]:
    """A turn's labels, without what was planned where the same kind was read off the words.

    What was planned stands under its published name.
    """
    read = {label.kind for label in turn.labels if label.origin == "annotated"}
    return [
        label.model_copy(update={"value": PUBLISHED.get(label.value, label.value)})
        if label.origin == "planned" and label.kind == "strategy"
        else label
        for label in turn.labels
        if not (label.origin == "planned" and label.kind in read)
    ]
