"""From published files to canonical tables: every dialogue, and a line for all that is odd."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from muspsy_sim.datasets.corpora.opening import open_corpus
from muspsy_sim.datasets.corpora.tables import TABLES, CorpusTables
from muspsy_sim.datasets.parquet import arrow
from muspsy_sim.datasets.writing import MANIFEST, RowFile, staged, write_json, write_text
from muspsy_sim.records.corpus import Dialogue
from muspsy_sim.records.errors import FormatError, Problem

PROBLEMS = "problems.jsonl"
SHOWN = 20
"""Problems kept for showing; all of them stand in the file."""


@dataclass(slots=True)
class Imported:
    """What an import brought in."""

    folder: Path
    dialogues: int = 0
    turns: int = 0
    documents: int = 0
    formats: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    problems: int = 0
    first: list[Problem] = field(default_factory=list)


def import_corpus(
    path: Path,
    out: Path,
    *,
    form: str | None = None,
    pulse: Callable[[int], None] = lambda _: None,
) -> Imported:
    """Import a corpus into the canonical tables below `out`, whole or not at all.

    Memory does not grow with the corpus. `pulse` is told the dialogues read so far.

    Raises:
        FormatError: nothing is there, the format is not known, or no dialogue could be read.
        ExportError: something else stands at `out`, or pyarrow is missing.
        StorageError: the disk refuses.
    """
    arrow()
    result = Imported(out)
    with staged(out) as folder:
        problems = RowFile(folder / PROBLEMS, array=False)
        with CorpusTables(folder) as tables:
            for found in open_corpus(path, form):
                if isinstance(found, Problem):
                    _told(found, problems, result)
                    continue
                tables.add(found)
                _count(found, result)
                pulse(result.dialogues)
        problems.close()
        if not result.dialogues:
            raise FormatError(
                "holds no dialogue or document that could be read",
                file=path,
                hint="name its format with --from",
                others=result.first,
            )
        write_json(folder / MANIFEST, _manifest(result))
        write_text(folder / "README.md", _readme(path.name, result))
    return result


def _told(problem: Problem, file: RowFile, result: Imported) -> None:
    result.problems += 1
    if len(result.first) < SHOWN:
        result.first.append(problem)
    file.add(
        {
            "file": None if problem.file is None else Path(problem.file).name,
            "line": problem.line,
            "field": problem.field,
            "message": problem.message,
        }
    )


def _count(dialogue: Dialogue, result: Imported) -> None:
    result.dialogues += 1
    result.turns += sum(len(session.utterances) for session in dialogue.sessions)
    result.documents += len(dialogue.documents)
    result.formats[dialogue.format] += 1
    result.languages[dialogue.language or "unknown"] += 1


def _manifest(result: Imported) -> dict[str, object]:
    return {
        "kind": "corpus",
        "tables": [*TABLES],
        "dialogues": result.dialogues,
        "turns": result.turns,
        "documents": result.documents,
        "formats": dict(sorted(result.formats.items())),
        "languages": dict(sorted(result.languages.items())),
        "problems": result.problems,
    }


def _readme(name: str, result: Imported) -> str:
    said = orjson.dumps(_manifest(result), option=orjson.OPT_INDENT_2).decode()
    return (
        f"# {name}, imported\n\n"
        "Canonical tables of a corpus that was read as published: nothing was mended. What is odd\n"
        f"stands in `{PROBLEMS}`. Whose data this is, and under which licence, its publisher\n"
        "says.\n\n"
        f"```json\n{said}\n```\n"
    )
