"""One number of the client's dynamics: its value, its plausible range, and what it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, model_validator

from muspsy_sim.records.base import Record

Basis = Literal["figure", "calibrated", "bound", "direction", "analogy"]
"""`figure`: the source gives the number; `calibrated`: it gives a figure of whole courses, and the
value is set so that courses come out there; `bound`: it gives a figure nearby or limits, from which
the range follows; `direction`: it supports that the effect exists and its sign, and the size is
ours; `analogy`: it shows the like of something other than counseling (`Dynamics.elsewhere`), and
the step to a client is ours, the size too."""


class Parameter(Record):
    """One number of the model: its value, plausible range, meaning and source.

    Only where a source gives the number itself may the range be that one number.
    """

    value: float
    low: float
    high: float
    meaning: str = Field(min_length=1)
    source: str = Field(min_length=1, description="keys of `sources`, `; ` between them")
    basis: Basis

    @model_validator(mode="after")
    def _in_range(self) -> Parameter:
        if not self.low <= self.value <= self.high:
            raise ValueError(f"value {self.value} is outside its range {self.low} to {self.high}")
        if self.low == self.high and self.basis != "figure":
            raise ValueError(f"low and high are both {self.low:g}, which is no range")
        return self

    def sources(self) -> list[str]:
        """The keys of `sources` that it names, in its order."""
        return [key.strip() for key in self.source.split(";")]


def complete(given: Mapping[Any, object], expected: tuple[Any, ...], what: str) -> None:
    """Raises `ValueError` where a table lacks one of the names that it must have."""
    if missing := [name for name in expected if name not in given]:
        raise ValueError(f"{what} lacks {', '.join(missing)}")
