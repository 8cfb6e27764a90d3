"""MusPsy's transcripts of a model under test: `[{session, goal, history:[{client, counselor}]}]`.

One file is one client; what a session also bears (`goal`, `memory`) are documents of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import JsonValue

from muspsy_sim.formats.corpora.building import Draft, as_json, built
from muspsy_sim.formats.corpora.json_stream import whole
from muspsy_sim.formats.corpora.json_value import Entry
from muspsy_sim.formats.corpora.shape import CorpusFile, Format, Found, Holds, Sample
from muspsy_sim.records.corpus import CorpusSession, CorpusSpeaker, Dialogue, Document, Utterance
from muspsy_sim.records.errors import Problem

_ORDER: tuple[tuple[str, CorpusSpeaker], ...] = (("client", "client"), ("counselor", "counselor"))
_TEXTS = (("goal", "goal"), ("memory", "memory"))


def read(file: CorpusFile) -> Iterator[Found]:
    """One client a file, a session an element."""

    def build(entry: Entry) -> Iterator[Found]:
        draft = Draft(file, entry, "muspsy-transcript", file.stem if entry.number == 1 else "")
        values = entry.value if isinstance(entry.value, list) else [entry.value]
        for n, value in enumerate(values):
            if isinstance(value, dict):
                _session(draft, value, n)
            else:
                draft.odd("is no session", f"[{n}]")
                draft.extra[f"[{n}]"] = as_json(value)
        yield from draft.whole()

    for entry in whole(file):
        if isinstance(entry, Problem):
            yield entry
        else:
            yield from built(file, entry, build)


def _session(draft: Draft, value: dict[str, object], n: int) -> None:
    number = len(draft.sessions) + 1
    stated = value.get("session")
    if stated != number:
        draft.odd(f"is numbered {stated!r}, and stands at place {number}", f"[{n}].session")
    turns: list[Utterance] = []
    history = value.get("history")
    for at, pair in enumerate(history if isinstance(history, list) else []):
        place = f"[{n}].history[{at}]"
        if not isinstance(pair, dict):
            draft.odd("is no pair of client and counselor", place)
            turns.append(
                Utterance(speaker="other", text=str(pair), extra={"_value": as_json(pair)})
            )
            continue
        rest: dict[str, JsonValue] = {
            k: as_json(v) for k, v in pair.items() if k not in ("client", "counselor")
        }
        for key, speaker in _ORDER:
            if isinstance(pair.get(key), str):
                turns.append(
                    Utterance(
                        speaker=speaker, text=str(pair[key]), role=key, extra={"pair": at, **rest}
                    )
                )
                rest = {}
            elif key in pair:
                draft.odd("is no text", f"{place}.{key}")
    extra: dict[str, JsonValue] = {
        k: as_json(v) for k, v in value.items() if k not in ("history", "goal", "memory")
    }
    for key, kind in _TEXTS:
        if isinstance(value.get(key), str):
            draft.documents.append(
                Document.model_validate({"kind": kind, "text": value[key], "session": number})
            )
        elif key in value:
            extra[key] = as_json(value[key])
    draft.sessions.append(CorpusSession(number=number, utterances=turns, extra=extra))


def encode(dialogue: Dialogue) -> JsonValue:
    """The file as published."""
    sessions: list[JsonValue] = []
    for session in dialogue.sessions:
        value: dict[str, JsonValue] = {"session": session.number, **session.extra}
        for key, kind in _TEXTS:
            document = next(
                (d for d in dialogue.documents if d.kind == kind and d.session == session.number),
                None,
            )
            if document is not None:
                value[key] = document.text
        value["history"] = _pairs(session)
        sessions.append(value)
    return sessions


def _pairs(session: CorpusSession) -> list[JsonValue]:
    pairs: list[JsonValue] = []
    open_pair: dict[str, JsonValue] = {}
    was: JsonValue = None
    for turn in session.utterances:
        if "_value" in turn.extra:
            pairs.append(turn.extra["_value"])
            open_pair = {}
            continue
        key = turn.speaker
        at = turn.extra.get("pair")
        if not open_pair or key in open_pair or (at is not None and at != was):
            open_pair = {}
            pairs.append(open_pair)
        open_pair |= {key: turn.text, **{k: v for k, v in turn.extra.items() if k != "pair"}}
        was = at
    return pairs


def _sniff(sample: Sample) -> bool:
    value = sample.first
    if isinstance(value, list):
        value = value[0] if value else None
    return isinstance(value, dict) and {"session", "history"} <= value.keys()


FORMAT = Format(
    name="muspsy-transcript",
    about="MusPsy's transcripts of a model under test: a list of sessions a file",
    layout="file",
    sniff=_sniff,
    read=read,
    encode=encode,
    holds=Holds(frozenset({"sessions", "extra", "id"}), frozenset({"goal", "memory"})),
    speakers=_ORDER,
)
