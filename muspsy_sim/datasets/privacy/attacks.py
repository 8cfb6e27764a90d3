"""Three attacks on a reconstructed corpus: attributes, linkage, membership.

All are by text alone and without a model, so that they are a lower bound of what an attacker can
do. Similarity is the cosine of counts of character n-grams (two and three characters), weighted by
inverse document frequency over both corpora: it needs no language's tokenizer.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

Scores = NDArray[np.float64]

_SPACE = re.compile(r"\s+")
_SIGNS = re.compile(r"[^\w]+")


def normal(text: str) -> str:
    """A text without case, punctuation and doubled spaces, as it is searched in."""
    return _SPACE.sub(" ", _SIGNS.sub(" ", text.casefold())).strip()


def holds(text: str, attribute: str) -> bool:
    """Whether a text says an attribute: whole words in Latin script, anywhere in Chinese."""
    said, sought = normal(text), normal(attribute)
    if not sought:
        return False
    if not sought.isascii():
        return sought in said
    return re.search(rf"(?<![a-z0-9]){re.escape(sought)}(?![a-z0-9])", said) is not None


def extracted(text: str, attributes: Sequence[str]) -> tuple[int, int]:
    """How many of the attributes a text says, and how many there are."""
    return sum(holds(text, attribute) for attribute in attributes), len(attributes)


def similarities(texts: Sequence[str], others: Sequence[str]) -> Scores:
    """Cosine similarities in [0, 1], shape (len(texts), len(others))."""
    counts = [_grams(text) for text in (*texts, *others)]
    seen: Counter[str] = Counter()
    for each in counts:
        seen.update(each.keys())
    index = {gram: at for at, gram in enumerate(seen)}
    weight = {g: float(np.log((1 + len(counts)) / (1 + n)) + 1) for g, n in seen.items()}
    columns: list[int] = []
    filled = [np.zeros(0)]
    ends = [0]
    for each in counts:
        row = np.array([(1 + np.log(n)) * weight[gram] for gram, n in each.items()])
        filled.append(row / (np.linalg.norm(row) or 1.0))
        columns += [index[gram] for gram in each]
        ends.append(len(columns))
    # Sparse: a text holds little of all n-grams of a corpus.
    table = csr_matrix(
        (np.concatenate(filled), columns, ends), shape=(len(counts), max(1, len(index)))
    )
    near: Scores = (table[: len(texts)] @ table[len(texts) :].T).toarray()
    return near


@dataclass(frozen=True, slots=True)
class Linkage:
    """How well each reconstruction is linked to the one it was made from."""

    ranks: NDArray[np.int64]
    """The rank of the true one for each reconstruction, from 1; ties count in the middle."""
    candidates: int

    @property
    def first(self) -> NDArray[np.float64]:
        """1 where the true one is the most similar, else 0."""
        return np.where(self.ranks == 1, 1.0, 0.0)


def link(reconstructed: Sequence[str], originals: Sequence[str]) -> Linkage:
    """Rank all originals for each reconstruction; the n-th was made from the n-th.

    The same text given several times is one candidate: several may be made from one complaint.
    """
    candidates = list(dict.fromkeys(originals))
    own = np.array([candidates.index(text) for text in originals])
    scores = similarities(reconstructed, candidates)
    true = scores[np.arange(len(own)), own][:, None]
    above = (scores > true).sum(axis=1)
    ties = (scores == true).sum(axis=1) - 1
    return Linkage((1 + above + (ties + 1) // 2).astype(np.int64), len(candidates))


def membership(
    reconstructed: Sequence[str], members: Sequence[str], strangers: Sequence[str] | None = None
) -> tuple[Scores, Scores]:
    """How near each member, and each stranger, is to its nearest reconstruction.

    Without strangers each member plays one: its own reconstruction is taken out, and those of
    members with the same text.
    """
    near = similarities(members, reconstructed)
    inside = near.max(axis=1)
    if strangers is not None:
        return inside, similarities(strangers, reconstructed).max(axis=1)
    without = near.copy()
    same = np.unique(np.array(members, dtype=object).astype(str), return_inverse=True)[1]
    without[same[:, None] == same[None, :]] = -1
    return inside, without.max(axis=1)


def auc(inside: Scores, outside: Scores) -> float | None:
    """How often a member is nearer than a stranger: 0.5 is chance, 1 is certainty. Mann-Whitney."""
    if not len(inside) or not len(outside):
        return None
    order = np.sort(outside)
    below = np.searchsorted(order, inside, side="left")
    ties = np.searchsorted(order, inside, side="right") - below
    return float((below + ties / 2).sum() / (len(inside) * len(outside)))


def _grams(text: str) -> Counter[str]:
    plain = normal(text)
    return Counter(plain[at : at + n] for n in (2, 3) for at in range(len(plain) - n + 1))
