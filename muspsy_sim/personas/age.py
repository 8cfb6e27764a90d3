"""Whose age a simulation may have: adults, unless a person says otherwise, and that is recorded."""

from __future__ import annotations

import os

from muspsy_sim.records.errors import ProfileError
from muspsy_sim.records.profile import Profile

ADULT_AGE = 18
"""Years; from this age on a client is an adult."""

ASSUMED_ADULT = "adult"
"""What stands in a profile's `assumed` where its age is unknown and a person took it for adult."""


def admitted(
    profile: Profile,
    *,
    file: str | os.PathLike[str] | None = None,
    line: int | None = None,
    allow_minors: bool = False,
    assume_adult: bool = False,
) -> Profile:
    """`profile` if its age is allowed, with `adult` among its `assumed` where that was assumed.

    Raises:
        ProfileError: the client is under 18 and `allow_minors` is false, or its age is unknown,
            not assumed before, and `assume_adult` is false.
    """
    age = profile.demographics.age
    if age is not None:
        if age < ADULT_AGE and not allow_minors:
            raise ProfileError(
                f"{profile.demographics.name} is {age}, under {ADULT_AGE}",
                file=file,
                line=line,
                field="demographics.age",
                hint="minors are simulated only with --allow-minors (allow_minors)",
            )
        return profile
    if ASSUMED_ADULT in profile.assumed:
        return profile
    if not assume_adult:
        raise ProfileError(
            f"the age of {profile.demographics.name} is not known",
            file=file,
            line=line,
            field="demographics.age",
            hint="state it, or take the client for an adult with --assume-adult (assume_adult)",
        )
    return profile.model_copy(update={"assumed": [*profile.assumed, ASSUMED_ADULT]})
