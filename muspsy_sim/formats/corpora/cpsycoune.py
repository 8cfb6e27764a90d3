"""CPsyCounE's test dialogues: a JSON array of strings, `求助者：...` and `支持者：...`.

The folder that a file lies in is its topic.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic import JsonValue

from muspsy_sim.formats.corpora.building import Draft, as_json, built
from muspsy_sim.formats.corpora.json_stream import whole
from muspsy_sim.formats.corpora.json_value import Entry
from muspsy_sim.formats.corpora.shape import CorpusFile, Format, Found, Holds, Sample
from muspsy_sim.records.corpus import CorpusSession, CorpusSpeaker, Dialogue, Utterance
from muspsy_sim.records.errors import Problem

_TURN = re.compile(r"(求助者|支持者)([：:])(.*)", re.DOTALL)
_SPEAKERS: dict[str, CorpusSpeaker] = {"求助者": "client", "支持者": "counselor"}
_ROLE = {"client": "求助者", "counselor": "支持者"}


def read(file: CorpusFile) -> Iterator[Found]:
    """One dialogue a file; the folder that it lies in is its topic."""

    def build(entry: Entry) -> Iterator[Found]:
        single = file.path.suffix.lower() == ".json" and entry.number == 1
        draft = Draft(file, entry, "cpsycoune", file.stem if single else "")
        folder, _, _ = file.name.rpartition("/")
        if folder:
            draft.extra["topic"] = folder.rpartition("/")[2]
        values = entry.value if isinstance(entry.value, list) else [entry.value]
        turns = [_turn(draft, each, n) for n, each in enumerate(values)]
        if all(turn.speaker == "other" for turn in turns):
            yield file.odd(f"entry {entry.number} is no list of 求助者： and 支持者：", entry.line)
            return
        draft.sessions.append(CorpusSession(number=1, utterances=turns))
        yield from draft.whole()

    for entry in whole(file):
        if isinstance(entry, Problem):
            yield entry
        else:
            yield from built(file, entry, build)


def _turn(draft: Draft, value: object, number: int) -> Utterance:
    place = f"[{number}]"
    if not isinstance(value, str):
        draft.odd("is no text", place)
        return Utterance(speaker="other", text="", extra={"_value": as_json(value)})
    match = _TURN.fullmatch(value)
    if match is None:
        draft.odd("begins with neither 求助者： nor 支持者：", place)
        return Utterance(speaker="other", text=value, extra={"_value": value})
    extra: dict[str, JsonValue] = {} if match[2] == "：" else {"_value": value}
    return Utterance(speaker=_SPEAKERS[match[1]], text=match[3], role=match[1], extra=extra)


def encode(dialogue: Dialogue) -> JsonValue:
    """The array as published."""
    return [
        turn.extra.get("_value", f"{_ROLE.get(turn.speaker, turn.role)}：{turn.text}")
        for turn in dialogue.utterances()
    ]


def _sniff(sample: Sample) -> bool:
    value = sample.first
    if isinstance(value, list):
        value = value[0] if value else None
    return isinstance(value, str) and _TURN.fullmatch(value) is not None


FORMAT = Format(
    name="cpsycoune",
    about="CPsyCounE's test dialogues: a JSON array of 求助者： and 支持者： strings a file",
    layout="file",
    sniff=_sniff,
    read=read,
    encode=encode,
    holds=Holds(frozenset({"id"})),
    speakers=(("求助者", "client"), ("支持者", "counselor")),
)
