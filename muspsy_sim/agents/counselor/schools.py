"""Schools of therapy, each a file in `agents/counselor/schools/`.

A school says how a problem is understood, what each stage of the work is for, and which techniques
it has, with when to use each and when not. It is told to the model that speaks as the counselor and
to nobody else; the manner says how the counselor is with the client, whatever its school.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import get_args

from pydantic import Field, model_validator

from muspsy_sim.records.base import Id, Language, Record
from muspsy_sim.records.content import content_path, list_content
from muspsy_sim.records.errors import ContentError
from muspsy_sim.records.memory import Stage
from muspsy_sim.records.strict_yaml import load_strict
from muspsy_sim.records.views import SchoolTechnique

STAGES: tuple[Stage, ...] = get_args(Stage)
NO_SCHOOL = "none"
"""The level of an arm whose counselor belongs to none."""


class InBoth(Record):
    """A text in each language."""

    en: str = Field(min_length=1)
    zh: str = Field(min_length=1)


class StageTexts(Record):
    """What each of CPsyCoun's four stages is for in this school."""

    reception: InBoth
    diagnosis: InBoth
    consultation: InBoth
    consolidation: InBoth


class Technique(Record):
    """One technique: what is done, when it is right, and when it is not."""

    id: Id
    name: InBoth
    stages: list[Stage] = Field(min_length=1)
    how: InBoth
    when: InBoth
    when_not: InBoth


class HomeworkKind(Record):
    """A kind of homework that the school sets, or why it sets none."""

    name: InBoth
    how: InBoth


class SchoolFile(Record):
    """One file of `agents/counselor/schools/`; its name is `id` with `.yaml`."""

    id: Id
    about: str = Field(min_length=1, description="for people: what it is and what it is for")
    source: list[str] = Field(min_length=1, description="where the school is described")
    name: InBoth
    stance: InBoth = Field(description="how it understands a problem, and what helps")
    stages: StageTexts
    techniques: list[Technique] = Field(min_length=4)
    homework: list[HomeworkKind] = Field(min_length=1)

    @model_validator(mode="after")
    def _complete(self) -> SchoolFile:
        ids = [technique.id for technique in self.techniques]
        if len(set(ids)) != len(ids):
            twice = next(name for name in ids if ids.count(name) > 1)
            raise ValueError(f"two techniques have the id {twice!r}")
        for stage in STAGES:
            if not any(stage in technique.stages for technique in self.techniques):
                raise ValueError(f"no technique belongs to stage {stage!r}")
        return self


@dataclass(frozen=True, slots=True)
class School:
    """A school in one language, as a counselor is told it."""

    id: str
    name: str
    text: str
    techniques: tuple[SchoolTechnique, ...]


_HEADS: dict[Language, dict[str, str]] = {
    "en": {
        "stages": "The stages of the work:",
        "techniques": "Techniques. Use one at a time, when its moment has come, and never name it:",
        "homework": "Homework of this school:",
        "when": "Use: ",
        "when_not": "Not: ",
        "colon": ": ",
        "gap": " ",
    },
    "zh": {
        "stages": "工作的阶段：",
        "techniques": "技术。时机到了才用，一次只用一种，也不把名称说给来访者听：",
        "homework": "这个流派的作业：",
        "when": "适用：",
        "when_not": "不适用：",
        "colon": "：",
        "gap": "",
    },
}


def school_ids() -> list[str]:
    """The ids of all schools, sorted."""
    return sorted(path.stem for path in list_content("agents", "counselor/schools/*.yaml"))


@cache
def load_school(school: str, language: Language) -> School | None:
    """Read a school; `None` for `none`.

    Raises:
        ContentError: no school has this id (the nearest known one is named), the file does not
            fit, or its `id` is not its name.
    """
    if school == NO_SCHOOL:
        return None
    known = school_ids()
    if school not in known:
        near = get_close_matches(school, known, n=1)
        raise ContentError(
            "agents/counselor/schools",
            None,
            None,
            f"there is no school {school!r}",
            f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}, and none",
        )
    path = content_path("agents", "counselor", "schools", f"{school}.yaml")
    read = load_strict(path, SchoolFile)
    if read.id != school:
        raise ContentError(
            path, None, "id", f"is {read.id!r}, but the file is named {school!r}", "make them agree"
        )
    return School(
        id=read.id,
        name=_said(read.name, language),
        text=_text(read, language),
        techniques=tuple(
            SchoolTechnique(name=_said(t.name, language), stages=t.stages) for t in read.techniques
        ),
    )


def _said(text: InBoth, language: Language) -> str:
    return (text.en if language == "en" else text.zh).strip()


def _text(read: SchoolFile, language: Language) -> str:
    """The school as a page of a prompt."""
    heads = _HEADS[language]
    colon, gap = heads["colon"], heads["gap"]

    def line(name: str, *parts: str) -> str:
        return f"- {name}{colon}{gap.join(parts)}"

    stages = [line(stage, _said(getattr(read.stages, stage), language)) for stage in STAGES]
    techniques = [
        line(
            _said(t.name, language),
            _said(t.how, language),
            heads["when"] + _said(t.when, language),
            heads["when_not"] + _said(t.when_not, language),
        )
        for t in read.techniques
    ]
    homework = [line(_said(h.name, language), _said(h.how, language)) for h in read.homework]
    first = f"{_said(read.name, language)}{colon}{_said(read.stance, language)}"
    parts = [
        first,
        "\n".join([heads["stages"], *stages]),
        "\n".join([heads["techniques"], *techniques]),
        "\n".join([heads["homework"], *homework]),
    ]
    return "\n\n".join(parts)
