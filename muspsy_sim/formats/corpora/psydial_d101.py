"""PsyDial D101: reply cases, `{"idx", "messages", "golden"}`; the history ends on the client.

The golden reply is no turn of the dialogue: it is a document, and what a model's reply is held
against.
"""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import JsonValue

from muspsy_sim.formats.corpora.building import Draft, as_json, each_object
from muspsy_sim.formats.corpora.chat import messages, take_messages
from muspsy_sim.formats.corpora.json_value import Entry
from muspsy_sim.formats.corpora.shape import MARK, CorpusFile, Format, Found, Holds, Sample
from muspsy_sim.records.corpus import CorpusSession, Dialogue, Document


def read(file: CorpusFile) -> Iterator[Found]:
    """Reply cases; `idx` is kept, and makes no id since it is not unique over files."""

    def build(entry: Entry, value: dict[str, object]) -> Iterator[Found]:
        draft = Draft(file, entry, "psydial-d101")
        take_messages(draft, value)
        golden = value.get("golden")
        said = golden.get("content") if isinstance(golden, dict) else None
        taken = ["messages"]
        if isinstance(golden, dict) and isinstance(said, str):
            extra = {k: as_json(v) for k, v in golden.items() if k != "content"}
            draft.documents.append(Document(kind="golden", text=said, extra=extra))
            taken.append("golden")
        else:
            draft.odd("is missing or has no content", "golden")
        last = draft.sessions[-1].utterances[-1:] if draft.sessions else []
        if not last or last[0].speaker != "client":
            draft.odd("the history does not end on the client", "messages")
        draft.rest(value, taken)
        yield from draft.whole()

    return each_object(file, "a reply case", build)


def encode(dialogue: Dialogue) -> JsonValue:
    """The case as published."""
    value: dict[str, JsonValue] = {
        "messages": dialogue.extra["messages"]
        if "messages" in dialogue.extra
        else messages(dialogue)
    }
    golden = dialogue.document("golden")
    if golden is not None:
        value["golden"] = {"role": "assistant", "content": golden.text, **golden.extra}
    rest = {k: v for k, v in dialogue.extra.items() if k not in ("messages", "_system")}
    return {**value, **rest}


def parts(dialogue: Dialogue) -> Iterator[Dialogue]:
    """A case for each counselor turn that answers a client: what was said before, and the turn."""
    said = [*dialogue.utterances()]
    for place, turn in enumerate(said):
        if place and turn.speaker == "counselor" and said[place - 1].speaker == "client":
            yield dialogue.model_copy(
                update={
                    "sessions": [CorpusSession(number=1, utterances=said[:place])],
                    "documents": [
                        *(d for d in dialogue.documents if d.kind == "system"),
                        Document(kind="golden", text=turn.text),
                    ],
                }
            )


def _sniff(sample: Sample) -> bool:
    return isinstance(sample.first, dict) and {"messages", "golden"} <= sample.first.keys()


FORMAT = Format(
    name="psydial-d101",
    about="PsyDial D101: histories that end on the client, each with a golden reply",
    layout="list",
    sniff=_sniff,
    read=read,
    encode=encode,
    parts=parts,
    holds=Holds(frozenset({"extra", "other"}), frozenset({"system", "golden"}), fields=MARK),
    speakers=(("user", "client"), ("assistant", "counselor")),
)
