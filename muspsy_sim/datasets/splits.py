"""Train, validation and test by source case, never by row.

A case's place is a pure function of its name: 8 in 10 train, 1 validation, 1 test. With three
cases or more no split stays empty (the case whose hash lies nearest is moved); with fewer, all is
train and nothing is held out.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from typing import Literal, get_args

Split = Literal["train", "validation", "test"]
SPLITS: tuple[Split, ...] = get_args(Split)
FEWEST_CASES = 3
"""Below this many source cases nothing can be held out."""

_VALIDATION_FROM, _TEST_FROM = 0.8, 0.9
_FILLED: tuple[tuple[Split, float], ...] = (
    ("test", 1.0),
    ("validation", _TEST_FROM),
    ("train", 0.0),
)


def place(source_case: str) -> float:
    """A number in [0, 1) that depends on the case's name alone."""
    digest = blake2b(f"muspsy-split-1\x1f{source_case}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2.0**64


def split_cases(source_cases: Iterable[str]) -> dict[str, Split]:
    """The split of each source case. The same cases always get the same splits."""
    cases = sorted(set(source_cases))
    if len(cases) < FEWEST_CASES:
        return dict.fromkeys(cases, "train")
    split = {case: _by_place(place(case)) for case in cases}
    # Few cases may leave a split empty. Test is filled first, so that it takes the highest place.
    for wanted, edge in _FILLED:
        _fill(split, wanted, edge)
    return split


def _by_place(at: float) -> Split:
    if at >= _TEST_FROM:
        return "test"
    return "validation" if at >= _VALIDATION_FROM else "train"


def _fill(split: dict[str, Split], wanted: Split, edge: float) -> None:
    """Move the case whose place is nearest to `edge` into an empty split."""
    sizes = {s: sum(1 for found in split.values() if found == s) for s in SPLITS}
    if sizes[wanted]:
        return
    spare = [case for case, found in split.items() if sizes[found] > 1]
    moved = min(spare, key=lambda case: (abs(place(case) - edge), case))
    split[moved] = wanted
