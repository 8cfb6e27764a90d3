"""MusPsy's training rows: Alpaca JSON with `history: [[client, counselor]]`.

task1 (memory) and task2 (goal) turn one text into another: their input and output are documents.
task3 (counseling) is dialogue: its history and its input and output are turns, by the place that
the format gives each party. Whether that party said it is what an audit finds out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic import JsonValue

from muspsy_sim.formats.corpora.building import Draft, as_json, each_object, text_of
from muspsy_sim.formats.corpora.json_value import Entry
from muspsy_sim.formats.corpora.shape import CorpusFile, Format, Found, Holds, Sample
from muspsy_sim.records.corpus import CorpusSession, CorpusSpeaker, Dialogue, Utterance

_KEYS = ("instruction", "input", "output", "history")
_TASK = re.compile(r"task[_-]?([123])", re.IGNORECASE)


def task_of(file: CorpusFile, value: dict[str, object]) -> int:
    """Which of the three tasks a row is of: by the file's name, else 3 where it has a history."""
    named = _TASK.search(file.name.rpartition("/")[2])
    if named:
        return int(named[1])
    return 3 if value.get("history") else 1


def read(file: CorpusFile) -> Iterator[Found]:
    """A dialogue a row."""

    def build(entry: Entry, value: dict[str, object]) -> Iterator[Found]:
        draft = Draft(file, entry, "muspsy-train")
        task = task_of(file, value)
        draft.extra["task"] = task
        keys = {"instruction": "instruction"}
        if task != 3:
            keys |= {"input": "input", "output": "output"}
        draft.texts(value, keys)
        for key in ("input", "output"):
            if key not in value:
                draft.odd("is missing", key)
        history = value.get("history")
        if task == 3:
            _turns(draft, value, history)
        elif "history" in value:
            draft.extra["history"] = as_json(history)
        draft.rest(value, _KEYS)
        yield from draft.whole()

    return each_object(file, "a training row", build)


def _turns(draft: Draft, value: dict[str, object], history: object) -> None:
    turns: list[Utterance] = []

    def add(speaker: CorpusSpeaker, role: str, said: object) -> None:
        extra: dict[str, JsonValue] = {} if isinstance(said, str) else {"_value": as_json(said)}
        turns.append(Utterance(speaker=speaker, text=text_of(said), role=role, extra=extra))

    if "history" not in value:
        draft.extra["_no_history"] = True
    elif not isinstance(history, list):
        draft.odd("is no list of pairs; kept in extra", "history")
        draft.extra["history"] = as_json(history)
    else:
        for n, pair in enumerate(history):
            if isinstance(pair, list) and len(pair) == 2:
                add("client", f"history[{n}][0]", pair[0])
                add("counselor", f"history[{n}][1]", pair[1])
            else:
                draft.odd("is no pair of client and counselor", f"history[{n}]")
                turns.append(
                    Utterance(
                        speaker="other",
                        text=text_of(pair),
                        role=f"history[{n}]",
                        extra={"_value": as_json(pair)},
                    )
                )
    if "input" in value:
        add("client", "input", value["input"])
    if "output" in value:
        add("counselor", "output", value["output"])
    draft.sessions.append(CorpusSession(number=1, utterances=turns))


def encode(dialogue: Dialogue) -> JsonValue:
    """The row as published. A dialogue of another format becomes one of task 3."""
    row: dict[str, JsonValue] = {
        str(d.extra.get("key", d.kind)): d.text
        for d in dialogue.documents
        if d.kind in ("instruction", "input", "output")
    }
    if dialogue.format == "muspsy-train":
        history: list[JsonValue] = []
        for turn in dialogue.utterances():
            said = turn.extra.get("_value", turn.text)
            if turn.role in ("input", "output"):
                row[turn.role] = said
            elif turn.role.endswith("][1]") and history and isinstance(history[-1], list):
                history[-1].append(said)
            else:
                history.append([said] if turn.role.endswith("][0]") else said)
        rest = {k: v for k, v in dialogue.extra.items() if k not in ("task", "_no_history")}
        if dialogue.extra.get("task") == 3 and "_no_history" not in dialogue.extra:
            row.setdefault("history", history)
        return {**row, **rest}
    return {"instruction": "", **row, **_from_turns(dialogue)}


def _from_turns(dialogue: Dialogue) -> dict[str, JsonValue]:
    """The last exchange as input and output, those before as history.

    Turns are paired by who spoke, never by place: several in a row of one party are joined, an
    opening of the counselor's gets an empty client turn before it, and a client turn that nobody
    answered is left out.
    """
    pairs: list[tuple[str, str]] = []
    client: list[str] = []
    spoke = ""
    for turn in dialogue.utterances():
        if turn.speaker == "client":
            client.append(turn.text)
        elif turn.speaker == "counselor":
            if spoke == "counselor" and not client and pairs:
                pairs[-1] = (pairs[-1][0], f"{pairs[-1][1]}\n{turn.text}")
            else:
                pairs.append(("\n".join(client), turn.text))
            client = []
        else:
            continue
        spoke = turn.speaker
    history: list[JsonValue] = [[a, b] for a, b in pairs[:-1]]
    last = pairs[-1] if pairs else ("", "")
    return {"input": last[0], "output": last[1], "history": history}


def _sniff(sample: Sample) -> bool:
    value = sample.first
    return isinstance(value, dict) and {"instruction", "input", "output"} <= value.keys()


FORMAT = Format(
    name="muspsy-train",
    about="MusPsy's training rows: Alpaca JSON, task1 (memory), task2 (goal), task3 (counseling)",
    layout="list",
    sniff=_sniff,
    read=read,
    encode=encode,
    holds=Holds(frozenset({"extra"}), frozenset({"instruction", "input", "output"})),
    speakers=(("input", "client"), ("output", "counselor")),
)
