"""CACTUS: evaluation records, sessions of its two-agent evaluation, and its corpus.

Evaluation records hold a first exchange as text; sessions hold `history` with the text under
`message` and a `[/END]` mark; corpus entries hold a whole dialogue as text. The client's form, the
technique and the plan are documents.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import JsonValue

from muspsy_sim.formats.corpora.building import (
    BY_NAME,
    Draft,
    as_json,
    each_object,
    published_turn,
)
from muspsy_sim.formats.corpora.json_value import Entry
from muspsy_sim.formats.corpora.marked_text import Mark, marked_turns, numbered_lines
from muspsy_sim.formats.corpora.shape import MARK, CorpusFile, Format, Found, Holds, Sample
from muspsy_sim.records.corpus import CorpusSession, Dialogue, DocumentKind, Utterance

MARKS = (Mark("Client", "client"), Mark("Counselor", "counselor"))
_ROLE = {"client": "Client", "counselor": "Counselor", "other": "Other"}
_SESSION_KEYS = ("role", "message")


def _spoken(draft: Draft, said: object, place: str, original: str) -> list[Utterance]:
    """Turns of a dialogue in text. Text that does not come out again as it was is kept too."""
    if not isinstance(said, str):
        if said is not None:
            draft.odd("is no text; kept in extra", place)
            draft.extra[original] = as_json(said)
        return []
    marked = marked_turns(numbered_lines(said), MARKS)
    if marked.before:
        draft.odd("text stands before the first turn; kept in extra", place)
    for turn in marked.turns:
        turn.line = None
    if _text(marked.turns) != said:
        draft.extra[original] = said
    return marked.turns


def _text(turns: list[Utterance]) -> str:
    return "\n".join(f"{turn.role or _ROLE[turn.speaker]}: {turn.text}" for turn in turns)


def read_evaluation(file: CorpusFile) -> Iterator[Found]:
    """A dialogue a record: a first exchange, a form, an attitude, what the counselor is told."""

    def build(entry: Entry, value: dict[str, object]) -> Iterator[Found]:
        draft = Draft(file, entry, "cactus-eval")
        client = value.get("AI_client")
        if not isinstance(client, dict):
            draft.odd("is missing or no object", "AI_client")
            draft.rest(value, ["AI_client"])
            draft.extra |= {"_AI_client": as_json(client)} if "AI_client" in value else {}
        else:
            draft.texts(client, {"intake_form": "intake_form"})
            turns = _spoken(
                draft, client.get("dialogue_history_init"), "AI_client", "_dialogue_history_init"
            )
            draft.sessions.append(CorpusSession(number=1, utterances=turns))
            taken = ("intake_form", "dialogue_history_init")
            draft.extra["AI_client"] = {k: as_json(v) for k, v in client.items() if k not in taken}
            draft.rest(value, ["AI_client"])
        yield from draft.whole()

    return each_object(file, "an evaluation record", build)


def encode_evaluation(dialogue: Dialogue) -> JsonValue:
    """The record as published."""
    kept = dialogue.extra.get("AI_client")
    form = dialogue.document("intake_form")
    client: dict[str, JsonValue] = {} if form is None else {"intake_form": form.text}
    said = dialogue.extra.get("_dialogue_history_init", _text([*dialogue.utterances()]))
    client["dialogue_history_init"] = said
    taken = ("AI_client", "_AI_client", "_dialogue_history_init")
    rest = {k: v for k, v in dialogue.extra.items() if k not in taken}
    if dialogue.format == "cactus-eval" and not dialogue.sessions:
        # There was no client in it, or what stood in its place was none.
        none = {"AI_client": dialogue.extra["_AI_client"]} if "_AI_client" in dialogue.extra else {}
        return {**none, **rest}
    return {"AI_client": {**client, **(kept if isinstance(kept, dict) else {})}, **rest}


def read_sessions(file: CorpusFile) -> Iterator[Found]:
    """A dialogue an object: `example, cbt_technique, cbt_plan, history`."""

    def build(entry: Entry, value: dict[str, object]) -> Iterator[Found]:
        draft = Draft(file, entry, "cactus-session")
        draft.texts(value, {"cbt_technique": "technique", "cbt_plan": "plan"})
        turns = draft.turns_under(value, "history", _SESSION_KEYS, BY_NAME)
        draft.sessions.append(CorpusSession(number=1, utterances=turns))
        draft.rest(value, ["cbt_technique", "cbt_plan", "history"])
        yield from draft.whole()

    return each_object(file, "a session with a history", build)


def encode_session(dialogue: Dialogue) -> JsonValue:
    """The object as published."""
    turns: list[JsonValue] = [
        published_turn(turn, _SESSION_KEYS, {}) for turn in dialogue.utterances()
    ]
    # The extra goes last: a `history` in it was no list, and is given back as it was.
    return {
        **_keys(dialogue, "cactus-session", "cbt_technique", "cbt_plan"),
        **_documents(dialogue, {"technique": "cbt_technique", "plan": "cbt_plan"}),
        "history": turns,
        **dialogue.extra,
    }


def read_corpus(file: CorpusFile) -> Iterator[Found]:
    """A dialogue an entry: `thought, patterns, intake_form, cbt_technique, cbt_plan, dialogue`."""

    def build(entry: Entry, value: dict[str, object]) -> Iterator[Found]:
        draft = Draft(file, entry, "cactus-corpus")
        draft.texts(
            value,
            {"intake_form": "intake_form", "cbt_technique": "technique", "cbt_plan": "plan"},
        )
        turns = _spoken(draft, value.get("dialogue"), "dialogue", "_dialogue")
        draft.sessions.append(CorpusSession(number=1, utterances=turns))
        draft.rest(value, ["intake_form", "cbt_technique", "cbt_plan", "dialogue"])
        yield from draft.whole()

    return each_object(file, "a corpus entry", build)


def encode_corpus(dialogue: Dialogue) -> JsonValue:
    """The entry as published."""
    kinds: dict[DocumentKind, str] = {
        "intake_form": "intake_form",
        "technique": "cbt_technique",
        "plan": "cbt_plan",
    }
    return {
        **_keys(dialogue, "cactus-corpus", "intake_form", "cbt_technique", "cbt_plan"),
        **{k: v for k, v in dialogue.extra.items() if k != "_dialogue"},
        **_documents(dialogue, kinds),
        "dialogue": dialogue.extra.get("_dialogue", _text([*dialogue.utterances()])),
    }


def _keys(dialogue: Dialogue, own: str, *keys: str) -> dict[str, JsonValue]:
    """The keys that every published entry has, empty, for a dialogue of another format."""
    return {} if dialogue.format == own else dict.fromkeys(keys, "")


def _documents(dialogue: Dialogue, kinds: Mapping[DocumentKind, str]) -> dict[str, JsonValue]:
    return {kinds[d.kind]: d.text for d in dialogue.documents if d.kind in kinds}


def _has(*keys: str) -> object:
    def sniff(sample: Sample) -> bool:
        return isinstance(sample.first, dict) and set(keys) <= sample.first.keys()

    return sniff


_ROLES = (("client", "client"), ("counselor", "counselor"))

EVALUATION = Format(
    name="cactus-eval",
    about="CACTUS's evaluation records: an intake form, an attitude and a first exchange",
    layout="list",
    sniff=_has("AI_client"),  # type: ignore[arg-type]
    read=read_evaluation,
    encode=encode_evaluation,
    holds=Holds(frozenset({"extra"}), frozenset({"intake_form"}), fields=MARK),
    speakers=(("Client", "client"), ("Counselor", "counselor")),
)
SESSION = Format(
    name="cactus-session",
    about="CACTUS's evaluated sessions: technique, plan and a history of role and message",
    layout="list",
    sniff=_has("history", "cbt_technique"),  # type: ignore[arg-type]
    read=read_sessions,
    encode=encode_session,
    holds=Holds(frozenset({"extra"}), frozenset({"technique", "plan"}), fields=MARK),
    speakers=_ROLES,  # type: ignore[arg-type]
)
CORPUS = Format(
    name="cactus-corpus",
    about="CACTUS's corpus: thought, patterns, form, technique, plan and a dialogue in text",
    layout="list",
    sniff=_has("dialogue", "intake_form"),  # type: ignore[arg-type]
    read=read_corpus,
    encode=encode_corpus,
    holds=Holds(frozenset({"extra"}), frozenset({"intake_form", "technique", "plan"}), fields=MARK),
    speakers=(("Client", "client"), ("Counselor", "counselor")),
)
