"""What a benchmark finds: figures, of which some are held to a limit. Plain records, for JSON."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from muspsy_sim.records.base import Record

Size = Literal["quick", "full"]
"""How much is run: `quick` takes seconds and only shows that all works, `full` takes minutes."""


class Figure(Record):
    """One figure, and the limit that it is held to, if any.

    `at_most` and `at_least` are in the figure's own unit. A goal is an absolute figure that is
    aimed at on a quiet machine of two cores; nothing fails by it.
    """

    name: str
    value: float | None
    unit: str = ""
    at_most: float | None = None
    at_least: float | None = None
    goal: str = ""
    note: str = ""

    @property
    def limited(self) -> bool:
        """Whether it is held to a limit."""
        return self.at_most is not None or self.at_least is not None

    @property
    def holds(self) -> bool | None:
        """Whether it keeps its limit; `None` where it has none. What was not measured does not."""
        if not self.limited:
            return None
        if self.value is None:
            return False
        low = self.at_least is None or self.value >= self.at_least
        return low and (self.at_most is None or self.value <= self.at_most)


class BenchResult(Record):
    """What one benchmark found, in the order in which a reader wants it."""

    bench: str
    about: str
    figures: list[Figure] = Field(default_factory=list)
    lines: list[str] = Field(
        default_factory=list, description="a table in words, such as a profile"
    )
    seconds: float = Field(default=0.0, description="on the wall, all of it")

    @property
    def holds(self) -> bool:
        """Whether every limit is kept."""
        return all(figure.holds is not False for figure in self.figures)
