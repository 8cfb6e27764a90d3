"""The intake form of a CACTUS record: one text block with numbered heads.

Lines are kept as they were written, sorted under the heads of the form. A value may stand beside
its label or on the next line, and some labels vary; what fits nowhere is kept under `other`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

NOT_STATED = frozenset(
    {"", "n/a", "na", "not specified", "not stated", "undisclosed", "unknown", "unspecified"}
)
"""Values, in lower case, by which a form says that it does not say."""

_PERSONAL = {
    "name": "name",
    "age": "age",
    "gender": "gender",
    "occupation": "occupation",
    "education": "education",
    "marital status": "marital_status",
    "family details": "family",
}
_SECTIONS = (
    ("presenting", ("presenting problem",)),
    ("reason", ("reason for seeking", "reason for counsel")),
    ("history", ("past history",)),
    ("functioning", ("functioning level", "functioning")),
    ("support", ("social support",)),
)
_FUNCTIONS = (
    ("occupational", ("academic", "occupational")),
    ("interpersonal", ("interpersonal",)),
    ("daily", ("daily life",)),
)
_NUMBERED = re.compile(r"\s*(\d{1,2})\s*[.)]\s*(.*)")
_LABEL = re.compile(r"\s*([A-Za-z][A-Za-z /()]{0,59}?)\s*[:：]\s*(.*)")

Written = tuple[int, str]
"""A line of the form: its number from 1, and its text."""


@dataclass(slots=True)
class IntakeForm:
    """What an intake form says. Empty text or no lines where it does not say."""

    name: str = ""
    age: str = ""
    """As written; `stated_age` reads it."""
    gender: str = ""
    occupation: str = ""
    education: str = ""
    marital_status: str = ""
    family: str = ""
    presenting: list[str] = field(default_factory=list)
    reason: list[str] = field(default_factory=list)
    history: list[str] = field(default_factory=list)
    occupational: list[str] = field(default_factory=list)
    interpersonal: list[str] = field(default_factory=list)
    daily: list[str] = field(default_factory=list)
    support: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)
    not_stated: list[str] = field(default_factory=list)
    """The labels whose value is missing, or says that it is not said."""
    odd: list[Written] = field(default_factory=list)
    """What is odd, with the line of the form."""


def parse_form(text: str) -> IntakeForm:
    """Sort the lines of an intake form under its heads."""
    form = IntakeForm()
    place = ""
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
        if not line.strip():
            continue
        place = _take(form, place, number, line.strip())
    form.not_stated = _not_stated(form)
    return form


def stated_age(text: str) -> int | None:
    """The age in years that a text states exactly (`45`, `45 years old`, `45岁`), or `None`."""
    match = re.fullmatch(
        r"(?:aged?\s*)?(\d{1,3})\s*(?:-?\s*years?(?:[ -]old)?|y/?o|岁|周岁)?\.?",
        text.strip().lower(),
    )
    return int(match[1]) if match and int(match[1]) <= 120 else None


def _take(form: IntakeForm, place: str, number: int, line: str) -> str:
    """Put one line where it belongs and return the place that the next line continues."""
    numbered = _NUMBERED.fullmatch(line)
    rest = numbered[2] if numbered else line
    section = _named(rest, _SECTIONS) if numbered else ""
    if numbered and not section:
        form.odd.append((number, f"unknown section {rest[:40]!r}; kept as it is"))
        form.other.append(line)
        return "other"
    if section and section != "functioning":
        if getattr(form, section):
            form.odd.append((number, f"a second section {rest[:40]!r}"))
        return section
    label = _LABEL.fullmatch(rest)
    if label:
        known = _labelled(label[1], place, in_functioning=section == "functioning")
        if known:
            _put(form, known, number, label[2])
            return known
    if section:
        return section
    return _continue(form, place, number, line)


def _labelled(label: str, place: str, *, in_functioning: bool) -> str:
    """The field that a label names, or nothing: in running text a colon is just a colon."""
    functions = [name for name, _ in _FUNCTIONS]
    if in_functioning or place in ("functioning", *functions):
        return _named(label, _FUNCTIONS)
    personal = _PERSONAL.get(" ".join(label.lower().split()), "")
    return personal if place in ("", *_PERSONAL.values()) else ""


def _put(form: IntakeForm, known: str, number: int, value: str) -> None:
    if known in _PERSONAL.values():
        if getattr(form, known):
            form.odd.append((number, f"{known} is stated twice"))
        _continue(form, known, number, value)
    elif value:
        getattr(form, known).append(value)


def _continue(form: IntakeForm, place: str, number: int, line: str) -> str:
    value = line.removeprefix("- ").strip()
    if not value:
        return place
    if place in _PERSONAL.values():
        before = getattr(form, place)
        setattr(form, place, f"{before}; {value}" if before else value)
        return place
    if place in ("", "functioning"):
        form.odd.append((number, f"text under no head: {value[:40]!r}; kept as it is"))
        form.other.append(value)
        return place
    getattr(form, place).append(value)
    return place


def _named(text: str, known: tuple[tuple[str, tuple[str, ...]], ...]) -> str:
    lowered = text.lower()
    return next((name for name, words in known if any(w in lowered for w in words)), "")


def _not_stated(form: IntakeForm) -> list[str]:
    """The labels without a value, which are then emptied of words such as `Not specified`."""
    missing = []
    for name in _PERSONAL.values():
        if getattr(form, name).strip().rstrip(".").lower() in NOT_STATED:
            setattr(form, name, "")
            missing.append(name)
    for name in (
        "presenting",
        "reason",
        "history",
        "occupational",
        "interpersonal",
        "daily",
        "support",
    ):
        said = [line for line in getattr(form, name) if line.rstrip(".").lower() not in NOT_STATED]
        setattr(form, name, said)
        if not said:
            missing.append(name)
    return missing
