"""MusPsy's task 3 rows, paired again from the transcripts of the same corpus.

Only what the data itself proves is mended: a row is found in the one transcript that holds its
words, and what is to be learnt becomes what the counselor said there, its input what the client
said before it, its history the turns before that, each with its speaker. What no transcript proves
is written as it was, and told. The files that were read are left alone.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from muspsy_sim.datasets.audit.training import TRAIN, key_of, transcript
from muspsy_sim.datasets.corpora.opening import open_corpus
from muspsy_sim.datasets.writing import MANIFEST, RowFile, staged, write_json, write_text
from muspsy_sim.formats.corpora import muspsy_train
from muspsy_sim.formats.corpora.file_names import below
from muspsy_sim.records.corpus import OFFLINE, Dialogue, offline_roles
from muspsy_sim.records.errors import FormatError

CHANGES = "changes.jsonl"

SAID_BY_ONE = "input and output were said by one party"
REVERSED = "the history stood in the other party's places"
NOT_NEXT = "the output is not what the counselor said next"
NO_TRANSCRIPT = "no transcript holds its input and its output"
AMBIGUOUS = "more than one place in the transcripts holds it, and they differ"
NO_ANSWER = "the counselor says nothing after it"


@dataclass(slots=True)
class Repaired:
    """What a repair came to."""

    rows: int = 0
    repaired: int = 0
    right: int = 0
    unproved: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    offline: set[str] = field(default_factory=set)
    """Roles that `offline` answered in the rows."""


@dataclass(frozen=True, slots=True)
class _Said:
    """A turn of a transcript."""

    client: bool
    text: str


@dataclass(slots=True)
class _Transcripts:
    """All transcripts, and where each text stands in them."""

    said: list[list[_Said]] = field(default_factory=list)
    places: dict[bytes, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, dialogue: Dialogue) -> None:
        """Add the transcript that a dialogue is, or that stands in a row's input."""
        turns = [
            _Said(turn.speaker == "client", turn.text)
            for turn in transcript(dialogue)
            if turn.speaker != "other" and turn.text.strip()
        ]
        if not turns or turns in (self.said[n] for n, _ in self.places[key_of(turns[0].text)]):
            return
        for at, turn in enumerate(turns):
            self.places[key_of(turn.text)].append((len(self.said), at))
        self.said.append(turns)


Row = dict[str, Any]


def repair_rows(path: Path, out: Path) -> Repaired:
    """Repair the task 3 rows below `path` into files of the same names below `out`.

    Raises:
        FormatError: there are no such rows, or no transcript to prove anything with.
        ExportError: something else stands at `out`.
        StorageError: the disk refuses.
    """
    known = _Transcripts()
    for dialogue in _dialogues(path):
        known.add(dialogue)
    if not known.said:
        raise FormatError(
            "holds no transcript that says who spoke",
            file=path,
            hint="put task 1's rows or the dialogue files beside the rows to repair",
        )
    result = Repaired()
    with staged(out) as folder:
        files: dict[str, RowFile] = {}
        changes = RowFile(folder / CHANGES, array=False)
        for dialogue in _dialogues(path):
            if not _is_row(dialogue):
                continue
            result.offline.update(offline_roles(dialogue))
            before: Row = muspsy_train.encode(dialogue)  # type: ignore[assignment]
            after, reasons = _paired(before, known)
            _count(result, before, after, reasons)
            if before != after:
                changes.add(
                    {
                        "row": dialogue.id,
                        "file": dialogue.file,
                        "line": dialogue.line,
                        "reasons": reasons,
                        "before": {k: before.get(k) for k in ("input", "output", "history")},
                        "after": {k: after.get(k) for k in ("input", "output", "history")},
                    }
                )
            name = below(str(Path(dialogue.file or "data").with_suffix(".json")), ".json")
            if name not in files:
                files[name] = RowFile(folder / name, array=True)
            files[name].add(after)
        if not result.rows:
            raise FormatError("holds no training row of task 3", file=path)
        for file in (*files.values(), changes):
            file.close()
        write_json(folder / MANIFEST, _manifest(result))
        write_text(folder / "README.md", _readme(result))
    return result


def _dialogues(path: Path) -> Iterator[Dialogue]:
    return (found for found in open_corpus(path) if isinstance(found, Dialogue))


def _is_row(dialogue: Dialogue) -> bool:
    return dialogue.format == TRAIN and dialogue.extra.get("task") == 3


def _count(result: Repaired, before: Row, after: Row, reasons: list[str]) -> None:
    result.rows += 1
    result.reasons.update(reasons)
    if before != after:
        result.repaired += 1
    elif reasons:
        result.unproved += 1
    else:
        result.right += 1


def _paired(row: Row, known: _Transcripts) -> tuple[Row, list[str]]:
    """The row as the transcripts prove it and why it was changed; or as it is, and why not."""
    asked, answered = row.get("input"), row.get("output")
    if not isinstance(asked, str) or not isinstance(answered, str):
        return row, [NO_TRANSCRIPT]
    found: dict[str, tuple[Row, list[str]]] = {}
    places = _places(asked, answered, _texts(row), known)
    if not places:
        return row, [NO_TRANSCRIPT]
    for number, at, answer_at in places:
        said = known.said[number]
        right = _answer(said, at, answer_at)
        if right is None:
            continue
        made = _row(row, said, right)
        found[repr(made)] = (made, _reasons(row, said, at, answer_at, made))
    if not found:
        return row, [NO_ANSWER]
    if len(found) > 1:
        return row, [AMBIGUOUS]
    made, reasons = next(iter(found.values()))
    return (made, reasons) if made != row else (row, [])


def _places(
    asked: str, answered: str, history: list[str], known: _Transcripts
) -> list[tuple[int, int, int]]:
    """Where a transcript holds input and output, the input first.

    Those that hold most of the history before them, and no others.
    """
    answers = known.places.get(key_of(answered), [])
    keys = {key_of(text) for text in history}
    held: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for number, at in known.places.get(key_of(asked), []):
        later = sorted(p for n, p in answers if n == number and p > at)
        if later:
            before = {key_of(turn.text) for turn in known.said[number][:at]}
            held[len(keys & before)].append((number, at, later[0]))
    return held[max(held)] if held else []


def _texts(row: Row) -> list[str]:
    history = row.get("history")
    pairs = history if isinstance(history, list) else []
    return [text for pair in pairs if isinstance(pair, list) for text in pair if text]


def _answer(said: list[_Said], asked: int, answered: int) -> int | None:
    """Where what is to be learnt stands.

    The output where the counselor said it, else what the counselor said next after the input.
    """
    if not said[answered].client:
        return answered
    return next((n for n in range(asked + 1, len(said)) if not said[n].client), None)


def _row(row: Row, said: list[_Said], answer: int) -> Row:
    """The row whose output stands at `answer`: its input the client's words before it."""
    start = answer
    while start and said[start - 1].client:
        start -= 1
    pairs: list[list[str]] = []
    client: list[str] = []
    for turn in said[:start]:
        if turn.client:
            client.append(turn.text)
        elif client or not pairs:
            pairs.append(["\n".join(client), turn.text])
            client = []
        else:
            pairs[-1][1] += f"\n{turn.text}"
    asked = [*client, *(turn.text for turn in said[start:answer])]
    made: Row = {**row, "input": "\n".join(asked), "output": said[answer].text}
    if "history" in row or pairs:
        made["history"] = pairs
    return made


def _reasons(row: Row, said: list[_Said], asked: int, answered: int, made: Row) -> list[str]:
    reasons = []
    if said[asked].client == said[answered].client:
        reasons.append(SAID_BY_ONE)
    elif made["input"] != row["input"] or made["output"] != row["output"]:
        reasons.append(NOT_NEXT)
    if made.get("history") != row.get("history"):
        reasons.append(REVERSED)
    return reasons


def _manifest(result: Repaired) -> dict[str, JsonValue]:
    return {
        "kind": "repaired rows",
        "rows": result.rows,
        "repaired": result.repaired,
        "right": result.right,
        "unproved": result.unproved,
        "reasons": dict(sorted(result.reasons.items())),
        OFFLINE: [*sorted(result.offline)],
    }


def _readme(result: Repaired) -> str:
    return (
        f"# {result.rows} training rows, {result.repaired} of them paired again\n\n"
        "Each row that was changed was found in the one transcript that holds its words. An\n"
        "opening of the counselor's is paired with an empty client turn. The rows that nothing\n"
        f"proves, {result.unproved}, stand as they were. Each change: `{CHANGES}`.\n"
    )
