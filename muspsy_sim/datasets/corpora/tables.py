"""The canonical tables of a corpus: four Parquet files that hold every dialogue whole.

`dialogues`, `sessions`, `turns` and `documents` are joined by the dialogue's id and lie in the same
order, so that they are read back side by side in bounded memory. Unknown fields are JSON text in
`extra`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import chain
from pathlib import Path
from typing import Any

from muspsy_sim.datasets.parquet import TableFile, arrow
from muspsy_sim.datasets.table import Columns, TableRow
from muspsy_sim.records.corpus import CorpusSession, Dialogue, Document, Utterance
from muspsy_sim.records.errors import FormatError

DIALOGUES: Columns = {
    "dialogue": "text",
    "format": "text",
    "file": "text",
    "line": "int",
    "language": "text",
    "split": "text",
    "source_case": "text",
    "sessions": "int",
    "turns": "int",
    "extra": "text",
}
SESSIONS: Columns = {
    "dialogue": "text",
    "session": "int",
    "turns": "int",
    "line": "int",
    "extra": "text",
}
TURNS: Columns = {
    "dialogue": "text",
    "session": "int",
    "turn": "int",
    "speaker": "text",
    "role": "text",
    "text": "text",
    "reasoning": "text",
    "labels": [{"kind": "text", "value": "text", "origin": "text"}],
    "line": "int",
    "extra": "text",
}
DOCUMENTS: Columns = {
    "dialogue": "text",
    "session": "int",
    "kind": "text",
    "text": "text",
    "extra": "text",
}
TABLES: dict[str, Columns] = {
    "dialogues": DIALOGUES,
    "sessions": SESSIONS,
    "turns": TURNS,
    "documents": DOCUMENTS,
}


class CorpusTables:
    """The four tables of a corpus, open for dialogues. A context manager."""

    def __init__(self, folder: Path) -> None:
        self.dialogues = 0
        self._stack = ExitStack()
        self._tables = {
            name: TableFile(folder / f"{name}.parquet", columns) for name, columns in TABLES.items()
        }

    def __enter__(self) -> CorpusTables:
        for table in self._tables.values():
            self._stack.callback(table.close)
        return self

    def __exit__(self, *raised: object) -> None:
        self._stack.close()

    def add(self, dialogue: Dialogue) -> None:
        """Add a dialogue. Raises `StorageError` when the disk refuses."""
        self.dialogues += 1
        self._tables["dialogues"].add(
            {
                "dialogue": dialogue.id,
                "format": dialogue.format,
                "file": dialogue.file,
                "line": dialogue.line,
                "language": dialogue.language,
                "split": dialogue.split,
                "source_case": dialogue.source_case,
                "sessions": len(dialogue.sessions),
                "turns": sum(len(s.utterances) for s in dialogue.sessions),
                "extra": _json(dialogue.extra),
            }
        )
        for session in dialogue.sessions:
            self._session(dialogue.id, session)
        for document in dialogue.documents:
            self._tables["documents"].add(
                {
                    "dialogue": dialogue.id,
                    "session": document.session,
                    "kind": document.kind,
                    "text": document.text,
                    "extra": _json(document.extra),
                }
            )

    def _session(self, dialogue: str, session: CorpusSession) -> None:
        self._tables["sessions"].add(
            {
                "dialogue": dialogue,
                "session": session.number,
                "turns": len(session.utterances),
                "line": session.line,
                "extra": _json(session.extra),
            }
        )
        for number, turn in enumerate(session.utterances, start=1):
            self._tables["turns"].add(
                {
                    "dialogue": dialogue,
                    "session": session.number,
                    "turn": number,
                    "speaker": turn.speaker,
                    "role": turn.role,
                    "text": turn.text,
                    "reasoning": turn.reasoning,
                    "labels": [label.model_dump() for label in turn.labels],
                    "line": turn.line,
                    "extra": _json(turn.extra),
                }
            )


def is_tables(folder: Path) -> bool:
    """Whether a folder holds the canonical tables of a corpus."""
    return all((folder / f"{name}.parquet").is_file() for name in TABLES)


def read_tables(folder: Path) -> Iterator[Dialogue]:
    """The dialogues of canonical tables, in their order and in bounded memory.

    Raises:
        FormatError: a table is missing, cut off, or does not belong to the others.
    """
    sessions, turns, documents = (
        _Ahead(_rows(folder / f"{name}.parquet", name))
        for name in ("sessions", "turns", "documents")
    )
    for row in _rows(folder / "dialogues.parquet", "dialogues"):
        key = row["dialogue"]
        held: list[CorpusSession] = []
        # How many rows are a dialogue's is counted, not read off the id: two may bear the same.
        for session in sessions.take(row["sessions"], key, folder):
            said = [_turn(turn) for turn in turns.take(session["turns"], key, folder)]
            held.append(
                CorpusSession(
                    number=session["session"],
                    line=session["line"],
                    utterances=said,
                    extra=_value(session["extra"]),
                )
            )
        papers = [_document(paper) for paper in documents.while_of(key)]
        yield Dialogue(
            id=key,
            format=row["format"],
            file=row["file"] or "",
            line=row["line"],
            language=row["language"],
            split=row["split"],
            source_case=row["source_case"],
            sessions=held,
            documents=papers,
            extra=_value(row["extra"]),
        )
    if sessions.any() or turns.any() or documents.any():
        raise FormatError("the tables hold rows of no dialogue", file=folder)


class _Ahead:
    """Rows with one looked at ahead."""

    def __init__(self, rows: Iterable[TableRow]) -> None:
        self._rows = iter(rows)

    def take(self, count: int, key: str, folder: Path) -> Iterator[TableRow]:
        """The next `count` rows, which must be of this dialogue."""
        for _ in range(count):
            row = next(self._rows, None)
            if row is None or row["dialogue"] != key:
                raise FormatError(f"the tables do not fit together at {key!r}", file=folder)
            yield row

    def while_of(self, key: str) -> Iterator[TableRow]:
        """The next rows, as long as they are of this dialogue."""
        for row in self._rows:
            if row["dialogue"] != key:
                self._rows = chain([row], self._rows)
                return
            yield row

    def any(self) -> bool:
        """Whether a row is left."""
        return next(self._rows, None) is not None


def _rows(path: Path, name: str) -> Iterator[TableRow]:
    pa = arrow()
    try:
        with pa.parquet.ParquetFile(path) as opened:
            missing = [each for each in TABLES[name] if each not in opened.schema_arrow.names]
            if missing:
                raise FormatError(f"has no column {missing[0]}", file=path)
            # A group at a time: one reader over all of them keeps what it read of each.
            for group in range(opened.num_row_groups):
                for batch in opened.iter_batches(
                    batch_size=512, row_groups=[group], columns=[*TABLES[name]]
                ):
                    yield from batch.to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise FormatError(f"cannot be read as Parquet: {error}", file=path) from error


def _turn(row: TableRow) -> Utterance:
    return Utterance(
        speaker=row["speaker"],
        text=row["text"],
        role=row["role"],
        labels=row["labels"] or [],
        reasoning=row["reasoning"],
        line=row["line"],
        extra=_value(row["extra"]),
    )


def _document(row: TableRow) -> Document:
    return Document(
        kind=row["kind"],
        text=row["text"],
        session=row["session"],
        extra=_value(row["extra"]),
    )


def _json(value: dict[str, Any]) -> str:
    # Not orjson, which turns a whole number over 64 bits into a rounded one.
    return json.dumps(value, ensure_ascii=False) if value else ""


def _value(text: str | None) -> dict[str, Any]:
    value = json.loads(text) if text else {}
    return value if isinstance(value, dict) else {}
