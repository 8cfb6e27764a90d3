"""From published values to dialogues: what all JSON shapes do alike.

What has the wrong type is told and kept in `extra`, never guessed at; a role that the format does
not know becomes `other`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from pydantic import JsonValue, ValidationError

from muspsy_sim.formats.corpora.json_stream import entries
from muspsy_sim.formats.corpora.json_value import Entry
from muspsy_sim.formats.corpora.language import language_of
from muspsy_sim.formats.corpora.shape import CorpusFile, Found
from muspsy_sim.records.corpus import (
    CorpusSession,
    CorpusSpeaker,
    Dialogue,
    Document,
    Utterance,
)
from muspsy_sim.records.errors import Problem

Roles = Mapping[str, CorpusSpeaker]
"""The published role, in lower case, to who that is."""

CHAT: Roles = {"user": "client", "assistant": "counselor"}
BY_NAME: Roles = {"client": "client", "counselor": "counselor", "counsellor": "counselor"}


class Draft:
    """A dialogue being read: what is odd in it is told with its line, once it is whole."""

    def __init__(self, file: CorpusFile, entry: Entry, format_name: str, name: str = "") -> None:
        self.file = file
        self.line = entry.line
        self.format = format_name
        self.id = name or f"{file.stem}#{entry.number}"
        self.sessions: list[CorpusSession] = []
        self.documents: list[Document] = []
        self.extra: dict[str, JsonValue] = {}
        self.split: str | None = None
        self.source_case: str | None = None
        self.problems: list[Problem] = []

    def odd(self, message: str, field: str | None = None, line: int | None = None) -> None:
        """Tell something odd."""
        self.problems.append(self.file.odd(message, line or self.line, field))

    def turn(self, value: object, place: str, keys: tuple[str, str], roles: Roles) -> Utterance:
        """A turn from an object with a role and a text; other keys ride in `extra`."""
        role_key, text_key = keys
        if not isinstance(value, dict):
            self.odd("is no object with a role and a text; its text is read", place)
            return Utterance(speaker="other", text=text_of(value), extra={"_value": as_json(value)})
        role, text = value.get(role_key), value.get(text_key)
        extra = {k: as_json(v) for k, v in value.items() if k not in keys}
        if not isinstance(text, str):
            self.odd("has no text" if text is None else "has a text that is none", place)
            if text_key in value:
                extra[text_key] = as_json(text)
        if not isinstance(role, str) and role_key in value:
            extra[role_key] = as_json(role)
        speaker = self.speaker(role, place, roles)
        return Utterance(
            speaker=speaker,
            text=text if isinstance(text, str) else "",
            role=role if isinstance(role, str) else "",
            extra=extra,
        )

    def speaker(self, role: object, place: str, roles: Roles) -> CorpusSpeaker:
        """Who a published role is."""
        known = roles.get(role.strip().lower()) if isinstance(role, str) else None
        if known is None:
            self.odd(f"the role {role!r} is not one of this format", place)
        return known or "other"

    def turns(
        self, value: object, place: str, keys: tuple[str, str], roles: Roles
    ) -> list[Utterance]:
        """The turns of a list. What is none is told, and gives no turn."""
        if not isinstance(value, list):
            self.odd("is no list of turns", place)
            return []
        return [self.turn(each, f"{place}[{n}]", keys, roles) for n, each in enumerate(value)]

    def turns_under(
        self, value: Mapping[str, object], key: str, keys: tuple[str, str], roles: Roles
    ) -> list[Utterance]:
        """The turns under a key of an object. What is no list there is told and kept in `extra`."""
        if key not in value:
            self.odd("is missing", key)
            return []
        said = value[key]
        if not isinstance(said, list):
            self.extra[key] = as_json(said)
        return self.turns(said, key, keys, roles)

    def texts(self, value: Mapping[str, object], kinds: Mapping[str, str]) -> None:
        """Documents from the keys of an object; what is there and no text is told and kept."""
        for key, kind in kinds.items():
            said = value.get(key)
            if isinstance(said, str):
                self.documents.append(
                    Document.model_validate({"kind": kind, "text": said, "extra": {"key": key}})
                )
            elif key in value:
                if said is not None:
                    self.odd("is no text; kept in extra", key)
                self.extra[key] = as_json(said)

    def rest(self, value: Mapping[str, object], taken: Sequence[str]) -> None:
        """All other keys ride in `extra`."""
        self.extra |= {k: as_json(v) for k, v in value.items() if k not in taken}

    def whole(self) -> Iterator[Found]:
        """What is odd, then the dialogue."""
        yield from self.problems
        said = (u.text for s in self.sessions for u in s.utterances)
        language = language_of(said) or language_of(d.text for d in self.documents)
        yield Dialogue(
            id=self.id,
            format=self.format,
            file=self.file.name,
            line=self.line,
            language=language,
            split=self.split,
            source_case=self.source_case,
            sessions=self.sessions,
            documents=self.documents,
            extra=self.extra,
        )


def each_object(
    file: CorpusFile, what: str, build: Callable[[Entry, dict[str, object]], Iterator[Found]]
) -> Iterator[Found]:
    """Build a dialogue from every entry that is an object; others are told as not being `what`."""
    for entry in entries(file):
        if isinstance(entry, Problem):
            yield entry
        elif not isinstance(entry.value, dict):
            yield file.odd(f"entry {entry.number} is not {what}; it is left out", entry.line)
        else:
            yield from built(file, entry, lambda e: build(e, e.value))  # type: ignore[arg-type]


def built(
    file: CorpusFile, entry: Entry, build: Callable[[Entry], Iterator[Found]]
) -> Iterator[Found]:
    """What `build` makes of an entry; values that no record can hold are told, not raised."""
    try:
        yield from build(entry)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        yield file.odd(f"entry {entry.number} cannot be held: {first['msg']}", entry.line, place)


def as_json(value: object) -> JsonValue:
    """A value that JSON can say; what it cannot (a date, bytes from Parquet) as its text."""
    if isinstance(value, dict):
        return {str(k): as_json(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(v) for v in value]
    if value is None or isinstance(value, str | bool | int | float):
        return value
    return str(value)


def text_of(value: object) -> str:
    """A value as text, empty for null."""
    return value if isinstance(value, str) else ("" if value is None else str(value))


def published_turn(turn: Utterance, keys: tuple[str, str], default: Mapping[str, str]) -> JsonValue:
    """A turn as an object again. `default` gives the role where the record holds none.

    A role or text that was no text stands in `extra` and goes before what was made of it.
    """
    if "_value" in turn.extra:
        return turn.extra["_value"]
    role_key, text_key = keys
    role = turn.role or default.get(turn.speaker, turn.speaker)
    return {role_key: role, text_key: turn.text, **turn.extra}
