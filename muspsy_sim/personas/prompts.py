"""The annotator's named prompts that make profiles: from a report, and in another language."""

from __future__ import annotations

from muspsy_sim.llm.seam import Prompt
from muspsy_sim.records import answers, views

EXTRACT = Prompt(
    "annotator.extract",
    "annotator",
    views.ExtractView,
    answers.ExtractAnswer,
    "annotator/extract.md.j2",
)
TRANSLATE = Prompt(
    "annotator.translate",
    "annotator",
    views.TranslateView,
    answers.TranslateAnswer,
    "annotator/translate.md.j2",
)
