"""Where checks of judges are kept, and what they say of the judges of a run.

A check of a run's own courses lies in `RUN/scores/checks/JUDGE.json`; one of courses made for it in
`runs/judge-checks/JUDGE.json`, beside the user's runs. The run's own goes before the other. A check
of another version of an instrument says nothing of this one.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import orjson
from pydantic import ValidationError

from muspsy_sim.evaluation.checking.outcome import JudgeCheck
from muspsy_sim.evaluation.judging.scores_store import ScoreStore, slug
from muspsy_sim.records.errors import RunError
from muspsy_sim.records.files import canonical_json, write_atomic
from muspsy_sim.runs.store import Run

DEFAULT_FOLDER = Path("runs", "judge-checks")

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


def usability(run: Run, judge: str, instrument: str, version: int) -> tuple[Usability, str]:
    """Whether a judge can use an instrument, and why not."""
    check = check_of(run, judge)
    for one in check.instruments if check is not None else ():
        if one.instrument == instrument and one.version == version:
            if one.verdict == "not enough pairs":
                return "not checked", one.why
            return ("usable", "") if one.verdict == "usable" else ("unusable", one.why)
    return "not checked", f"`muspsy judge-check --judge {judge}` was not run"


def unusable_instruments(run: Run, judges: Iterable[str]) -> dict[str, str]:
    """The instruments of a run that one of its judges can't use, and why."""
    used = _versions(run)
    found: dict[str, str] = {}
    for judge in sorted(judges):
        check = check_of(run, judge)
        for one in check.instruments if check is not None else ():
            bad = one.verdict not in ("usable", "not enough pairs")
            if bad and used.get(one.instrument) == one.version:
                found.setdefault(one.instrument, f"{judge}: {one.why}")
    return found


def _versions(run: Run) -> dict[str, object]:
    """The versions of the instruments that a run was scored with."""
    found: dict[str, object] = {}
    for path in sorted((ScoreStore(run).folder / "instruments").glob("*.json")):
        try:
            found[path.stem] = orjson.loads(path.read_bytes())["version"]
        except (OSError, ValueError, KeyError, TypeError):
            continue  # `evaluate` says what is wrong with it
    return found
