"""The canonical tables of a run, written an episode at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from muspsy_sim.datasets.calls import read_calls
from muspsy_sim.datasets.parquet import TableFile
from muspsy_sim.datasets.reading import Source
from muspsy_sim.datasets.splits import SPLITS, Split
from muspsy_sim.datasets.table import Columns, TableRow, where
from muspsy_sim.datasets.tables import CALLS, CLIENTS, TABLES
from muspsy_sim.datasets.tally import Tally
from muspsy_sim.runs.store import Run

_COLUMNS: dict[str, Columns] = {
    CLIENTS.name: CLIENTS.columns,
    **{table.name: table.columns for table in TABLES},
    "calls": CALLS,
}


class TableFiles:
    """A Parquet file per table and split, opened when its first row comes."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self._files: dict[tuple[str, Split], TableFile] = {}

    def add(self, name: str, split: Split, row: TableRow) -> None:
        """Write a row to a table's file of a split."""
        if (name, split) not in self._files:
            file = TableFile(self._folder / name / f"{split}.parquet", _COLUMNS[name])
            self._files[name, split] = file
            self._stack.callback(file.close)
        self._files[name, split].add(row)

    def count(self, tally: Tally) -> None:
        """Put what was written on the tally.

        A table without a row still gets a file, so that its columns are there; it is no config,
        since `datasets` refuses an empty one.
        """
        for name, columns in _COLUMNS.items():
            here = [split for split in SPLITS if (name, split) in self._files]
            for split in here:
                path = f"{name}/{split}.parquet"
                tally.wrote(name, split, path, self._files[name, split].rows)
            if not here:
                TableFile(self._folder / name / "train.parquet", columns).close()
                tally.passed.setdefault(name, Counter())


def write_tables(folder: Path, sources: Iterator[Source], run: Run, tally: Tally) -> None:
    """Write the tables of all sources into `folder`; each client once."""
    clients: set[str] = set()
    tally.passed = {"calls": Counter()}
    with ExitStack() as stack:
        files = TableFiles(folder, stack)
        for source in sources:
            tally.saw(source)
            episode = source.episode
            split = tally.splits[episode.source_case]
            if episode.persona not in clients:
                clients.add(episode.persona)
                for row in CLIENTS.rows(source):
                    files.add(CLIENTS.name, split, row)
            for table in TABLES:
                for row in table.rows(source):
                    files.add(table.name, split, row)
            for call in read_calls(run.journal_file(episode.id), tally.passed["calls"]):
                files.add("calls", split, {**where(episode), **call})
    files.count(tally)
