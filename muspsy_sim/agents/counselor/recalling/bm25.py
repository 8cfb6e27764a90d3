"""BM25 in its usual form (Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework").

Written out, since the notes of a course are some dozens of statements: an index would cost more to
build than it saves. The inverse document frequency is the one with 1 added inside the logarithm,
which keeps a term that stands in most statements above zero.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

_K1 = 1.2
"""How soon a term that is repeated adds no more; 1.2 to 2 in the source."""
_B = 0.75
"""How far long texts are held against themselves; 0.5 to 0.8 in the source."""


def bm25(query: Sequence[str], documents: Sequence[Sequence[str]]) -> list[float]:
    """How well each document answers the query, 0 for no term in common; in the given order."""
    if not documents:
        return []
    counts = [Counter(document) for document in documents]
    mean = sum(map(len, documents)) / len(documents) or 1.0
    worth = [0.0] * len(documents)
    for term in dict.fromkeys(query):
        holds = sum(term in count for count in counts)
        if not holds:
            continue
        rare = math.log(1 + (len(documents) - holds + 0.5) / (holds + 0.5))
        for at, count in enumerate(counts):
            often = count[term]
            length = _K1 * (1 - _B + _B * len(documents[at]) / mean)
            worth[at] += rare * often * (_K1 + 1) / (often + length)
    return worth
