"""How much work something takes, counted in calls of functions: the same on any machine at any load.

What takes long on the clock is a benchmark's to say (`muspsy bench`); what grows faster than its
input is a test's.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType


def steps(do: Callable[[], object]) -> int:
    """Calls made while `do` runs, of Python's functions and of C's."""
    count = 0

    def called(frame: FrameType, event: str, arg: object) -> None:
        nonlocal count
        if event in ("call", "c_call"):
            count += 1

    before = sys.getprofile()
    sys.setprofile(called)
    try:
        do()
    finally:
        sys.setprofile(before)
    return count
