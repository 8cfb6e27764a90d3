"""Keyed chance: every random draw is a pure function of what it is for.

A draw's key is (source case, seed, session, turn, purpose), never the arm and never a shared
stream, so paired arms live the same weeks and results depend on neither workers nor order.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import blake2b
from math import cos as _cos
from math import log as _log
from math import pi
from math import sqrt as _sqrt
from random import Random
from struct import Struct

_INTEGER = Struct(">Q").unpack
_OUT_OF = 2.0**63
_WHOLE_TURN = 2.0 * pi


@dataclass(frozen=True, slots=True)
class Chance:
    """The source of all draws of one episode: its source case and its seed."""

    source_case: str
    seed: int

    def integer(self, session: int, turn: int, purpose: str) -> int:
        """A 63-bit integer for this key."""
        drawn: int = _INTEGER(self._keyed(session, turn, purpose).digest())[0]
        return drawn >> 1

    def uniform(self, session: int, turn: int, purpose: str) -> float:
        """A draw from the open interval (0, 1)."""
        return _uniform(self._keyed(session, turn, purpose))

    def normal(self, session: int, turn: int, purpose: str) -> float:
        """A draw from the standard normal distribution (Box-Muller on two keyed uniforms)."""
        radius = self._keyed(session, turn, purpose)
        angle = radius.copy()
        radius.update(b"/radius")
        angle.update(b"/angle")
        u, v = _uniform(radius), _uniform(angle)
        return _sqrt(-2.0 * _log(u)) * _cos(_WHOLE_TURN * v)

    def normals(self, session: int, turn: int, purpose: str, count: int) -> list[float]:
        """`count` draws at once, the n-th (from 0) that of `normal` for `f"{purpose}/{n}"`.

        What their keys begin with is hashed once: a course draws some forty a week.
        """
        begin = self._keyed(session, turn, f"{purpose}/").copy
        drawn = []
        for to_radius, to_angle in _ends(count):
            radius, angle = begin(), begin()
            radius.update(to_radius)
            angle.update(to_angle)
            # As `normal` has it, without its calls: a run spends a twentieth of its time here.
            u = ((_INTEGER(radius.digest())[0] >> 1) + 0.5) / _OUT_OF
            v = ((_INTEGER(angle.digest())[0] >> 1) + 0.5) / _OUT_OF
            drawn.append(_sqrt(-2.0 * _log(u)) * _cos(_WHOLE_TURN * v))
        return drawn

    def lasting(self, purpose: str) -> float:
        """A draw from the standard normal distribution for the whole course.

        The same as `normal(0, 0, purpose)`, and remembered: it is asked for at every turn.
        """
        return _lasting(self.source_case, self.seed, purpose)

    def rng(self, session: int, turn: int, purpose: str) -> Random:
        """A generator of its own for this key, for code that needs many draws."""
        return Random(self.integer(session, turn, purpose))

    def _keyed(self, session: int, turn: int, purpose: str) -> blake2b:
        """The hash of a key, which more can be added to."""
        keyed = _begun(self.source_case, self.seed).copy()
        keyed.update(f"{session}\x1f{turn}\x1f{purpose}".encode())
        return keyed


@lru_cache(maxsize=4096)
def _begun(source_case: str, seed: int) -> blake2b:
    """The hash of what all keys of an episode begin with; copied, never added to."""
    return blake2b(f"{source_case}\x1f{seed}\x1f".encode(), digest_size=8)


@lru_cache(maxsize=16384)
def _lasting(source_case: str, seed: int, purpose: str) -> float:
    return Chance(source_case, seed).normal(0, 0, purpose)


@cache
def _ends(count: int) -> list[tuple[bytes, bytes]]:
    """What the keys of so many draws end with, for each of their two uniforms."""
    return [(f"{n}/radius".encode(), f"{n}/angle".encode()) for n in range(count)]


def _uniform(keyed: blake2b) -> float:
    """What a key's hash says, as a number in the open interval (0, 1)."""
    drawn: int = _INTEGER(keyed.digest())[0]
    return ((drawn >> 1) + 0.5) / _OUT_OF
