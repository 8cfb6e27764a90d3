"""A free-text case report to a profile: read, asked of a model, checked against the report.

The report may have front matter (then it says itself where it is from and under which licence) or
be plain text; what it does not say of itself is put down as unstated, never as free.
"""

from __future__ import annotations

import re
from pathlib import Path

from muspsy_sim.llm.seam import Model
from muspsy_sim.personas.age import admitted
from muspsy_sim.personas.annotating import annotator
from muspsy_sim.personas.from_report import Drawn, profile_from_report
from muspsy_sim.personas.library import read_case
from muspsy_sim.personas.prompts import EXTRACT
from muspsy_sim.personas.wording import language_of, words
from muspsy_sim.records.errors import ContentError, ProfileError
from muspsy_sim.records.profile import CaseReport
from muspsy_sim.records.views import ExtractView
from muspsy_sim.records.yaml_tree import read_content

LONGEST_REPORT = 60_000
"""Characters; a longer text is no case report, and more than a model reads with care."""
SHORTEST_REPORT = 40
"""Words or characters; a shorter text tells of nobody."""


def read_report(path: Path) -> CaseReport:
    """A case report from a file, with or without front matter.

    Raises:
        ContentError: it cannot be read, its front matter does not fit, or it is too long or short.
    """
    text = read_content(path).replace("\r\n", "\n")
    if text.lstrip("\ufeff").startswith("---\n"):
        case = read_case(path)
    else:
        body = text.strip() + "\n"
        case = CaseReport(
            id=_id_of(path),
            language=language_of(body),
            text=body,
            source=f"file {path.name}",
            licence="unstated",
            provenance="the file says neither where it is from nor whether it tells of a person",
            fictional=False,
        )
    if len(case.text) > LONGEST_REPORT:
        raise ContentError(
            path, None, None, f"is longer than {LONGEST_REPORT:,} characters", "name one report"
        )
    if words(case.text, case.language) < SHORTEST_REPORT:
        raise ContentError(path, None, None, "is too short for a case report", "check the file")
    return case


async def extract_profile(
    case: CaseReport,
    model: str | Model,
    *,
    file: Path | None = None,
    allow_minors: bool = False,
    assume_adult: bool = False,
) -> Drawn:
    """The profile that a model draws from a report, as far as the report bears it out.

    Raises:
        ProfileError: nothing that was drawn stands in the report, or the age is not allowed.
        ModelSetupError: the model cannot be reached, or its answer cannot be used.
    """
    async with annotator(model, case.id) as ask:
        answer = await ask(EXTRACT, ExtractView(language=case.language, report=case.text))
        by = ask.name
    try:
        drawn = profile_from_report(case, answer, by)
    except ProfileError as error:
        raise ProfileError(error.message, file=file, hint=error.hint) from error
    drawn.profile = admitted(
        drawn.profile, file=file, allow_minors=allow_minors, assume_adult=assume_adult
    )
    return drawn


def _id_of(path: Path) -> str:
    slug = re.sub(r"[^A-Za-z0-9]+", "-", path.stem).strip("-").lower()[:60]
    return f"report-{slug}" if slug else "report"
