"""The personas at a glance, without reading whole profiles.

Only the lines of a profile that a listing shows are parsed; a file laid out so that they cannot be
picked out is parsed whole. Nothing is validated beyond what is shown: `load_profile` does that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, zip_longest
from pathlib import Path
from typing import TypeGuard

from muspsy_sim.records.content import content_path
from muspsy_sim.records.errors import ContentError, ProfileError
from muspsy_sim.records.yaml_tree import Tree, parse_tree, read_content

PROFILE_FILE = "profile.yaml"
CASE_FILE = "case.md"

_SHOWN = ("id", "source_case", "language", "title", "topic", "demographics", "temperament", "risk")
_TOP_KEY = re.compile(r"^([A-Za-z_]+):", re.MULTILINE)
_ID_LINE = re.compile(r"^id:[ \t]*[\"']?([^\s\"'#]+)", re.MULTILINE)
_VOICE = re.compile(r"^( +)voice:.*\n(?:\1 +.*\n|[ \t]*\n)*", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class ProfileSummary:
    """What a listing shows of a profile. Empty text where the profile does not say."""

    id: str
    source_case: str
    language: str
    title: str
    topic: str
    name: str
    age: int | None
    occupation: str
    resistance_style: str
    stage_of_change: str
    talkativeness: float | None
    """0 = terse, 1 = talks at length."""
    ideation: str
    path: Path


def list_profiles(folder: Path | None = None) -> list[ProfileSummary]:
    """The personas in `folder` (the project's own by default), sorted by id.

    Raises:
        ContentError: a profile cannot be read, or does not say who it is.
        ProfileError: two profiles have the same id.
    """
    found = sorted((_summary(path) for path in profile_files(folder)), key=lambda each: each.id)
    for one, other in pairwise(found):
        if one.id == other.id:
            raise doubled(one.id, one.path, other.path)
    return found


def profile_files(folder: Path | None = None) -> list[Path]:
    """The profile files in `folder` and its subfolders, sorted by path."""
    root = content_path("personas") if folder is None else folder
    return sorted(path for path in root.rglob(PROFILE_FILE) if path.is_file())


def profile_id(path: Path) -> str:
    """The id of the profile in a file, read without the rest of it.

    Raises:
        ContentError: the file cannot be read, or does not say.
    """
    match = _ID_LINE.search(read_content(path))
    return match[1] if match else _summary(path).id


def doubled(persona: str, one: Path, other: Path) -> ProfileError:
    """The error for an id that two profiles bear."""
    return ProfileError(
        f"persona id {persona!r} is used in {one} already",
        file=other,
        field="id",
        hint="give one of the two another id",
    )


def _summary(path: Path) -> ProfileSummary:
    text = read_content(path)
    tree = _picked(text, path)
    if not _says_who(tree.value):
        tree = parse_tree(text, path)
    value = tree.value
    if not isinstance(value, dict):
        raise tree.error((), "holds no 'key: value' lines", "begin with 'id:'")
    for key in ("id", "language"):
        if not isinstance(value.get(key), str):
            raise tree.error((key,), "is missing or not text", f"add a line '{key}: ...'")
    person, manner, risk = (_part(value, key) for key in ("demographics", "temperament", "risk"))
    age, talks = person.get("age"), manner.get("talkativeness")
    return ProfileSummary(
        id=_text(value, "id"),
        source_case=_text(value, "source_case"),
        language=_text(value, "language"),
        title=_text(value, "title"),
        topic=_text(value, "topic"),
        name=_text(person, "name"),
        age=age if isinstance(age, int) and not isinstance(age, bool) else None,
        occupation=_text(person, "occupation"),
        resistance_style=_text(manner, "resistance_style"),
        stage_of_change=_text(manner, "stage_of_change"),
        talkativeness=float(talks) if isinstance(talks, int | float) else None,
        ideation=_text(risk, "ideation") or "none",
        path=path,
    )


def _picked(text: str, path: Path) -> Tree:
    """The shown parts of a profile, parsed alone. A tree without them where that fails."""
    try:
        return parse_tree("".join(_blocks(text)), path)
    except ContentError:
        return Tree(path=path, value=None, lines={})


def _blocks(text: str) -> Iterator[str]:
    starts = [*_TOP_KEY.finditer(text)]
    for match, after in zip_longest(starts, starts[1:]):
        end = after.start() if after else len(text)
        if match[1] == "temperament":
            # The lines of a voice are half of a profile, and a listing shows none of them.
            yield _VOICE.sub("", text[match.start() : end])
        elif match[1] in _SHOWN:
            yield text[match.start() : end]


def _says_who(value: object) -> TypeGuard[dict[str, object]]:
    return isinstance(value, dict) and {"id", "language", "demographics"} <= value.keys()


def _part(value: dict[str, object], key: str) -> dict[str, object]:
    part = value.get(key)
    return part if isinstance(part, dict) else {}


def _text(value: dict[str, object], key: str) -> str:
    text = value.get(key)
    return text if isinstance(text, str) else ""
