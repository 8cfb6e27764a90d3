"""Keyed chance: every random draw is a pure function of what it is for.

A draw's key is (source case, seed, session, turn, purpose), never the arm and never a shared
stream, so paired arms live the same weeks and results depend on neither workers nor order.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from hashlib import blake2b
from random import Random


@dataclass(frozen=True, slots=True)
class Chance:
    """The source of all draws of one episode: its source case and its seed."""

    source_case: str
    seed: int

    def integer(self, session: int, turn: int, purpose: str) -> int:
        """A 63-bit integer for this key."""
        key = f"{self.source_case}\x1f{self.seed}\x1f{session}\x1f{turn}\x1f{purpose}"
        return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big") >> 1

    def uniform(self, session: int, turn: int, purpose: str) -> float:
        """A draw from the open interval (0, 1)."""
        return (self.integer(session, turn, purpose) + 0.5) / 2.0**63

    def normal(self, session: int, turn: int, purpose: str) -> float:
        """A draw from the standard normal distribution (Box-Muller on two keyed uniforms)."""
        u = self.uniform(session, turn, purpose + "/radius")
        v = self.uniform(session, turn, purpose + "/angle")
        return math.sqrt(-2.0 * math.log(u)) * math.cos(2.0 * math.pi * v)

    def rng(self, session: int, turn: int, purpose: str) -> Random:
        """A generator of its own for this key, for code that needs many draws."""
        return Random(self.integer(session, turn, purpose))
