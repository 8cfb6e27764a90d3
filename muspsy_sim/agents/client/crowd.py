"""The clients that an arm's outcomes are counted over: personas, variants of them, and seeds.

Each course has a seed of its own, so that no two share the luck of a life; a variant shares its
persona's source case, and would share its luck under the same seed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from muspsy_sim.personas.library import load_profile
from muspsy_sim.personas.summaries import profile_files
from muspsy_sim.personas.varying import vary
from muspsy_sim.records.profile import Profile

VARIANTS = 5
"""Variants beside each persona."""


@dataclass(frozen=True, slots=True)
class Block:
    """One client per persona, and the seeds that are theirs alone."""

    profiles: list[Profile]
    seeds: list[int]


def crowd(courses: int, seed: int) -> list[Block]:
    """Personas and their variants in blocks, for at least `courses` courses of an arm.

    Block 0 holds the personas themselves, block n their n-th variants.

    Raises:
        ContentError, ProfileError: a persona cannot be read.
    """
    personas = [load_profile(path) for path in profile_files()]
    varied = [vary(each, VARIANTS, seed) for each in personas]
    blocks = [personas, *([v[n] for v in varied] for n in range(VARIANTS))]
    each = -(-courses // (len(blocks) * len(personas)))
    return [
        Block(profiles, list(range(seed + n * each, seed + (n + 1) * each)))
        for n, profiles in enumerate(blocks)
    ]


def pairs(blocks: list[Block]) -> Iterator[tuple[Profile, int]]:
    """Every client with each of its seeds, in order."""
    for block in blocks:
        for profile in block.profiles:
            for seed in block.seeds:
                yield profile, seed
