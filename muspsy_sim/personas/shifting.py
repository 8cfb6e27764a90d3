"""Symptoms made lighter or heavier in the shape that they have, and the risk that goes with them.

A heavier client has more of what it has, up to the end of each item's range. Thoughts of self-harm
are never invented and never made active: where a profile has none, none are added.
"""

from __future__ import annotations

from collections.abc import Sequence

from muspsy_sim.records.profile import Risk, Symptoms

ITEM_MAX = 3
SELF_HARM_ITEM = 8
"""The place of PHQ-9's item on thoughts of being better off dead, from 0."""

_SHARE = 0.6
"""How much of the room towards the nearer end of a scale the severest variant uses."""
_LEAST_ROOM = 0.15
"""Room, as a share of the scale, that even a client at the end of it varies in."""
_RISK_STEP = 0.15
_RISK_LOW, _RISK_HIGH = 0.21, 0.75
"""Bounds of risk where there is ideation: above what a profile without it may have, below acute."""


def shifted(symptoms: Symptoms, phq9: float, gad7: float, *, ideation: bool) -> Symptoms:
    """Symptoms moved by `phq9` and `gad7`, each -1 (lighter) to 1 (heavier).

    The item on self-harm moves by a point at most, only with `ideation`, and stays above 0 then.
    """
    harm = symptoms.phq9[SELF_HARM_ITEM]
    if ideation:
        harm = min(ITEM_MAX, max(1, harm + round(phq9)))
    return Symptoms(
        phq9=[*_moved(symptoms.phq9[:SELF_HARM_ITEM], phq9), harm],
        gad7=_moved(symptoms.gad7, gad7),
    )


def shifted_risk(risk: Risk, severity: float) -> Risk:
    """Risk moved with severity (-1 to 1); unchanged where there is no ideation."""
    if risk.ideation == "none":
        return risk
    level = risk.level + _RISK_STEP * severity
    return risk.model_copy(update={"level": round(min(_RISK_HIGH, max(_RISK_LOW, level)), 2)})


def _moved(items: Sequence[int], by: float) -> list[int]:
    most = ITEM_MAX * len(items)
    share = sum(items) / most
    room = max(_LEAST_ROOM, min(share, 1.0 - share))
    target = min(1.0, max(0.0, share + _SHARE * by * room))
    return _with_total(items, round(target * most))


def _with_total(items: Sequence[int], total: int) -> list[int]:
    """Items that add up to `total`, each moved by its share of the room on that side."""
    now, most = sum(items), ITEM_MAX * len(items)
    if total == now:
        return list(items)
    if total < now:
        exact = [item * total / now for item in items]
    else:
        left = (most - total) / (most - now)
        exact = [ITEM_MAX - (ITEM_MAX - item) * left for item in items]
    # What is cut off goes back to the items that lost most by it, the first of equals first.
    whole = [int(value + 1e-9) for value in exact]
    by_loss = sorted(range(len(items)), key=lambda n: (whole[n] - exact[n], n))
    for n in by_loss[: total - sum(whole)]:
        whole[n] += 1
    return whole
