"""Distributions of strategies and emotions, and what follows on what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from muspsy_sim.datasets.measures.sampling import Measured, Said
from muspsy_sim.datasets.measures.shape import Ratio

LabelKind = Literal["strategy", "emotion"]


def distribution(dialogues: Sequence[Measured], kind: LabelKind) -> dict[str, float]:
    """The share of each label among all labels of its kind, the most frequent first; sums to 1."""
    counted = Counter(value for each in dialogues for t in each.turns for value in _of(t, kind))
    total = sum(counted.values())
    return {value: n / total for value, n in sorted(counted.items(), key=lambda i: (-i[1], i[0]))}


def share_of(kind: LabelKind, value: str) -> Ratio:
    """The share of one label among all labels of its kind, as a ratio of sums over dialogues."""
    return Ratio(
        f"{kind}: {value}",
        "share",
        lambda each: sum(_of(turn, kind).count(value) for turn in each.turns),
        lambda each: sum(len(_of(turn, kind)) for turn in each.turns),
    )


def transitions(dialogues: Sequence[Measured], kind: LabelKind) -> dict[str, dict[str, float]]:
    """Of a party's labelled turns in one session: how often each label is followed by which.

    Rows sum to 1. A turn of several labels counts with each; turns without a label are passed over.
    """
    counted: dict[str, Counter[str]] = {}
    for each in dialogues:
        before: tuple[int, tuple[str, ...]] | None = None
        for turn in each.turns:
            labels = _of(turn, kind)
            if not labels:
                continue
            if before is not None and before[0] == turn.session:
                for first in before[1]:
                    counted.setdefault(first, Counter()).update(labels)
            before = (turn.session, labels)
    return {
        first: {then: n / sum(row.values()) for then, n in sorted(row.items())}
        for first, row in sorted(counted.items())
    }


def labelled_share(dialogues: Sequence[Measured], kind: LabelKind) -> float | None:
    """The share of the turns of the party that bears this kind of label which bear one."""
    party = "counselor" if kind == "strategy" else "client"
    turns = [turn for each in dialogues for turn in each.turns if turn.speaker == party]
    return sum(1 for turn in turns if _of(turn, kind)) / len(turns) if turns else None


def _of(turn: Said, kind: LabelKind) -> tuple[str, ...]:
    return turn.strategies if kind == "strategy" else turn.emotions
