"""Intake as session 0: what a form holds before the first session, with turn ids of its own.

`brief` is the demographics and the presenting problem; `full` adds the facts of sensitivity 0,
which the client has told with it.
"""

from __future__ import annotations

from typing import Literal

from muspsy_sim.records.episode import Session, SessionEnd, Turn
from muspsy_sim.records.profile import Demographics, Profile
from muspsy_sim.records.state import ClientState, Disclosed

_ASKED = {
    "en": {
        "who": "Who is coming to us?",
        "why": "What brings you here, in your own words?",
        "more": "Is there anything else that we should know beforehand?",
    },
    "zh": {
        "who": "请填写您的基本情况。",
        "why": "请用自己的话写下来访的原因。",
        "more": "还有什么希望我们事先了解的吗？",
    },
}
_FIELDS = {
    "en": ("Name", "Age", "Gender", "Occupation", "Education", "Relationship", "Living situation"),
    "zh": ("称呼", "年龄", "性别", "职业", "学历", "婚恋", "居住情况"),
}


def intake_session(profile: Profile, level: Literal["brief", "full"]) -> Session:
    """The intake form as a session of counselor questions and client answers."""
    asked = _ASKED[profile.language]
    pairs = [
        (asked["who"], who_line(profile.demographics, profile.language)),
        (asked["why"], profile.presenting_problem.strip()),
    ]
    plain = [fact for fact in profile.facts if fact.sensitivity == 0]
    if level == "full" and plain:
        more = ("" if profile.language == "zh" else " ").join(fact.text for fact in plain)
        pairs.append((asked["more"], more))
    turns: list[Turn] = []
    for question, answer in pairs:
        for speaker, text in (("counselor", question), ("client", answer)):
            turns.append(
                Turn.model_validate(
                    {"id": f"s0t{len(turns) + 1}", "speaker": speaker, "text": text}
                )
            )
    if len(pairs) > 2:
        last = turns[-1]
        last.disclosed = [Disclosed(fact=f.id, turn=last.id, quote=f.text) for f in plain]
    return Session(number=0, week=0, turns=turns, end=SessionEnd.COUNSELOR_CLOSED)


def told_at_intake(state: ClientState, form: Session) -> ClientState:
    """The client's state with what it wrote on the form counted as told: it is no news later."""
    before = {entry.fact for entry in state.disclosed}
    new = [d for turn in form.turns for d in turn.disclosed if d.fact not in before]
    return state.model_copy(update={"disclosed": [*state.disclosed, *new]}) if new else state


def who_line(who: Demographics, language: Literal["en", "zh"]) -> str:
    """Demographics as one line of a form; what is not known is left out."""
    values = (
        who.name,
        who.age,
        who.gender,
        who.occupation,
        who.education,
        who.relationship_status,
        who.living_situation,
    )
    colon, stop = ("：", "；") if language == "zh" else (": ", "; ")
    told = zip(_FIELDS[language], values, strict=True)
    return stop.join(f"{name}{colon}{value}" for name, value in told if value not in (None, ""))
