"""Chat messages: PsyDial's D1 to D4 and SimPsyDial's dialogues, `{"messages": [...]}`.

user is the client, assistant the counselor. A system message that stands first is a document of
its own; one that stands elsewhere is a turn of nobody's.
"""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import JsonValue

from muspsy_sim.formats.corpora.building import CHAT, Draft, each_object, published_turn
from muspsy_sim.formats.corpora.json_value import Entry
from muspsy_sim.formats.corpora.shape import MARK, CorpusFile, Format, Found, Holds, Sample
from muspsy_sim.records.corpus import CorpusSession, Dialogue, Document

KEYS = ("role", "content")
ROLE_OF = {"client": "user", "counselor": "assistant", "other": "system"}

_GREETING = "你好"
"""How SimPsyDial's client opens every dialogue."""


def _reader(name: str, file: CorpusFile) -> Iterator[Found]:
    def build(entry: Entry, value: dict[str, object]) -> Iterator[Found]:
        draft = Draft(file, entry, name)
        take_messages(draft, value)
        draft.rest(value, ["messages"])
        yield from draft.whole()

    return each_object(file, "an object with messages", build)


def take_messages(draft: Draft, entry: dict[str, object]) -> None:
    """Messages as a session, with a first system message as a document."""
    value = entry.get("messages")
    if isinstance(value, list) and value and _role(value[0]) == "system":
        first, *rest = value
        entry = {"messages": rest}
        text = first.get("content")
        extra: dict[str, JsonValue] = {k: v for k, v in first.items() if k not in KEYS}
        if isinstance(text, str):
            draft.documents.append(Document(kind="system", text=text, extra=extra))
        else:
            draft.odd("has no text", "messages[0]")
            draft.extra["_system"] = first
    turns = draft.turns_under(entry, "messages", KEYS, {**CHAT, "system": "other"})
    draft.sessions.append(CorpusSession(number=1, utterances=turns))


def messages(dialogue: Dialogue) -> list[JsonValue]:
    """A dialogue as chat messages, its first system message included."""
    first: list[JsonValue] = []
    system = dialogue.document("system")
    if system is not None:
        first = [{"role": "system", "content": system.text, **system.extra}]
    elif "_system" in dialogue.extra:
        first = [dialogue.extra["_system"]]
    return first + [published_turn(turn, KEYS, ROLE_OF) for turn in dialogue.utterances()]


def encode(dialogue: Dialogue) -> JsonValue:
    """The entry as published."""
    extra = {k: v for k, v in dialogue.extra.items() if k not in ("_system", "messages")}
    # What stood where the messages should be and was no list is given back as it was.
    kept = dialogue.extra.get("messages")
    said: JsonValue = kept if "messages" in dialogue.extra else messages(dialogue)
    return {"messages": said, **extra}


def _role(value: object) -> object:
    return value.get("role") if isinstance(value, dict) else None


def _messages(sample: Sample) -> list[object]:
    value = sample.first.get("messages") if isinstance(sample.first, dict) else None
    return value if isinstance(value, list) else []


def _is_simpsydial(sample: Sample) -> bool:
    found = _messages(sample)
    if len(found) < 2 or _role(found[0]) != "system" or "golden" in (sample.first or {}):  # type: ignore[operator]
        return False
    second = found[1]
    return isinstance(second, dict) and second.get("content") == _GREETING


def _is_chat(sample: Sample) -> bool:
    return bool(_messages(sample)) and "golden" not in (sample.first or {})  # type: ignore[operator]


_HOLDS = Holds(frozenset({"extra", "other"}), frozenset({"system"}), fields=MARK)
_ROLES = (("user", "client"), ("assistant", "counselor"))

SIMPSYDIAL = Format(
    name="simpsydial",
    about="SimPsyDial's dialogues: messages, a system prompt first, the client opens with 你好",
    layout="list",
    sniff=_is_simpsydial,
    read=lambda file: _reader("simpsydial", file),
    encode=encode,
    holds=_HOLDS,
    speakers=_ROLES,  # type: ignore[arg-type]
)
PSYDIAL = Format(
    name="psydial",
    about="PsyDial D1 to D4 and other chat messages: user is the client, assistant the counselor",
    layout="list",
    sniff=_is_chat,
    read=lambda file: _reader("psydial", file),
    encode=encode,
    holds=_HOLDS,
    speakers=_ROLES,  # type: ignore[arg-type]
)
