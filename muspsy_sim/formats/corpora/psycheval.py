"""PsychEval's multi-session cases: one client a file, its profile, plan, and whole sessions.

`<think>` inside a counselor's text is thought aloud: it is kept apart as private reasoning, and
the text as published stays in `extra`, so that the case can be written back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from pydantic import JsonValue

from muspsy_sim.formats.corpora.building import BY_NAME, Draft, as_json, each_object
from muspsy_sim.formats.corpora.json_value import Entry
from muspsy_sim.formats.corpora.shape import MARK, CorpusFile, Format, Found, Holds, Sample
from muspsy_sim.records.corpus import CorpusSession, Dialogue, Document, Utterance

_KEYS = ("role", "text")
_THINK = re.compile(r"<think>(.*?)</think>\s*", re.DOTALL | re.IGNORECASE)
_PROFILE = ("client_info", "basic_info")
_WHOLE_COURSE = {"profile": "client_info", "plan": "global_plan"}
_ROLE = {"client": "Client", "counselor": "Counselor", "other": "Other"}


def read(file: CorpusFile) -> Iterator[Found]:
    """A client an object; a case file holds one."""

    def build(entry: Entry, value: dict[str, object]) -> Iterator[Found]:
        draft = Draft(file, entry, "psycheval", file.stem if entry.number == 1 else "")
        head = next((key for key in _PROFILE if key in value), None)
        if head is not None:
            draft.documents.append(_as_document("profile", head, value[head]))
        if "global_plan" in value:
            draft.documents.append(_as_document("plan", "global_plan", value["global_plan"]))
        client = value.get("client_id", value.get("user_id"))
        if client is not None:
            draft.source_case = str(client)
        sessions = value.get("sessions")
        if not isinstance(sessions, list):
            draft.odd("is missing or no list", "sessions")
            if "sessions" in value:
                draft.extra["sessions"] = as_json(sessions)
            sessions = []
        for n, session in enumerate(sessions):
            _session(draft, session, n)
        draft.rest(value, [head or "", "global_plan", "sessions"])
        yield from draft.whole()

    return each_object(file, "a case", build)


def _as_document(kind: str, key: str, value: object) -> Document:
    """Something nested as a document: its text is JSON, its value rides along."""
    plain = as_json(value)
    text = plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)
    return Document.model_validate(
        {"kind": kind, "text": text, "extra": {"key": key, "value": plain}}
    )


def _session(draft: Draft, value: object, n: int) -> None:
    number = len(draft.sessions) + 1
    if not isinstance(value, dict):
        draft.odd("is no session", f"sessions[{n}]")
        draft.sessions.append(CorpusSession(number=number, extra={"_value": as_json(value)}))
        return
    stated = value.get("session_number")
    if stated not in (number, str(number)):
        draft.odd(f"is numbered {stated!r}, and stands at place {number}", f"sessions[{n}]")
    place = f"sessions[{n}].session_dialogue"
    said = value.get("session_dialogue")
    turns = draft.turns(said, place, _KEYS, BY_NAME)
    for turn in turns:
        _think_apart(turn)
    taken = "session_dialogue" if isinstance(said, list) else ""
    extra = {k: as_json(v) for k, v in value.items() if k != taken}
    draft.sessions.append(CorpusSession(number=number, utterances=turns, extra=extra))


def _think_apart(turn: Utterance) -> None:
    thoughts = _THINK.findall(turn.text)
    if thoughts:
        turn.extra["_text"] = turn.text
        turn.reasoning = "\n".join(thought.strip() for thought in thoughts)
        turn.text = _THINK.sub("", turn.text).strip()


def encode(dialogue: Dialogue) -> JsonValue:
    """The case as published; of another format's documents those that a case has a key for.

    A profile or a plan whose text is JSON becomes what that says.
    """
    value: dict[str, JsonValue] = {}
    if dialogue.format != "psycheval":
        value["client_id"] = dialogue.source_case or dialogue.id
        value["client_info"] = {}
    for document in dialogue.documents:
        key = document.extra.get("key", _WHOLE_COURSE.get(document.kind))
        if document.session is None and isinstance(key, str):
            value[key] = document.extra.get("value", _nested(document.text))
    value["sessions"] = [_published(dialogue, session) for session in dialogue.sessions]
    # The extra goes last: `sessions` in it were no list, and are given back as they were.
    return {**value, **dialogue.extra}


def _nested(text: str) -> JsonValue:
    try:
        value: JsonValue = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, dict | list) else text


def _published(dialogue: Dialogue, session: CorpusSession) -> JsonValue:
    if "_value" in session.extra:
        return session.extra["_value"]
    value: dict[str, JsonValue] = {"session_number": session.number}
    for document in dialogue.documents:
        if document.session == session.number and document.kind == "goal":
            value["session_goals"] = [document.text]
        elif document.session == session.number and document.kind == "summary":
            value["session_summary"] = document.text
    value["session_dialogue"] = [_turn(turn) for turn in session.utterances]
    return {**value, **session.extra}


def _turn(turn: Utterance) -> JsonValue:
    if "_value" in turn.extra:
        return turn.extra["_value"]
    text = turn.extra.get("_text")
    if text is None:
        text = f"<think>{turn.reasoning}</think>{turn.text}" if turn.reasoning else turn.text
    rest = {k: v for k, v in turn.extra.items() if k != "_text"}
    return {"role": turn.role or _ROLE[turn.speaker], "text": text, **rest}


def _sniff(sample: Sample) -> bool:
    value = sample.first
    return isinstance(value, dict) and (
        "client_info" in value or {"sessions", "theoretical"} <= value.keys()
    )


FORMAT = Format(
    name="psycheval",
    about="PsychEval's cases: one client a file, its profile, a plan and several sessions",
    layout="file",
    sniff=_sniff,
    read=read,
    encode=encode,
    holds=Holds(
        frozenset({"sessions", "reasoning", "extra", "id"}),
        frozenset({"profile", "plan", "goal", "summary"}),
        of_course=frozenset({"profile", "plan"}),
        fields=MARK,
    ),
    speakers=(("Client", "client"), ("Counselor", "counselor")),
)
