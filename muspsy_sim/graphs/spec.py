"""An arm as its YAML file says it, and the rules of `extends` and `drop`.

An arm is a graph plus the levels of all declared factors. A flow is a list of lines such as
`recall -> plan -> respond` or `speak -> recall when again`; its first name is where it starts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from pydantic import Field, field_validator

from muspsy_sim.agents.live import Levels
from muspsy_sim.records.base import Id, Record
from muspsy_sim.records.content import content_path
from muspsy_sim.records.errors import GraphError
from muspsy_sim.records.strict_yaml import load_strict

_EDGE_LINE = re.compile(r"^\s*[a-z_]+(\s*->\s*[a-z_]+)+(\s+when\s+[a-z_]+)?\s*$")
END = "end"


class ArmFile(Record):
    """One file of `graphs/`."""

    name: Id
    about: str = Field(min_length=1)
    extends: Id | None = None
    drop: list[str] = Field(default_factory=list)
    control: bool | None = None
    levels: dict[str, Any] = Field(default_factory=dict)
    session: list[str] | None = None
    course: list[str] | None = None

    @field_validator("session", "course")
    @classmethod
    def _flow_lines(cls, lines: list[str] | None) -> list[str] | None:
        for line in lines or []:
            if not _EDGE_LINE.match(line):
                raise ValueError(f"{line!r} is no flow line; write `a -> b` or `a -> b when word`")
        return lines


@dataclass(frozen=True, slots=True)
class Edge:
    """From one node to the next; `when` names the answer of the first that takes this way."""

    source: str
    target: str
    when: str | None = None


@dataclass(frozen=True, slots=True)
class Arm:
    """An arm resolved: extends followed, drops still to be contracted by the wiring."""

    name: str
    about: str
    control: bool
    levels: Levels
    session: tuple[Edge, ...]
    course: tuple[Edge, ...]
    dropped: tuple[str, ...]
    file: Path


def edges_of(lines: list[str]) -> tuple[Edge, ...]:
    """The edges that flow lines name, in order."""
    edges: list[Edge] = []
    for line in lines:
        path, _, when = line.partition(" when ")
        nodes = [name.strip() for name in path.split("->")]
        for i, (source, target) in enumerate(pairwise(nodes)):
            last = i == len(nodes) - 2
            edges.append(Edge(source, target, when.strip() or None if last else None))
    return tuple(edges)


def arm_names() -> list[str]:
    """Names of all arms in `graphs/`."""
    return sorted(p.stem for p in content_path("graphs").glob("*.yaml"))


@cache
def load_arm(name: str, drop: tuple[str, ...] = ()) -> Arm:
    """Read an arm by name, following `extends`; `drop` names further nodes to leave out.

    Raises `GraphError` for an unknown name, a circle of `extends` or an unknown level.
    """
    chain = _chain(name)
    levels: dict[str, Any] = {}
    session: list[str] | None = None
    course: list[str] | None = None
    control = False
    dropped: list[str] = []
    for file, _ in chain:
        levels |= file.levels
        control = file.control if file.control is not None else control
        if file.session is not None:
            session, dropped = file.session, [d for d in dropped if not _in(d, file.session)]
        if file.course is not None:
            course, dropped = file.course, [d for d in dropped if not _in(d, file.course)]
        dropped += [d for d in file.drop if d not in dropped]
    last, path = chain[-1]
    if session is None or course is None:
        raise GraphError(
            "it names no flow for its session or course",
            file=path,
            hint="add `session:` and `course:`, or extend an arm that has them",
        )
    # What an ancestor dropped from a flow that is now another is nobody's to drop any more.
    dropped = [d for d in dropped if d in last.drop or _in(d, session) or _in(d, course)]
    return Arm(
        name=last.name,
        about=last.about,
        control=control,
        levels=_levels(levels, path),
        session=edges_of(session),
        course=edges_of(course),
        dropped=(*dropped, *(node for node in drop if node not in dropped)),
        file=path,
    )


def _in(node: str, lines: list[str]) -> bool:
    return any(node in (e.source, e.target) for e in edges_of(lines))


def _chain(name: str) -> list[tuple[ArmFile, Path]]:
    """The files from the root of `extends` down to `name`."""
    chain: list[tuple[ArmFile, Path]] = []
    seen: list[str] = []
    wanted: str | None = name
    asked_by: Path | None = None
    while wanted is not None:
        if wanted in seen:
            circle = " -> ".join([*seen, wanted])
            raise GraphError(
                f"`extends` goes in a circle: {circle}",
                file=asked_by,
                field="extends",
                hint="let one of them extend nothing",
            )
        path = content_path("graphs", f"{wanted}.yaml")
        if wanted not in arm_names():
            near = get_close_matches(wanted, arm_names(), 1)
            raise GraphError(
                f"there is no arm {wanted!r}",
                file=asked_by,
                field="extends" if asked_by else None,
                hint=(f"did you mean {near[0]!r}? " if near else "")
                + f"known: {', '.join(arm_names())}",
            )
        file = load_strict(path, ArmFile)
        if file.name != wanted:
            raise GraphError(
                f"it is named {file.name!r} and its file {wanted!r}",
                file=path,
                field="name",
                hint="let both say the same",
            )
        seen.append(wanted)
        chain.append((file, path))
        wanted, asked_by = file.extends, path
    return chain[::-1]


def _levels(levels: dict[str, Any], path: Path) -> Levels:
    from pydantic import ValidationError

    try:
        return Levels.model_validate(levels)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(["levels", *map(str, first["loc"])])
        near = get_close_matches(str(first["loc"][-1]), list(Levels.model_fields), 1)
        hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(Levels.model_fields)}"
        if first["type"] != "extra_forbidden":
            hint = "see `muspsy graphs show full`"
        raise GraphError(first["msg"], file=path, field=where, hint=hint) from error
