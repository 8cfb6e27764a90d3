"""MusPsy-Sim: whole courses of counseling, simulated, recorded and judged.

`run_course(persona, counselor=...)` runs one course from Python; the `muspsy` command does the
rest. Nothing heavy is imported until it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from muspsy_sim.runs.api import arun_course, run_course

__version__ = "0.1.0"

__all__ = ["arun_course", "run_course"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from muspsy_sim.runs import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
