"""Holm's correction over the declared tests: all endpoints and all contrasts of a kind together."""

from __future__ import annotations

from collections.abc import Sequence

from muspsy_sim.evaluation.comparing.comparison import Question
from muspsy_sim.evaluation.statistics.testing import holm, least_p

FAMILIES: dict[str, tuple[Question, ...]] = {
    "arms": ("arm",),
    "factors": ("main", "interaction"),
    "controls": ("matched",),
}
"""What is corrected together. Arms and factors ask the same data the same thing in two ways."""


def corrected(
    tests: Sequence[tuple[Question, float | None]],
) -> tuple[list[float | None], dict[str, int]]:
    """Corrected p of each declared test (question and p, `None` = not tested), family by family.

    Also how many tests each family has; one without any is left out.
    """
    found: list[float | None] = [None] * len(tests)
    sizes: dict[str, int] = {}
    for name, questions in FAMILIES.items():
        own = [(k, p) for k, (asked, p) in enumerate(tests) if asked in questions and p is not None]
        for (k, _), p in zip(own, holm([p for _, p in own]), strict=True):
            found[k] = p
        if own:
            sizes[name] = len(own)
    return found, sizes


def least_corrected(tests: Sequence[tuple[Question, int]]) -> list[float]:
    """The smallest corrected p that each test can give (question and source cases), in [0, 1].

    Holm's smallest p is multiplied by the number of tests, and no other falls below it.
    """
    found = [1.0] * len(tests)
    for questions in FAMILIES.values():
        own = [(k, least_p(cases)) for k, (asked, cases) in enumerate(tests) if asked in questions]
        floor = len(own) * min((least for _, least in own), default=1.0)
        for k, least in own:
            found[k] = min(1.0, max(least, floor))
    return found
