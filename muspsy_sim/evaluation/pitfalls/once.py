"""Work over a profile done once: many episodes are of one client, and a profile has no hash."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache, wraps
from typing import TypeVar

from muspsy_sim.records.profile import Profile

Made = TypeVar("Made")

_KEPT = 128


@dataclass(frozen=True, slots=True)
class _Keyed:
    """A profile that is the same as another of the same content."""

    key: str
    profile: Profile = field(compare=False)


def once_per_profile(make: Callable[[Profile], Made]) -> Callable[[Profile], Made]:
    """`make`, whose results are kept for the last profiles; they must not be changed."""

    @lru_cache(maxsize=_KEPT)
    def kept(keyed: _Keyed) -> Made:
        return make(keyed.profile)

    @wraps(make)
    def made(profile: Profile) -> Made:
        return kept(_Keyed(profile.model_dump_json(), profile))

    return made
