"""Which stretches of a client's turn neither its material nor everyday words bear out.

Everyday are the words of the offline client's own sentences. A lexical reader: it finds a new
place, trade or event, and not a familiar word put to a new use.
"""

from __future__ import annotations

import re
from functools import cache

from muspsy_sim.records.base import Language
from muspsy_sim.records.content import content_path

_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)*|\d+")
_RUN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+|\d+")


@cache
def _everyday(language: Language) -> frozenset[str]:
    paths = [("client", "offline"), ("corpora", "offline"), ("counselor", "offline")]
    texts = [
        content_path("agents", *path, f"{language}.yaml").read_text(encoding="utf-8")
        for path in paths
    ]
    return _units("\n".join(texts), language)


def _units(text: str, language: Language) -> frozenset[str]:
    if language == "zh":
        return frozenset(
            run[n : n + 2] for run in _RUN.findall(text) for n in range(max(1, len(run) - 1))
        )
    return frozenset(_stem(word) for word in _WORD.findall(text))


def outside(reply: str, told: str, language: Language) -> list[str]:
    """Words (Chinese: stretches) of the reply that are neither told nor everyday, in order."""
    known = _everyday(language) | _units(told, language)
    told_figures = set(re.findall(r"\d+", told))
    found = [f for f in re.findall(r"\d+", reply) if f not in told_figures]
    if language == "en":
        found += [w for w in _WORD.findall(reply) if len(w) > 3 and _stem(w) not in known]
        return [*dict.fromkeys(found)]
    for run in _RUN.findall(reply):
        strange = [True] * len(run)
        for n in range(len(run) - 1):
            if run[n : n + 2] in known:
                strange[n] = strange[n + 1] = False
        marks = "".join("x" if each else "." for each in strange)
        found += [run[m.start() : m.end()] for m in re.finditer("xx+", marks)]
    return [*dict.fromkeys(found)]


def _stem(word: str) -> str:
    plain = word.lower().replace("’", "'")
    for ending in ("'s", "ing", "ed", "es", "s", "d", "e", "ly"):
        if plain.endswith(ending) and len(plain) - len(ending) >= 3:
            return plain[: -len(ending)]
    return plain
