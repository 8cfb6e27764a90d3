"""A run as an export reads it: one episode at a time, so memory does not grow with the run.

`glances` reads of each episode only what decides whether it is taken; `read_source` reads one
whole, with what its run says of the arms. A file that is no episode is named with what is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from muspsy_sim.records.episode import CourseEnd, Episode, Session
from muspsy_sim.records.errors import RunError
from muspsy_sim.records.files import storage_error
from muspsy_sim.runs.store import Run, find_run, read_episode, read_run_file

ArmNodes = dict[str, frozenset[str]]
"""Arm -> names of its graph's nodes."""


@dataclass(frozen=True, slots=True)
class Glance:
    """Of one episode, what decides whether it is taken and into which split it falls."""

    id: str
    file: Path
    source_case: str
    arm: str
    control: bool
    end: CourseEnd
    offline: tuple[str, ...]

    @property
    def failed(self) -> bool:
        """Whether the course was not lived to its end."""
        return not self.end.complete


@dataclass(frozen=True, slots=True)
class Source:
    """An episode and the graphs of its run's arms."""

    episode: Episode
    nodes: ArmNodes

    def arm_of(self, session: Session) -> str:
        """The arm that held the chair in a session (a fork has two)."""
        return session.arm or self.episode.arm

    def nodes_of(self, session: Session) -> frozenset[str] | None:
        """The nodes of that arm; `None` where the run does not say."""
        return self.nodes.get(self.arm_of(session))


def open_run(name: str | Path) -> Run:
    """A run by its folder or its recipe, with at least one finished episode.

    Raises:
        RunError: there is no such run, or nothing in it is finished.
    """
    run = find_run(name)
    if not run.episode_ids():
        raise RunError(
            "the run has no finished episode",
            file=run.folder,
            hint="run its recipe first with `muspsy run`",
        )
    return run


def arm_nodes(run: Run) -> ArmNodes:
    """The nodes of the arms, as `run.yaml` has them. Raises `RunError` where it cannot be read."""
    arms = read_run_file(run).get("arms")
    found: ArmNodes = {}
    for name, said in arms.items() if isinstance(arms, dict) else ():
        if isinstance(said, dict) and isinstance(said.get("nodes"), list):
            found[str(name)] = frozenset(map(str, said["nodes"]))
    return found


def glances(run: Run) -> Iterator[Glance]:
    """All finished episodes of a run, by id. Raises `RunError` for a file that is no episode."""
    for episode in run.episode_ids():
        yield _glance(run.episode_file(episode))


def read_source(run: Run, episode: str, nodes: ArmNodes) -> Source:
    """One episode, whole and checked. Raises `RunError` naming the file and the field."""
    return Source(read_episode(run, episode), nodes)


def unfinished(run: Run) -> list[str]:
    """Ids of the episodes that were begun and are not finished."""
    begun = set(run.journal_ids())
    return sorted(begun - set(run.episode_ids()))


def _glance(file: Path) -> Glance:
    try:
        raw: Any = orjson.loads(file.read_bytes())
        found = Glance(
            id=str(raw["id"]),
            file=file,
            source_case=str(raw["source_case"]),
            arm=str(raw["arm"]),
            control=bool(raw["control"]),
            end=CourseEnd(raw["end"]),
            offline=tuple(map(str, raw["provenance"]["offline"])),
        )
    except OSError as error:
        raise storage_error(file, error, "read") from error
    except (ValueError, KeyError, TypeError) as error:
        raise RunError(
            "is no episode: a field is missing or wrong, or the file is not JSON",
            file=file,
            field=str(error.args[0]) if isinstance(error, KeyError) else None,
            hint="delete it and run again: the journal has its answers",
        ) from error
    if found.id != file.stem:
        raise RunError(
            f"holds the episode {found.id!r}, not the one that it is named after",
            file=file,
            field="id",
            hint="give the file its episode's name back",
        )
    return found
