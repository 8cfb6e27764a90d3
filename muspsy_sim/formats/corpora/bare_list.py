"""A file that is one dialogue, a list of turns: SMILE's, and the input of PsyDial's LDD script.

Both are `[{"role", "content"}]` with client and counselor; SMILE's turns carry an `annotation`.
"""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import JsonValue

from muspsy_sim.formats.corpora.building import BY_NAME, Draft, built, published_turn
from muspsy_sim.formats.corpora.json_stream import whole
from muspsy_sim.formats.corpora.json_value import Entry
from muspsy_sim.formats.corpora.shape import CorpusFile, Format, Found, Holds, Sample
from muspsy_sim.records.corpus import CorpusSession, Dialogue
from muspsy_sim.records.errors import Problem

KEYS = ("role", "content")


def _reader(name: str, file: CorpusFile) -> Iterator[Found]:
    single = file.path.suffix.lower() not in (".jsonl", ".ndjson", ".parquet")

    def build(entry: Entry) -> Iterator[Found]:
        draft = Draft(file, entry, name, file.stem if single and entry.number == 1 else "")
        value = entry.value
        if isinstance(value, dict):
            # A row of JSON lines or Parquet has its list under some key.
            key = next((k for k, v in value.items() if isinstance(v, list)), "")
            draft.rest(value, [key])
            draft.extra["_key"] = key
            value = value.get(key)
        turns = draft.turns(value, "", KEYS, BY_NAME)
        draft.sessions.append(CorpusSession(number=1, utterances=turns))
        yield from draft.whole()

    for entry in whole(file):
        if isinstance(entry, Problem):
            yield entry
        else:
            yield from built(file, entry, build)


def encode(dialogue: Dialogue) -> JsonValue:
    """The list as published."""
    turns: list[JsonValue] = [published_turn(turn, KEYS, {}) for turn in dialogue.utterances()]
    key = dialogue.extra.get("_key")
    if not isinstance(key, str):
        return turns
    return {key: turns, **{k: v for k, v in dialogue.extra.items() if k != "_key"}}


def encode_smile(dialogue: Dialogue) -> JsonValue:
    """The list as published: where a turn of another format comes in, its annotation is empty."""
    if dialogue.format == "smile":
        return encode(dialogue)
    return [
        {"role": turn.role or turn.speaker, "content": turn.text, "annotation": []}
        for turn in dialogue.utterances()
    ]


def _first_turn(sample: Sample) -> dict[str, object]:
    value = sample.first
    if isinstance(value, dict) and "role" not in value:
        value = next((v for v in value.values() if isinstance(v, list)), None)
    if isinstance(value, list):
        value = value[0] if value else None
    if not isinstance(value, dict) or not {"role", "content"} <= value.keys():
        return {}
    return value if str(value["role"]).lower() in BY_NAME else {}


def _is_smile(sample: Sample) -> bool:
    return "annotation" in _first_turn(sample)


def _is_ldd(sample: Sample) -> bool:
    return bool(_first_turn(sample))


_ROLES = (("client", "client"), ("counselor", "counselor"))

SMILE = Format(
    name="smile",
    about="SMILE's dialogues: a JSON list of turns a file, each with an annotation",
    layout="file",
    sniff=_is_smile,
    read=lambda file: _reader("smile", file),
    encode=encode_smile,
    holds=Holds(frozenset({"extra", "id"})),
    speakers=_ROLES,  # type: ignore[arg-type]
)
LDD = Format(
    name="ldd",
    about="the input of PsyDial's LDD script: a JSON list of client and counselor turns a file",
    layout="file",
    sniff=_is_ldd,
    read=lambda file: _reader("ldd", file),
    encode=encode,
    holds=Holds(frozenset({"extra", "id"})),
    speakers=_ROLES,  # type: ignore[arg-type]
)
