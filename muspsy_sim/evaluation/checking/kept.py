"""Where checks of judges are kept, and what they say of the judges of a run.

A check of a run's own courses lies in `RUN/scores/checks/JUDGE.json`; one of courses made for it in
`runs/judge-checks/JUDGE.json`, beside the user's runs. The run's own goes before the other. A check
of another version of an instrument, or of other words, says nothing of this one.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from muspsy_sim.evaluation.checking.outcome import JudgeCheck
from muspsy_sim.evaluation.instruments.loading import instrument_hash
from muspsy_sim.evaluation.instruments.spec import Instrument
from muspsy_sim.evaluation.judging.scores_store import ScoreStore, slug
from muspsy_sim.records.errors import RunError
from muspsy_sim.records.files import canonical_json, write_atomic
from muspsy_sim.runs.store import Run

DEFAULT_FOLDER = Path("runs", "judge-checks")

ALL = "all instruments"

Usability = Literal["usable", "unusable", "not checked"]


def check_file(folder: Path, judge: str) -> Path:
    """Where the check of a judge lies in a folder of checks."""
    return folder / f"{slug(judge)}.json"


def keep_check(folder: Path, check: JudgeCheck) -> Path:
    """Write a check whole, and say where."""
    file = check_file(folder, check.judge)
    write_atomic(file, canonical_json(check.model_dump(mode="json")))
    return file


def read_check(file: Path) -> JudgeCheck | None:
    """A check, `None` where there is none. Raises `RunError` for a file that is none."""
    try:
        return JudgeCheck.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        raise RunError(
            "holds no check of a judge", file=file, hint="delete it and check the judge again"
        ) from error


def check_of(run: Run, judge: str) -> JudgeCheck | None:
    """The check that holds for a judge in a run: the run's own, else the one made apart."""
    own = read_check(check_file(run.folder / "scores" / "checks", judge))
    return own if own is not None else read_check(check_file(DEFAULT_FOLDER, judge))


@dataclass(frozen=True, slots=True)
class Mark:
    """Whether a judge can use an instrument that it scored a run with, and why not."""

    judge: str
    instrument: str
    usability: Usability
    why: str = ""


def marks(run: Run, judges: Iterable[str]) -> list[Mark]:
    """A mark for each judge and instrument of a run; what clients report needs no judge.

    Raises `RunError` for a file that holds no check.
    """
    judged = [one for one in _instruments(run) if one.reported is None]
    found = []
    for judge in sorted(judges):
        check = check_of(run, judge)
        if check is None:
            found.append(Mark(judge, ALL, "not checked"))
        else:
            found += [_mark(check, judge, one) for one in judged]
    return found


def _instruments(run: Run) -> list[Instrument]:
    """The instruments that a run was scored with; of one that does not read, `evaluate` tells."""
    found = []
    for path in sorted((ScoreStore(run).folder / "instruments").glob("*.json")):
        with contextlib.suppress(OSError, ValidationError):
            found.append(Instrument.model_validate_json(path.read_bytes()))
    return found


def _mark(check: JudgeCheck, judge: str, instrument: Instrument) -> Mark:
    for one in check.instruments:
        same = one.version == instrument.version and one.words in ("", instrument_hash(instrument))
        if one.instrument == instrument.id and same:
            if one.verdict == "not enough pairs":
                return Mark(judge, instrument.id, "not checked", one.why)
            usable = one.verdict == "usable"
            return Mark(judge, instrument.id, "usable" if usable else "unusable", one.why)
    return Mark(judge, instrument.id, "not checked")


def told(found: Iterable[Mark]) -> dict[str, str]:
    """What is to be said of marks: instruments that are unusable or not checked, and why."""
    found = list(found)
    said: dict[str, str] = {}
    for one in found:
        if one.usability == "unusable":
            said.setdefault(one.instrument, f"{one.judge}: {one.why}")
    for judge in dict.fromkeys(one.judge for one in found):
        own = [one for one in found if one.judge == judge]
        unchecked = [one.instrument for one in own if one.usability == "not checked"]
        which = ALL if len(unchecked) == len(own) else ", ".join(unchecked)
        if unchecked:
            why = f"not checked; `muspsy judge-check --judge {judge}` does it"
            said[f"{which}, for {judge}"] = why
    return said
