"""Profiles and case reports by id or by path, read whole and strictly.

An id is looked up in `personas/` of the content folders; a path names a profile file or the folder
that holds one. A minor is refused unless `allow_minors`, an unknown age unless `assume_adult`.
"""

from __future__ import annotations

import difflib
import re
from pathlib import Path
from typing import TYPE_CHECKING

from muspsy_sim.personas.summaries import (
    CASE_FILE,
    PROFILE_FILE,
    doubled,
    profile_files,
    profile_id,
)
from muspsy_sim.records.errors import ContentError, ProfileError
from muspsy_sim.records.yaml_tree import parse_tree, read_content

if TYPE_CHECKING:
    from muspsy_sim.records.profile import CaseReport, Profile

_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?)^---[ \t]*\n(.*)", re.DOTALL | re.MULTILINE)


def load_profile(
    id_or_path: str | Path, *, allow_minors: bool = False, assume_adult: bool = False
) -> Profile:
    """The profile of a persona, by id or by path.

    With `assume_adult`, a profile of unknown age comes back with `adult` among its `assumed`.

    Raises:
        ProfileError: the persona is unknown, its id doubled, or its age not allowed.
        ContentError: the profile cannot be read or does not fit `Profile`.
    """
    # Here, since the models of a profile take longer to build than a listing takes.
    from muspsy_sim.personas.age import admitted

    path = find_profile(id_or_path)
    profile = read_profile(path)
    return admitted(profile, file=path, allow_minors=allow_minors, assume_adult=assume_adult)


def read_profile(path: Path) -> Profile:
    """The profile in a file, whatever its client's age: to look at, never to simulate.

    Raises:
        ContentError: the profile cannot be read or does not fit `Profile`.
    """
    from muspsy_sim.records.profile import Profile
    from muspsy_sim.records.strict_yaml import load_strict

    return load_strict(path, Profile)


def load_case(id_or_path: str | Path) -> CaseReport:
    """The case report that lies beside a persona's profile, or at a path that ends in `.md`.

    Raises:
        ProfileError: the persona is unknown or has no case report.
        ContentError: the report cannot be read, or its front matter does not fit `CaseReport`.
    """
    named = Path(id_or_path)
    if named.suffix == ".md":
        return read_case(named)
    path = find_profile(id_or_path).with_name(CASE_FILE)
    if not path.is_file():
        raise ProfileError("has no case report", file=path.parent, hint=f"write a {CASE_FILE}")
    return read_case(path)


def read_case(path: Path) -> CaseReport:
    """Read a case report: YAML front matter between two `---` lines, then the report as Markdown.

    Raises:
        ContentError: it cannot be read, or its front matter is missing or does not fit.
    """
    from pydantic import JsonValue, TypeAdapter

    from muspsy_sim.records.profile import CaseReport
    from muspsy_sim.records.strict_yaml import validate_tree
    from muspsy_sim.records.yaml_tree import Tree

    content = read_content(path).replace("\r\n", "\n")
    match = _FRONT_MATTER.fullmatch(content)
    if match is None:
        raise ContentError(
            path, 1, None, "has no front matter", "begin with '---', 'id: ...' and so on, '---'"
        )
    # An empty line in front stands for the first '---', so that errors name the right line.
    front = parse_tree("\n" + match[1], path)
    if not isinstance(front.value, dict):
        raise front.error((), "front matter holds no 'key: value' lines", "write 'id: ...'")
    if "text" in front.value:
        raise front.error(("text",), "stands in the front matter", "write the report below it")
    fields = TypeAdapter(dict[str, JsonValue]).validate_python(front.value)
    return validate_tree(
        Tree(path=path, value={**fields, "text": match[2].strip() + "\n"}, lines=front.lines),
        CaseReport,
    )


def find_profile(id_or_path: str | Path) -> Path:
    """The profile file of a persona, by id or by path.

    Raises:
        ProfileError: there is no such persona, or two profiles have this id.
    """
    name = str(id_or_path)
    if isinstance(id_or_path, Path) or _looks_like_path(name):
        return _at(Path(id_or_path))
    found: dict[str, Path] = {}
    for path in profile_files():
        persona = profile_id(path)
        if persona == name and persona in found:
            raise doubled(persona, found[persona], path)
        found[persona] = path
    if name not in found:
        raise ProfileError(f"there is no persona {name!r}", hint=_nearest(name, list(found)))
    return found[name]


def _looks_like_path(name: str) -> bool:
    return "/" in name or "\\" in name or name.endswith((".yaml", ".yml")) or name in (".", "..")


def _at(path: Path) -> Path:
    file = path / PROFILE_FILE if path.is_dir() else path
    if not file.exists():
        raise ProfileError("there is no profile here", file=file, hint="check the path")
    return file


def _nearest(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    if not close:
        close = [each for each in known if name and name.lower() in each.lower()][:1]
    meant = f"did you mean {close[0]!r}? " if close else ""
    return f"{meant}'muspsy personas list' names them all"
