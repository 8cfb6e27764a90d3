"""PsychEval cases: one client a file, with a school's theory of it and, often, whole sessions.

Both published layouts are read: cases (`client_info`, the theory beside its other keys, sessions)
and client files (`basic_info`, and `theory` with several schools). Only who the client is comes
back; sessions are counted, looked over for oddities and left where they are. Nothing is mended.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from muspsy_sim.formats.json_list import json_object
from muspsy_sim.records.errors import ContentError, Problem
from muspsy_sim.records.yaml_tree import read_content

TRAITS = (
    *("name", "age", "gender", "occupation", "educational_background", "marital_status"),
    *("family_status", "social_status", "medical_history", "language_features"),
)
"""What `static_traits` holds as published."""

SCHOOL_KEYS: dict[str, tuple[str, ...]] = {
    "cbt": ("core_beliefs", "special_situations"),
    "bt": ("target_behavior",),
    "pdt": ("core_conflict", "object_relations", "behavioral_response_patterns"),
    "het": ("existentialism_topic", "contact_model"),
    "pmt": ("exception_events", "force_field"),
}
"""What each school says of a client: cognitive, behavioural, psychodynamic, humanistic-existential,
postmodern. Any of it may stand in one case."""

NOT_STATED = frozenset(
    {"", "未提及", "未提到", "不详", "无法确定", "not mentioned", "unknown", "n/a"}
    | {"无", "暂无", "没有", "none", "nil"}
)
"""Values, in lower case, by which a case says that it does not say, or that there is nothing."""

_OTHER_SCHOOLS = ("integrated", "integrative", "sfbt")
_HEADS = ("client_info", "basic_info")
_ROLES = frozenset({"client", "counselor", "counsellor"})
_NOT_KEPT = ("global_plan", "sessions")
"""What a course did with the client, as no profile may hold it."""


@dataclass(slots=True)
class PsychEvalCase:
    """What a case says of its client. Empty where it does not say."""

    file: Path
    school: str = ""
    client_id: str = ""
    traits: dict[str, str] = field(default_factory=dict)
    """The `static_traits` that are stated, by their published names."""
    main_problem: str = ""
    topic: str = ""
    core_demands: str = ""
    growth_experiences: list[str] = field(default_factory=list)
    theory: dict[str, object] = field(default_factory=dict)
    """What the schools say, by the published key (`core_beliefs`, ...)."""
    not_stated: list[str] = field(default_factory=list)
    sessions: int = 0
    extra: dict[str, object] = field(default_factory=dict)
    """All else but the plan and the sessions."""
    odd: list[Problem] = field(default_factory=list)


def read_psycheval(path: str | os.PathLike[str]) -> PsychEvalCase:
    """Read one case.

    Raises:
        ContentError: the file cannot be read, is no JSON object, or holds no client.
    """
    return parse_psycheval(read_content(path), Path(path))


def parse_psycheval(text: str, file: Path) -> PsychEvalCase:
    """Read one case from JSON text; `file` is only named. Raises as `read_psycheval` does."""
    value = json_object(text, file, "one PsychEval case")
    head = next((name for name in _HEADS if isinstance(value.get(name), dict)), None)
    if head is None:
        raise ContentError(
            file, None, None, f"has neither {' nor '.join(_HEADS)}", "name a PsychEval case"
        )
    case = PsychEvalCase(file)
    info = _object(value[head])
    case.school = _text(value.get("theoretical"))
    case.client_id = _text(value.get("client_id", value.get("user_id")))
    _traits(case, info.get("static_traits"), head)
    for name in ("main_problem", "topic", "core_demands"):
        setattr(case, name, _stated(case, info.get(name), f"{head}.{name}"))
    case.growth_experiences = _texts(
        case, info.get("growth_experiences"), f"{head}.growth_experiences"
    )
    _theory(case, value, info)
    _sessions(case, value.get("sessions"))
    taken = {"static_traits", "main_problem", "topic", "core_demands", "growth_experiences"}
    rest = {key: each for key, each in info.items() if key not in taken | set(_school_keys())}
    case.extra |= rest
    above = {"theoretical", "client_id", "user_id", "theory", head, *_NOT_KEPT}
    case.extra |= {key: each for key, each in value.items() if key not in above}
    case.odd.extend(_about_school(case))
    return case


def _traits(case: PsychEvalCase, value: object, head: str) -> None:
    if not isinstance(value, dict):
        case.odd.append(
            Problem("is missing or no object", case.file, None, f"{head}.static_traits")
        )
        return
    for name in TRAITS:
        said = _stated(case, value.get(name), f"{head}.static_traits.{name}")
        if said:
            case.traits[name] = said
    unknown = {key: each for key, each in value.items() if key not in TRAITS}
    if unknown:
        case.extra["static_traits"] = unknown
        message = f"unknown keys, kept in extra: {', '.join(sorted(unknown))}"
        case.odd.append(Problem(message, case.file, None, f"{head}.static_traits"))


def _stated(case: PsychEvalCase, value: object, place: str) -> str:
    """A text, or empty where the case does not say; what is no text is told and kept."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | None):
        case.odd.append(Problem("is no text; kept in extra", case.file, None, place))
        case.extra[place] = value
        return ""
    said = _text(value)
    if said.lower().rstrip("。.") in NOT_STATED:
        case.not_stated.append(place.rpartition(".")[2])
        return ""
    return said


def _texts(case: PsychEvalCase, value: object, place: str) -> list[str]:
    if isinstance(value, str):
        case.odd.append(Problem("is one text, not a list", case.file, None, place))
        value = [value]
    if not isinstance(value, list):
        if value is not None:
            case.odd.append(Problem("is no list; kept in extra", case.file, None, place))
            case.extra[place] = value
        return []
    said = [_stated(case, each, f"{place}[{n}]") for n, each in enumerate(value)]
    return [each for each in said if each]


def _theory(case: PsychEvalCase, value: dict[str, object], info: dict[str, object]) -> None:
    """What schools say: nested under `theory`, or beside the other keys of the client."""
    for school, said in _object(value.get("theory")).items():
        for key, each in _object(said).items():
            if key in _school_keys():
                case.theory[key] = each
            else:
                message = f"key {key!r} is none of a known school; kept in extra"
                case.odd.append(Problem(message, case.file, None, f"theory.{school}"))
                case.extra[f"theory.{school}.{key}"] = each
    for key in _school_keys():
        if key in info:
            case.theory[key] = info[key]


def _sessions(case: PsychEvalCase, value: object) -> None:
    if not isinstance(value, list):
        return
    case.sessions = len(value)
    numbers = [_object(each).get("session_number") for each in value]
    if numbers != list(range(1, len(value) + 1)):
        message = f"sessions are numbered {', '.join(map(str, numbers[:12]))}"
        case.odd.append(Problem(message, case.file, None, "sessions"))
    for number, session in enumerate(value, start=1):
        case.odd.extend(_odd_turns(case.file, number, _object(session).get("session_dialogue")))


def _odd_turns(file: Path, number: int, turns: object) -> Iterator[Problem]:
    place = f"sessions[{number - 1}].session_dialogue"
    if not isinstance(turns, list) or not turns:
        yield Problem("is missing or empty", file, None, place)
        return
    roles = Counter(_text(_object(turn).get("role")) for turn in turns)
    corrupt = {role: count for role, count in roles.items() if role.lower() not in _ROLES}
    if corrupt:
        told = ", ".join(f"{role!r} ({count})" for role, count in corrupt.items())
        yield Problem(f"role names that nobody has: {told}", file, None, place)
    thought = sum("<think>" in _text(_object(turn).get("text")) for turn in turns)
    if thought:
        yield Problem(f"{thought} turns hold what a model thought aloud", file, None, place)


def _about_school(case: PsychEvalCase) -> Iterator[Problem]:
    if case.school and case.school not in (*SCHOOL_KEYS, *_OTHER_SCHOOLS):
        message = f"school {case.school!r} is not known"
        yield Problem(message, case.file, None, "theoretical")
    if not case.theory:
        yield Problem("no school says anything of this client", case.file)


def _school_keys() -> tuple[str, ...]:
    return tuple(key for keys in SCHOOL_KEYS.values() for key in keys)


def _object(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()
