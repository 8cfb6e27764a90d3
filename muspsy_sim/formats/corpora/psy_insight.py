"""Psy-Insight's labelled sessions: a JSON list of objects with a `dialog` of labelled utterances.

`speaker` says who that is (Seeker, Supporter), `participant` how the book calls them. Its key
`emotional label` has a space; `is_same_qa` and others are a number or an empty text; ids collide.
All is kept as it stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import JsonValue

from muspsy_sim.formats.corpora.building import Draft, Roles, each_object
from muspsy_sim.formats.corpora.json_value import Entry
from muspsy_sim.formats.corpora.shape import MARK, CorpusFile, Format, Found, Holds, Sample
from muspsy_sim.records.corpus import CorpusSession, Dialogue, Utterance
from muspsy_sim.records.episode import Label

ROLES: Roles = {"seeker": "client", "supporter": "counselor"}
_KEYS = ("speaker", "content")
_LABELS: tuple[tuple[str, Literal["strategy", "emotion"]], ...] = (
    ("strategy", "strategy"),
    ("emotional label", "emotion"),
)
_DOCUMENTS = {
    "background": "background",
    "guide": "guide",
    "reasoning": "reasoning",
    "summary": "summary",
}
FIELDS = frozenset({"topic", "psychotherapy", "stage"})
_ROLE = {"client": "Seeker", "counselor": "Supporter", "other": "Other"}


def read(file: CorpusFile) -> Iterator[Found]:
    """A dialogue an element. Its id is its place, since published ids collide."""

    def build(entry: Entry, value: dict[str, object]) -> Iterator[Found]:
        draft = Draft(file, entry, "psy-insight")
        draft.texts(value, _DOCUMENTS)
        turns = draft.turns_under(value, "dialog", _KEYS, ROLES)
        for n, turn in enumerate(turns):
            _labelled(draft, turn, f"dialog[{n}]")
        draft.sessions.append(CorpusSession(number=1, utterances=turns))
        draft.rest(value, ["dialog", *_DOCUMENTS])
        yield from draft.whole()

    return each_object(file, "a session with a dialog", build)


def _labelled(draft: Draft, turn: Utterance, place: str) -> None:
    """Move labels and reasoning out of `extra`; what has another shape than a list stays there."""
    for key, kind in _LABELS:
        said = turn.extra.get(key)
        if isinstance(said, list) and all(isinstance(each, str) for each in said):
            turn.labels += [Label(kind=kind, value=str(v), origin="published") for v in said]
            if said:
                del turn.extra[key]
        elif said not in (None, ""):
            draft.odd("is no list of labels; kept in extra", f"{place}.{key}")
    if isinstance(turn.extra.get("reasoning"), str) and turn.extra["reasoning"]:
        turn.reasoning = str(turn.extra.pop("reasoning"))


def encode(dialogue: Dialogue) -> JsonValue:
    """The element as published."""
    turns: list[JsonValue] = []
    for turn in dialogue.utterances():
        if "_value" in turn.extra:
            turns.append(turn.extra["_value"])
            continue
        value: dict[str, JsonValue] = {
            "speaker": turn.role or _ROLE[turn.speaker],
            "content": turn.text,
        }
        for key, kind in _LABELS:
            said: list[JsonValue] = [label.value for label in turn.labels if label.kind == kind]
            if said or dialogue.format != "psy-insight":
                value[key] = said
        if turn.reasoning is not None:
            value["reasoning"] = turn.reasoning
        turns.append({**value, **turn.extra})
    documents: dict[str, JsonValue] = {
        str(d.extra.get("key", d.kind)): d.text for d in dialogue.documents if d.kind in _DOCUMENTS
    }
    first: dict[str, JsonValue] = (
        {} if dialogue.format == "psy-insight" else {"dialog_id": dialogue.id}
    )
    # The extra goes last: a `dialog` in it was no list, and is given back as it was.
    return {**first, **documents, "dialog": turns, **dialogue.extra}


def parts(dialogue: Dialogue) -> Iterator[Dialogue]:
    """An entry a session, as published; `ID--N` keeps which came when.

    Topic, school and stage are the session's own where `annotated` tells them.
    """
    listed = dialogue.extra.get("annotated")
    told = {
        each.get("session"): each
        for each in (listed if isinstance(listed, list) else [])
        if isinstance(each, dict)
    }
    kept = {k: v for k, v in dialogue.extra.items() if k != "annotated"}
    several = len(dialogue.sessions) > 1
    for session in dialogue.sessions:
        own = {k: v for k, v in told.get(session.number, {}).items() if k in FIELDS}
        yield dialogue.model_copy(
            update={
                "id": f"{dialogue.id}--{session.number}" if several else dialogue.id,
                "sessions": [session],
                "documents": [d for d in dialogue.documents if d.session in (None, session.number)],
                "extra": {**kept, **own},
            }
        )


def _sniff(sample: Sample) -> bool:
    return isinstance(sample.first, dict) and "dialog" in sample.first


FORMAT = Format(
    name="psy-insight",
    about="Psy-Insight's labelled sessions: strategy, emotion, reasoning, observation a turn",
    layout="list",
    sniff=_sniff,
    read=read,
    encode=encode,
    holds=Holds(
        frozenset({"labels", "reasoning", "other", "extra", "id", "sessions"}),
        frozenset({"background", "guide", "reasoning", "summary"}),
        fields=FIELDS | {"annotated"} | MARK,
    ),
    parts=parts,
    speakers=(("Seeker", "client"), ("Supporter", "counselor")),
)
