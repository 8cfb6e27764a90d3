"""Near-duplicates by MinHash (Broder 1997), for corpora of any size in a few bytes a text.

Estimates Jaccard similarity of sets of five-character shingles from 128 minima, and finds candidate
pairs by banding (Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, chapter 3). Written
here in numpy since 50,000 dialogues must fit in seconds and 500 MB: the libraries that exist keep
Python objects for each text and band.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

SHINGLE = 5
"""Characters of a shingle."""

PERMUTATIONS = 128
BANDS = 32
"""Bands of 4 minima: two texts at similarity s are compared with probability 1 - (1 - s^4)^32,
over 99.99% at 0.8 and 87% at 0.5."""

NEAR = 0.8
"""Estimated Jaccard similarity from which two texts are near-duplicates. The estimate's standard
error is at most 0.044."""

LONGEST = 20_000
"""Characters of a text that are looked at."""

Signature = NDArray[np.uint32]

_RNG = np.random.default_rng(20_241_127)
_A = _RNG.integers(1, 1 << 63, PERMUTATIONS, dtype=np.uint64) | np.uint64(1)
_B = _RNG.integers(0, 1 << 63, PERMUTATIONS, dtype=np.uint64)
_HIGH = np.uint64(32)
_BASE = np.uint64(1_000_003)


def signature(text: str) -> Signature:
    """The minima of a text's shingles under `PERMUTATIONS` hashes: uint32, shape (128,)."""
    points = np.frombuffer(text[:LONGEST].encode("utf-32-le", "replace"), dtype="<u4")
    if len(points) < SHINGLE:
        points = np.pad(points, (0, SHINGLE - len(points)))
    wide = points.astype(np.uint64)
    count = len(points) - SHINGLE + 1
    shingles = np.zeros(count, dtype=np.uint64)
    for at in range(SHINGLE):
        shingles = shingles * _BASE + wide[at : at + count]
    # Multiply-shift hashing (Dietzfelbinger and others 1997): the high half of a * x + b, modulo
    # 2^64, which unsigned numbers do by themselves.
    hashed = (shingles * _A[:, None] + _B[:, None]) >> _HIGH
    minima: Signature = hashed.min(axis=1).astype(np.uint32)
    return minima


class NearDuplicates:
    """Signatures of many texts, and the pairs of them that are nearly the same."""

    def __init__(self) -> None:
        self._rows: list[Signature] = []

    def add(self, text: str) -> int:
        """Add a text; gives its number, from 0."""
        self._rows.append(signature(text))
        return len(self._rows) - 1

    def pairs(self) -> Iterator[tuple[int, int, float]]:
        """Each text that has an earlier near-duplicate, with the first of those and how near.

        In the order of the later text. One pair a text: a cluster of n gives n - 1 pairs.
        """
        if len(self._rows) < 2:
            return
        table = np.vstack(self._rows)
        first: dict[int, tuple[int, float]] = {}
        width = PERMUTATIONS // BANDS
        for band in range(BANDS):
            keys = np.ascontiguousarray(table[:, band * width : (band + 1) * width]).view(
                np.dtype((np.void, width * 4))
            )
            _, group = np.unique(keys.ravel(), return_inverse=True)
            order = np.argsort(group, kind="stable")
            starts = np.flatnonzero(np.diff(group[order], prepend=-1))
            for members in np.split(order, starts[1:]):
                if len(members) > 1:
                    _closest(table, members, first)
        for later in sorted(first):
            yield later, *first[later]


def _closest(
    table: NDArray[np.uint32], members: NDArray[np.intp], first: dict[int, tuple[int, float]]
) -> None:
    """Hold each member of a bucket against its first, and where that fails, the one before."""
    head = int(members[0])
    for before, member in pairwise(members):
        later = int(member)
        for earlier in (head, int(before)):
            near = float(np.mean(table[earlier] == table[later]))
            if near >= NEAR and earlier < first.get(later, (later, 0.0))[0]:
                first[later] = (earlier, near)
                break
