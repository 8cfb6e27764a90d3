"""Where a quote stands in a report: letter for letter, but for line breaks and kinds of quotes.

A quote that is not found, or that is too short to show anything, has no place, and what rests on it
is refused.
"""

from __future__ import annotations

import re

from muspsy_sim.personas.wording import words
from muspsy_sim.records.base import Language
from muspsy_sim.records.profile import SourceSpan

SHORTEST: dict[Language, int] = {"en": 3, "zh": 4}
"""Words of an English quote, characters of a Chinese one; fewer stand in any report."""

_ALIKE = str.maketrans("’‘“”«»‐‑–—", '\'\'""""----')
"""Signs that models and word processors put for one another; as many as they replace."""


def place_of(quote: str, report: str, language: Language) -> SourceSpan | None:
    """The first place of `quote` in `report`, or `None`.

    White space counts as white space, however much of it, since reports are wrapped.
    """
    said = quote.strip()
    if words(said, language) < SHORTEST[language]:
        return None
    parts = [re.escape(part) for part in said.translate(_ALIKE).split()]
    match = re.search(r"\s+".join(parts), report.translate(_ALIKE))
    return SourceSpan(start=match.start(), end=match.end()) if match else None


def stands_in(number: int, report: str) -> bool:
    """Whether a number stands in a report, in digits or in Chinese numerals."""
    return bool(re.search(rf"(?<!\d){number}(?!\d)", report)) or _chinese(number) in report


def _chinese(number: int) -> str:
    digits = "零一二三四五六七八九"
    tens, ones = divmod(number, 10)
    if number > 99:
        return str(number)
    if tens == 0:
        return digits[ones]
    return ("" if tens == 1 else digits[tens]) + "十" + (digits[ones] if ones else "")
