"""Moving the state's values by named rules, with a record of each movement.

Every movement is kept inside [0, 1], rounded to six decimals and written down with its rule, so
that the changes of a value always add up to what it moved.
"""

from __future__ import annotations

from collections.abc import Sequence

from muspsy_sim.records.state import Alliance, StateChange, StateValues
from muspsy_sim.records.values import made

BELIEFS = "beliefs."
_ALLIANCE = ("goal", "task", "bond")


class Ledger:
    """The values of a state while rules move them."""

    def __init__(self, values: StateValues) -> None:
        alliance = values.alliance
        self._now: dict[str, float] = {
            "trust": values.trust,
            "goal": alliance.goal,
            "task": alliance.task,
            "bond": alliance.bond,
            "strain": values.strain,
            "distress": values.distress,
            "readiness": values.readiness,
            "self_efficacy": values.self_efficacy,
            "risk": values.risk,
        }
        self._beliefs = list(values.beliefs)
        for belief, strength in values.beliefs.items():
            self._now[BELIEFS + belief] = strength
        self._moves: dict[tuple[str, str], float] = {}

    def __getitem__(self, value: str) -> float:
        return self._now[value]

    @property
    def alliance(self) -> float:
        """The mean of goal, task and bond."""
        return (self._now["goal"] + self._now["task"] + self._now["bond"]) / 3.0

    def shift(self, value: str, by: float, rule: str) -> None:
        """Move a value by a part of what is left to its end: gains and losses shrink near it."""
        now = self._now[value]
        self.place(value, now + by * ((1.0 - now) if by > 0.0 else now), rule)

    def place(self, value: str, to: float, rule: str) -> None:
        """Move a value to `to`, kept inside [0, 1]."""
        now = self._now[value]
        then = unit(to)
        if then == now:
            return
        self._now[value] = then
        key = (value, rule)
        self._moves[key] = self._moves.get(key, 0.0) + then - now

    def note(self, value: str, by: float, rule: str) -> None:
        """Write down a movement of something that is not among the values, such as the items."""
        key = (value, rule)
        self._moves[key] = self._moves.get(key, 0.0) + by

    def values(self) -> StateValues:
        """The values as they stand."""
        now = self._now
        alliance = {"goal": now["goal"], "task": now["task"], "bond": now["bond"]}
        values = {
            "trust": now["trust"],
            "alliance": made(Alliance, alliance),
            "strain": now["strain"],
            "distress": now["distress"],
            "readiness": now["readiness"],
            "self_efficacy": now["self_efficacy"],
            "beliefs": {belief: now[BELIEFS + belief] for belief in self._beliefs},
            "risk": now["risk"],
        }
        # Every value is kept inside its range by `unit`, from which it came.
        return made(StateValues, values)

    def changes(self) -> list[StateChange]:
        """What moved, by value and rule, in the order in which it first did."""
        return [
            made(
                StateChange,
                {
                    "value": f"alliance.{value}" if value in _ALLIANCE else value,
                    "by": moved,
                    "rule": rule,
                },
            )
            for (value, rule), by in self._moves.items()
            if (moved := round(by, 6)) != 0.0
        ]


def noted(
    ledger: Ledger, scale: str, rule: str, before: Sequence[float], after: list[float]
) -> list[float]:
    """`after`, with the movement of the scale's mean written down."""
    ledger.note(scale, (sum(after) - sum(before)) / len(after), rule)
    return after


def unit(x: float) -> float:
    """`x` kept inside [0, 1] and rounded to six decimals, so that bytes are stable."""
    if 0.0 < x < 1.0:
        return round(x, 6)
    return 1.0 if x >= 1.0 else 0.0
