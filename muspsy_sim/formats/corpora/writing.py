"""Dialogues as files of a published format, one at a time, with what the format cannot hold told.

A dialogue that was read from the same format comes back under its own file name, its unknown
fields included. One of another format gets a name of its own, and loses what is listed.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from muspsy_sim.formats.corpora.file_names import LINES, Names, list_name
from muspsy_sim.formats.corpora.shape import Format
from muspsy_sim.records.claimed_labels import claimed_labels
from muspsy_sim.records.corpus import OFFLINE, Dialogue, offline_roles
from muspsy_sim.records.files import storage_error, write_atomic

_CLOSING = b"\n]\n"


@dataclass(slots=True)
class Written:
    """What was written, and what was lost on the way: what it is, and in how many dialogues."""

    files: int = 0
    dialogues: int = 0
    empty: int = 0
    """Entries of which the format holds nothing; they were not written."""
    lost: Counter[str] = field(default_factory=Counter)


def write_corpus(dialogues: Iterable[Dialogue], form: Format, out: Path) -> Written:
    """Write dialogues below the folder `out`, in the order given. Memory does not grow with them.

    Raises:
        StorageError: the disk refuses.
    """
    written = Written()
    names = Names()
    with ExitStack() as stack:
        lists = _Lists(stack, written)
        for dialogue in dialogues:
            parts = entries_for(dialogue, form)
            if not parts:
                written.empty += 1
                written.lost["the whole entry, of which it holds nothing"] += 1
                continue
            written.dialogues += 1
            written.lost.update(losses(dialogue, form))
            for part in parts:
                value = form.encode(_without_foreign(part, form))
                if form.layout == "list":
                    lists.add(out / list_name(part, form), value)
                    continue
                name = names.of(part, form)
                said = str(value).encode() if form.layout == "text" else _json(value)
                write_atomic(out / name, said)
                written.files += 1
    return written


def entries_for(dialogue: Dialogue, form: Format) -> list[Dialogue]:
    """The entries that a dialogue becomes in a format; none where it holds nothing of it."""
    if dialogue.format == form.name:
        return [dialogue]
    if form.holds.dialogue:
        held = any(True for _ in dialogue.utterances())
    else:
        held = any(document.kind in form.holds.documents for document in dialogue.documents)
    return [*form.parts(dialogue)] if held else []


def losses(dialogue: Dialogue, form: Format) -> Iterator[str]:
    """What of a dialogue the format has no place for, each thing once."""
    if dialogue.format == form.name:
        return
    facets = form.holds.facets
    turns = [*dialogue.utterances()]
    if turns and not form.holds.dialogue:
        yield "the dialogue"
    if len(dialogue.sessions) > 1 and "sessions" not in facets:
        yield "where sessions begin"
    if any(turn.labels for turn in turns) and "labels" not in facets:
        yield "labels of turns"
    if "labels" in facets and any(len(claimed_labels(turn)) < len(turn.labels) for turn in turns):
        yield "planned labels of turns that were annotated"
    if any(turn.reasoning for turn in turns) and "reasoning" not in facets:
        yield "private reasoning"
    if any(turn.speaker == "other" for turn in turns) and "other" not in facets:
        yield "who the other speakers are"
    kinds = {document.kind for document in dialogue.documents} - form.holds.documents
    for kind in sorted(kinds):
        yield f"documents: {kind}"
    single = {d.kind for d in dialogue.documents if d.session is not None} & form.holds.of_course
    for kind in sorted(single):
        yield f"documents of single sessions: {kind}"
    if dialogue.split is not None and "split" not in facets:
        yield "the split"
    if "id" not in facets:
        yield "the id"
    # Fields that another format does not know would be somebody else's claim in it.
    told = {key for key in dialogue.extra if not key.startswith("_")} - form.holds.fields
    if OFFLINE in told:
        told.remove(OFFLINE)
        if offline_roles(dialogue):
            yield "in each entry, that the offline default spoke (the manifest keeps it)"
    for key in sorted(told):
        yield f"field: {key}"
    for key in sorted({key for turn in turns for key in turn.extra if not key.startswith("_")}):
        yield f"field of turns: {key}"


def _without_foreign(dialogue: Dialogue, form: Format) -> Dialogue:
    """A dialogue of another format without that format's own fields and words for its roles."""
    if dialogue.format == form.name:
        return dialogue
    return dialogue.model_copy(
        update={
            "extra": {
                k: v
                for k, v in dialogue.extra.items()
                if k in form.holds.fields and (k != OFFLINE or v)
            },
            "documents": [d.model_copy(update={"extra": {}}) for d in dialogue.documents],
            "sessions": [
                s.model_copy(
                    update={
                        "extra": {},
                        "utterances": [
                            u.model_copy(
                                update={"extra": {}, "role": "", "labels": claimed_labels(u)}
                            )
                            for u in s.utterances
                        ],
                    }
                )
                for s in dialogue.sessions
            ],
        }
    )


class _Lists:
    """Lists of entries that are being written: JSON, or JSON lines where they came from such.

    One file is open at a time, since dialogues come file by file; one that is come back to is
    opened again.
    """

    def __init__(self, stack: ExitStack, written: Written) -> None:
        self._written = written
        self._open: IO[bytes] | None = None
        self._path = Path()
        self._first = True
        self._begun: set[Path] = set()
        stack.callback(self._close)

    def add(self, path: Path, value: object) -> None:
        """Add a value to the list at `path`. Raises `StorageError` when the disk refuses."""
        try:
            if self._open is None or path != self._path:
                self._close()
                self._open = self._opened(path)
                self._path = path
            if path.suffix in LINES:
                self._open.write(json.dumps(value, ensure_ascii=False).encode() + b"\n")
            else:
                self._open.write(b"" if self._first else b",\n")
                self._open.write(_json(value).rstrip())
            self._first = False
        except OSError as error:
            raise storage_error(path, error, "write") from error

    def _opened(self, path: Path) -> IO[bytes]:
        path.parent.mkdir(parents=True, exist_ok=True)
        again = path in self._begun
        self._first = not again
        if not again:
            self._begun.add(path)
            self._written.files += 1
        if path.suffix in LINES:
            return path.open("ab" if again else "wb")
        opened = path.open("r+b" if again else "wb")
        if again:
            opened.seek(-len(_CLOSING), 2)  # the closing bracket, which is no longer the end
            opened.truncate()
        else:
            opened.write(b"[\n")
        return opened

    def _close(self) -> None:
        if self._open is not None:
            if self._path.suffix not in LINES:
                self._open.write(_CLOSING)
            self._open.close()
        self._open = None


def _json(value: object) -> bytes:
    # Not orjson: published numbers may be larger than 64 bits, and it has no word for those.
    return json.dumps(value, ensure_ascii=False, indent=2).encode() + b"\n"
