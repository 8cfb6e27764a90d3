"""A complaint found by a summary: cosine of TF-IDF vectors, ties by id.

Terms are English stems of words and Chinese pairs of characters; weights are 1 + log(tf) times
log((1 + N) / (1 + df)) + 1 over the bank (the smoothed form that scikit-learn documents).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from math import log, sqrt

from muspsy_sim.datasets.making.bench import Complaint

_TERM = re.compile(r"[A-Za-z]+|[\u3400-\u4dbf\u4e00-\u9fff]+")


def ranked(query: str, bank: Sequence[Complaint]) -> list[tuple[float, Complaint]]:
    """All complaints, the nearest first, with their similarity from 0 to 1."""
    terms = [_terms(complaint.text) for complaint in bank]
    seen: Counter[str] = Counter(term for each in terms for term in each)
    weight = {term: log((1 + len(bank)) / (1 + n)) + 1 for term, n in seen.items()}
    asked = _vector(_terms(query), weight)
    scored = [
        (round(_cosine(asked, _vector(each, weight)), 4), complaint)
        for each, complaint in zip(terms, bank, strict=True)
    ]
    return sorted(scored, key=lambda found: (-found[0], found[1].id))


def _terms(text: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for token in _TERM.findall(text.lower()):
        if token[0].isascii():
            found[re.sub(r"(?:ing|ed|es|s)$", "", token) if len(token) > 4 else token] += 1
        else:
            found.update(token[n : n + 2] for n in range(len(token) - 1))
    return found


def _vector(terms: Counter[str], weight: dict[str, float]) -> dict[str, float]:
    return {t: (1 + log(n)) * weight[t] for t, n in sorted(terms.items()) if t in weight}


def _cosine(one: dict[str, float], two: dict[str, float]) -> float:
    length = sqrt(sum(w * w for w in one.values()) * sum(w * w for w in two.values()))
    return sum(w * two.get(t, 0.0) for t, w in one.items()) / length if length else 0.0
