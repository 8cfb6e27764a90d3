"""Which of the project's languages a text is in, by its script."""

from __future__ import annotations

import re
from collections.abc import Iterable

from muspsy_sim.records.base import Language

HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_LATIN = re.compile(r"[A-Za-z]+")

_ENOUGH = 600
"""Characters looked at: a language does not change after that, and files may be long."""


def language_of(texts: Iterable[str]) -> Language | None:
    """`zh` where Chinese characters outnumber Latin words, `en` where it is the other way round.

    A Chinese character and an English word carry about as much, so they are counted against each
    other. None: there is neither.
    """
    han = latin = seen = 0
    for text in texts:
        part = text[: _ENOUGH - seen]
        han += len(HAN.findall(part))
        latin += len(_LATIN.findall(part))
        seen += len(part)
        if seen >= _ENOUGH:
            break
    if not han and not latin:
        return None
    return "zh" if han > latin else "en"
