"""Ways of counseling, each a file in `agents/counselor/manners/`.

A manner is told to the model that speaks as the counselor, and to nobody else. It says how to
counsel, never what becomes of the client.
"""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache

from pydantic import Field

from muspsy_sim.records.base import Id, Language, Record
from muspsy_sim.records.content import content_path, list_content
from muspsy_sim.records.errors import ContentError
from muspsy_sim.records.strict_yaml import load_strict


class MannerTexts(Record):
    """The manner as told to the counselor, in each language."""

    en: str = Field(min_length=1)
    zh: str = Field(min_length=1)


class MannerFile(Record):
    """One file of `agents/counselor/manners/`; its name is `id` with `.yaml`."""

    id: Id
    about: str = Field(min_length=1, description="for people: what it is and what it is for")
    text: MannerTexts


class Manner(Record):
    """A way of counseling in one language."""

    id: Id
    about: str
    text: str


def manner_ids() -> list[str]:
    """The ids of all manners, sorted."""
    return sorted(path.stem for path in list_content("agents", "counselor/manners/*.yaml"))


@cache
def load_manner(manner: str, language: Language) -> Manner:
    """Read a manner.

    Raises:
        ContentError: no manner has this id (the nearest known one is named), the file does not
            fit, or its `id` is not its name.
    """
    known = manner_ids()
    if manner not in known:
        near = get_close_matches(manner, known, n=1)
        raise ContentError(
            "agents/counselor/manners",
            None,
            None,
            f"there is no manner {manner!r}",
            f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}",
        )
    path = content_path("agents", "counselor", "manners", f"{manner}.yaml")
    read = load_strict(path, MannerFile)
    if read.id != manner:
        raise ContentError(
            path, None, "id", f"is {read.id!r}, but the file is named {manner!r}", "make them agree"
        )
    return Manner(id=read.id, about=read.about, text=getattr(read.text, language).strip())
