"""A cue is found wherever its pattern is, however the search for it is shortened."""

from __future__ import annotations

import re
from random import Random

from muspsy_sim.agents.client.cues import cue, heard, touched, touched_anew, touches
from muspsy_sim.personas.library import load_profile
from muspsy_sim.records.profile import Profile

_AROUND = ["", " ", "s", "ed", "’s", "x", "-", ", ", "_", "“", "ſ", "İ", "。", "\n"]


def texts(profile: Profile, rng: Random) -> str:
    words = [word for fact in profile.facts for word in fact.cues]
    cases = (str.upper, str.lower, str.title)
    return "".join(
        rng.choice(_AROUND) + rng.choice(cases)(rng.choice(words)) + rng.choice(_AROUND)
        for _ in range(rng.randrange(1, 6))
    )


def by_pattern(word: str, text: str) -> bool:
    found = cue(word)
    if found.pattern is None:
        return word in text
    return found.small in text.lower() and bool(re.search(found.pattern, text))


def test_every_cue_is_found_where_its_pattern_is() -> None:
    rng = Random(0)
    seen = {True: 0, False: 0}
    for name in ("en-gordon-pell", "zh-lu-xiaowen"):
        profile = load_profile(name)
        for _ in range(300):
            text, own = texts(profile, rng), texts(profile, rng)
            near = touched(profile, text)
            for fact in profile.facts:
                held = [word for word in fact.cues if by_pattern(word, text)]
                assert touches(fact, text) == bool(held) == (fact in near), (fact.id, text)
                new = any(not by_pattern(word, own) for word in held)
                assert (fact in touched_anew(profile, text, own)) == new, (fact.id, text, own)
                seen[bool(held)] += 1
    assert min(seen.values()) > 500


def test_letters_that_only_patterns_take_for_others_are_left_to_them() -> None:
    assert not heard("loſt and lost").plain
    assert not heard("İ").plain
    assert heard("Plain, “quoted”, 你好").plain
    assert cue("lost").stands_in(heard("xlost, loſt"))  # As a word it stands there with a long s.
