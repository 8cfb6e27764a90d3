"""A client's sheet as an intake form: one text block with numbered heads, as CACTUS lays it out.

The heads are English in both languages, as the field publishes them; what stands under them is the
client's own.
"""

from __future__ import annotations

from collections.abc import Iterator

from muspsy_sim.records.corpus_views import Sheet

_PERSONAL = (
    ("Name", "name"),
    ("Age", "age"),
    ("Gender", "gender"),
    ("Occupation", "occupation"),
    ("Education", "education"),
    ("Marital Status", "relationship_status"),
    ("Family Details", "living_situation"),
)


def form_text(sheet: Sheet) -> str:
    """The form. What is not known is left out, except the personal lines, which say so."""
    return "\n".join(_lines(sheet))


def _lines(sheet: Sheet) -> Iterator[str]:
    for label, field in _PERSONAL:
        value = getattr(sheet.demographics, field)
        yield f"{label}: {'Not specified' if value in (None, '') else value}"
    sections = (
        ("Presenting Problem", [sheet.presenting_problem, *sheet.facts]),
        ("Reason for Seeking Counseling", sheet.goals),
        ("Past History", [sheet.history]),
        ("Social Support System", [*sheet.supports, *sheet.strengths]),
    )
    number = 0
    for head, said in sections:
        lines = [line for line in said if line]
        if lines:
            number += 1
            yield f"{number}. {head}"
            yield from lines
    if sheet.situations or sheet.beliefs:
        yield f"{number + 1}. Thoughts and Situations"
        for each in sheet.situations:
            yield f"- {each.situation} / {each.automatic_thought} / {each.emotion}"
        yield from (f"- {belief}" for belief in sheet.beliefs)
    if sheet.voice_style:
        yield f"Way of speaking: {sheet.voice_style}"
