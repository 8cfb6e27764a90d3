"""What is known of whole episodes without reading them again: `.known.json` in a run's folder.

It is derived: an entry counts only for the very file that it was read from (size, inode, times of
change in nanoseconds), so that an episode that was edited, replaced or copied is read anew, and the
file can be deleted at any time. Only the run's writer writes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import astuple, fields
from pathlib import Path
from typing import Any

import orjson

from muspsy_sim.llm.prefixes import Sent
from muspsy_sim.llm.seam import Role
from muspsy_sim.records.episode import CourseEnd, Usage
from muspsy_sim.records.errors import RunError, StorageError
from muspsy_sim.records.files import storage_error, write_atomic
from muspsy_sim.runs.outcome import EpisodeOutcome, outcome_in
from muspsy_sim.runs.store import Run

_VERSION = 1
"""Raised when an outcome comes to hold something else."""

Stamp = list[int]
"""Size, inode, and when content and the file itself last changed; the last can't be set back."""


def known_file(run: Run) -> Path:
    """Where it is kept."""
    return run.folder / ".known.json"


class Known:
    """The outcomes of a run's episodes: as they are known, or read off the file."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._kept: dict[str, dict[str, Any]] = {}
        self._changed = False
        try:
            held = orjson.loads(known_file(run).read_bytes())
            if held["version"] == _VERSION:
                self._kept = dict(held["episodes"])
        except (OSError, ValueError, KeyError, TypeError):
            pass  # Nothing is known, then.

    def outcome(self, name: str) -> EpisodeOutcome:
        """What came of one episode. Raises `RunError` when its file is no episode."""
        path = self._run.episode_file(name)
        try:
            stamp = _stamp(path)
        except OSError as error:
            raise storage_error(path, error, "read") from error
        kept = self._kept.get(name)
        if kept is not None and kept.get("stamp") == stamp:
            try:
                return _from_kept(kept["outcome"])
            except (KeyError, TypeError, ValueError):
                pass  # Somebody else's words: the file is read.
        outcome = outcome_of(self._run, name)
        sent = kept.get("sent") if kept is not None else None
        self._kept[name] = {"stamp": stamp, "outcome": _to_keep(outcome), "sent": sent}
        self._changed = True
        return outcome

    def tell(self, name: str, outcome: EpisodeOutcome) -> None:
        """Note what came of an episode that was written just now: it need not be read."""
        try:
            stamp = _stamp(self._run.episode_file(name))
        except OSError:
            return  # Whoever asks for it hears of that.
        self._kept[name] = {"stamp": stamp, "outcome": _to_keep(outcome), "sent": None}
        self._changed = True

    def sent(self, name: str) -> dict[str, Sent]:
        """By role, what was sent in prompts and how much of it a second time; empty = not known."""
        held = (self._kept.get(name) or {}).get("sent") or {}
        try:
            # Two numbers, without any tokens, are of a version before.
            return {role: Sent(*map(int, numbers)) for role, numbers in held.items()}
        except (AttributeError, TypeError, ValueError):
            return {}

    def tell_sent(self, name: str, sent: Mapping[Role, Sent]) -> None:
        """Note what an episode that was lived just now sent. Its outcome must be known."""
        if name in self._kept:
            told = {role: list(map(round, astuple(s))) for role, s in sorted(sent.items())}
            self._kept[name]["sent"] = told
            self._changed = True

    def keep(self) -> None:
        """Write it for the next time. A disk that refuses undoes nothing: it is derived."""
        if not self._changed:
            return
        try:
            write_atomic(
                known_file(self._run),
                orjson.dumps({"version": _VERSION, "episodes": self._kept}),
            )
        except StorageError:
            return
        self._changed = False


def sent_by_role(run: Run, names: Iterable[str]) -> dict[str, Sent]:
    """What these episodes sent, by role, as far as it is known."""
    known = Known(run)
    sums: dict[str, Sent] = {}
    for name in names:
        for role, sent in known.sent(name).items():
            sums.setdefault(role, Sent()).add_all(sent)
    return sums


def outcome_of(run: Run, name: str) -> EpisodeOutcome:
    """What came of one episode, read off its file. Raises `RunError` when that is no episode."""
    path = run.episode_file(name)
    try:
        return outcome_in(orjson.loads(path.read_bytes()))
    except OSError as error:
        raise storage_error(path, error, "read") from error
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise RunError(
            "is no whole episode",
            file=path,
            hint="delete it and run again: the journal has its answers",
        ) from error


def _stamp(path: Path) -> Stamp:
    found = path.stat()
    return [found.st_size, found.st_ino, found.st_mtime_ns, found.st_ctime_ns]


def _to_keep(outcome: EpisodeOutcome) -> dict[str, Any]:
    return {
        **{field.name: getattr(outcome, field.name) for field in fields(outcome)},
        "usage": {role: used.model_dump() for role, used in outcome.usage.items()},
    }


def _from_kept(kept: dict[str, Any]) -> EpisodeOutcome:
    return EpisodeOutcome(
        **{
            **kept,
            "end": CourseEnd(kept["end"]),
            "phq9": _pair(kept["phq9"]),
            "gad7": _pair(kept["gad7"]),
            "usage": {role: Usage.model_validate(used) for role, used in kept["usage"].items()},
        }
    )


def _pair(kept: list[int] | None) -> tuple[int, int] | None:
    return None if kept is None else (kept[0], kept[1])
