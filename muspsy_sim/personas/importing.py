"""Published client material into profiles and case reports of this project.

`import_personas` reads a file or a folder and says, for each client in it, what it became or why it
was refused; `write_personas` puts the result into a folder, a persona a subfolder. A client under
18 is refused unless `allow_minors`, one of unknown age unless `assume_adult`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from muspsy_sim.formats.cactus_intake import CactusRecord, read_cactus
from muspsy_sim.formats.muspsy_reports import RawReport, read_reports
from muspsy_sim.formats.muspsy_usercard import read_usercards
from muspsy_sim.formats.psycheval_case import read_psycheval
from muspsy_sim.formats.simpsydial_profile import read_complaints
from muspsy_sim.personas.age import ADULT_AGE, admitted
from muspsy_sim.personas.from_cactus import opening_language, profile_from_cactus
from muspsy_sim.personas.from_psycheval import profile_from_psycheval
from muspsy_sim.personas.from_simpsydial import (
    at_school,
    case_from_complaint,
    profile_from_complaint,
)
from muspsy_sim.personas.from_usercard import profile_from_usercards
from muspsy_sim.personas.summaries import CASE_FILE, PROFILE_FILE
from muspsy_sim.personas.wording import language_of
from muspsy_sim.personas.writing import case_text, profile_text, write_new
from muspsy_sim.records.errors import MuspsyError, Problem, ProfileError
from muspsy_sim.records.profile import CaseReport, Profile

Source = Literal[
    "muspsy-usercard", "muspsy-report", "cactus-intake", "psycheval-case", "simpsydial-profile"
]
"""The published shapes that can be imported."""

SOURCES: tuple[Source, ...] = get_args(Source)

_SUFFIX: dict[Source, str] = {
    "muspsy-usercard": ".txt",
    "muspsy-report": ".jsonl",
    "cactus-intake": ".json",
    "psycheval-case": ".json",
    "simpsydial-profile": ".json",
}
_STATED_AGE = re.compile(r"(?<!\d)(\d{1,2})周?岁|\b(\d{1,2})[ -]years?[ -]old\b")


@dataclass(slots=True)
class Imported:
    """What became of the clients in a file or folder."""

    profiles: list[Profile] = field(default_factory=list)
    cases: list[CaseReport] = field(default_factory=list)
    refused: list[Problem] = field(default_factory=list)
    """One for each client that was left out, with the reason."""
    odd: list[Problem] = field(default_factory=list)
    """What is odd in the source; nothing of it was mended."""
    skipped: list[Problem] = field(default_factory=list)
    """Files of a folder that are not of the shape that was asked for."""


def import_personas(
    path: str | os.PathLike[str],
    source: Source,
    *,
    allow_minors: bool = False,
    assume_adult: bool = False,
) -> Imported:
    """Read clients of the published shape `source` from a file, or from all files of a folder.

    Raises:
        ProfileError: the file, or every file of the folder, holds nothing of that shape.
        ContentError: the one file that was named cannot be read.
    """
    named = Path(path)
    result = Imported()
    one: Callable[[Path, Imported, _Ages], None] = _READERS[source]
    ages = _Ages(allow_minors=allow_minors, assume_adult=assume_adult)
    if not named.is_dir():
        one(named, result, ages)
    else:
        for file in sorted(named.rglob(f"*{_SUFFIX[source]}")):
            try:
                one(file, result, ages)
            except MuspsyError as error:
                result.skipped.extend(error.problems)
    if not (result.profiles or result.cases or result.refused):
        raise ProfileError(
            f"holds nothing of the shape {source}",
            file=named,
            hint=f"{source} is read from {_SUFFIX[source]} files",
        )
    return result


def write_personas(result: Imported, folder: Path) -> list[Path]:
    """Write each profile and case report into a subfolder of `folder` that bears its id.

    Raises:
        StorageError: a file is there already with other content, or the disk refuses. Nothing is
            written unless every file can be.
    """
    profiles = {
        folder / each.id / PROFILE_FILE: profile_text(each, folder) for each in result.profiles
    }
    cases = {folder / each.id / CASE_FILE: case_text(each) for each in result.cases}
    return write_new({**profiles, **cases})


@dataclass(frozen=True, slots=True)
class _Ages:
    allow_minors: bool
    assume_adult: bool

    def admit(self, profile: Profile, file: Path, line: int | None) -> Profile:
        return admitted(
            profile,
            file=file,
            line=line,
            allow_minors=self.allow_minors,
            assume_adult=self.assume_adult,
        )


def _usercards(file: Path, result: Imported, ages: _Ages) -> None:
    source = read_usercards(file)
    persona = f"muspsy-{_slug(file.stem.removeprefix('usercards_')) or 'client'}"
    profile = profile_from_usercards(source, _free(persona, result))
    # Only now, so that a text file of another shape is not told of line by line.
    result.odd.extend(source.odd)
    try:
        result.profiles.append(ages.admit(profile, file, source.cards[0].line))
    except ProfileError as error:
        result.refused.extend(error.problems)


def _cactus(file: Path, result: Imported, ages: _Ages) -> None:
    source = read_cactus(file)
    if not source.records and not source.odd:
        raise ProfileError("holds no CACTUS record", file=file)
    result.odd.extend(each for each in source.odd if each.field)
    result.refused.extend(each for each in source.odd if not each.field)
    for record in source.records:
        try:
            profile = profile_from_cactus(record)
            result.odd.extend(_between_languages(record, profile, file))
            wanted = _with_opening(record, profile)
            free = _free(wanted, result)
            if free != wanted:
                message = f"a client {wanted!r} was imported already; this one is {free!r}"
                result.odd.append(Problem(message, file, record.line))
            profile = profile.model_copy(update={"id": free})
            result.profiles.append(ages.admit(profile, file, record.line))
        except ProfileError as error:
            result.refused.append(
                Problem(error.message, file, record.line, error.field, error.hint)
            )


def _with_opening(record: CactusRecord, profile: Profile) -> str:
    """The id, marked where the opening is in another language than the form."""
    spoken = opening_language(record)
    return profile.id if spoken in (None, profile.language) else f"{profile.id}-{spoken}"


def _between_languages(record: CactusRecord, profile: Profile, file: Path) -> list[Problem]:
    spoken = opening_language(record)
    if spoken in (None, profile.language):
        return []
    message = (
        f"the first exchange is in {spoken!r}, the intake form in {profile.language!r}; "
        f"the client speaks {profile.language!r}, the exchange is kept in extra"
    )
    return [Problem(message, file, record.line, "dialogue_history_init")]


def _reports(file: Path, result: Imported, ages: _Ages) -> None:
    source = read_reports(file)
    if not source.reports:
        raise ProfileError("holds no case report", file=file)
    result.odd.extend(source.odd)
    for report in source.reports:
        age = _youngest(report.text)
        if age is not None and age < ADULT_AGE and not ages.allow_minors:
            message = f"the report speaks of someone aged {age}, perhaps its client"
            hint = f"under {ADULT_AGE} only with --allow-minors"
            result.refused.append(Problem(message, file, report.line, None, hint))
            continue
        result.cases.append(_case(report, file, result))


def _psycheval(file: Path, result: Imported, ages: _Ages) -> None:
    case = read_psycheval(file)
    profile = profile_from_psycheval(case)
    result.odd.extend(case.odd)
    free = _free(profile.id, result)
    if free != profile.id:
        message = f"a client {profile.id!r} was imported already; this one is {free!r}"
        result.odd.append(Problem(message, file))
    profile = profile.model_copy(update={"id": free})
    try:
        result.profiles.append(ages.admit(profile, file, None))
    except ProfileError as error:
        result.refused.extend(error.problems)


def _simpsydial(file: Path, result: Imported, ages: _Ages) -> None:
    source = read_complaints(file)
    if not source.complaints and not source.odd:
        raise ProfileError("holds no complaint", file=file)
    result.odd.extend(each for each in source.odd if each.field)
    result.refused.extend(each for each in source.odd if not each.field)
    for complaint in source.complaints:
        persona = _free(f"simpsydial-{_slug(file.stem)}-{complaint.number}", result)
        try:
            profile = profile_from_complaint(complaint, persona)
            school = at_school(complaint.text)
            if school and not ages.allow_minors and profile.demographics.age is None:
                raise ProfileError(
                    f"the writer is at school ({school!r}), so perhaps under {ADULT_AGE}",
                    hint="such a client is taken only with --allow-minors (allow_minors)",
                )
            profile = ages.admit(profile, file, complaint.line)
        except ProfileError as error:
            result.refused.append(
                Problem(error.message, file, complaint.line, error.field, error.hint)
            )
            continue
        result.profiles.append(profile)
        where = f"SimPsyDial release, {file.name}, entry {complaint.number}"
        result.cases.append(case_from_complaint(complaint, persona, where))


def _case(report: RawReport, file: Path, result: Imported) -> CaseReport:
    for key in report.extra:
        result.odd.append(Problem(f"key {key!r} has no place in a case report", file, report.line))
    return CaseReport(
        id=f"muspsy-{_slug(file.stem)}-{report.line}",
        language=language_of(report.text),
        text=report.text.strip() + "\n",
        source=f"MusPsy release, {file.name}, line {report.line}",
        licence="MIT",
        provenance="MIT as stated by the release; where the report itself comes from is unclear",
        fictional=False,
    )


def _youngest(text: str) -> int | None:
    # A report may name siblings too; the youngest age decides, so that no minor slips through.
    ages = [int(one or other) for one, other in _STATED_AGE.findall(text)]
    return min(ages, default=None)


def _free(persona: str, result: Imported) -> str:
    taken = {profile.id for profile in result.profiles}
    number, free = 1, persona
    while free in taken:
        number += 1
        free = f"{persona}-{number}"
    return free


def _slug(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-").lower()[:60]


_READERS: dict[Source, Callable[[Path, Imported, _Ages], None]] = {
    "muspsy-usercard": _usercards,
    "muspsy-report": _reports,
    "cactus-intake": _cactus,
    "psycheval-case": _psycheval,
    "simpsydial-profile": _simpsydial,
}
