"""Tables as Parquet shards of bounded size, named as the hub names them.

`data/CONFIG/SPLIT-00000-of-00003.parquet`: how many there are is known at the end, so they are
renamed then. The same rows give the same shards, byte by byte.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from muspsy_sim.datasets import messages
from muspsy_sim.datasets.exporting_rows import write_rows
from muspsy_sim.datasets.parquet import TableFile
from muspsy_sim.datasets.reading import Source
from muspsy_sim.datasets.rows import Opening
from muspsy_sim.datasets.shapes import Feature
from muspsy_sim.datasets.splits import SPLITS, Split
from muspsy_sim.datasets.table import Columns, Kind, Table, TableRow
from muspsy_sim.datasets.tables import CLIENTS, TABLES
from muspsy_sim.datasets.tally import Tally
from muspsy_sim.runs.store import Run

SHARD_BYTES = 256_000_000
"""Bytes of rows as JSON that go into one shard; Parquet makes about a fifth of it."""

PRIVATE = ("reasoning",)
"""Columns that are not published: what a model thought aloud."""


def published(table: Table) -> Columns:
    """The columns of a table that are published."""
    return {name: kind for name, kind in table.columns.items() if name not in PRIVATE}


def columns_of(features: tuple[Feature, ...]) -> Columns:
    """The columns of training rows, from how a card describes them."""
    return {feature["name"]: _kind(feature) for feature in features}


def _kind(feature: Feature) -> Kind:
    if "list" in feature:
        inner = feature["list"]
        if isinstance(inner, list):
            return [{each["name"]: _kind(each) for each in inner}]
        return [_kind({"dtype": inner})]
    return {"string": "text", "int64": "int", "int32": "int", "bool": "bool"}.get(
        feature["dtype"], "float"
    )


@dataclass(slots=True)
class Shards:
    """The shards of one config and split, written one after the other."""

    folder: Path
    split: Split
    columns: Columns
    limit: int
    rows: int = 0
    _written: list[Path] = field(default_factory=list)
    _open: TableFile | None = None
    _bytes: int = 0

    def add(self, row: TableRow) -> None:
        """Add a row, to a new shard where the last one is full."""
        if self._open is None:
            path = self.folder / f"{self.split}-{len(self._written):05}.part"
            self._open, self._bytes = TableFile(path, self.columns), 0
            self._written.append(path)
        self._open.add(row)
        self.rows += 1
        self._bytes += len(orjson.dumps(row))
        if self._bytes >= self.limit:
            self.close()

    def close(self) -> None:
        """End the shard that is open."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def named(self) -> list[Path]:
        """All shards under their names at last."""
        self.close()
        whole = len(self._written)
        return [
            path.rename(path.with_name(f"{self.split}-{n:05}-of-{whole:05}.parquet"))
            for n, path in enumerate(self._written)
        ]


@dataclass(slots=True)
class Data:
    """What was written: config -> split -> shards, and each config's columns."""

    files: dict[str, dict[Split, list[Path]]] = field(default_factory=dict)
    columns: dict[str, Columns] = field(default_factory=dict)
    rows: dict[str, Counter[Split]] = field(default_factory=dict)


def write_shards(
    folder: Path,
    sources: Iterator[Source],
    run: Run,
    tally: Tally,
    opening: Opening,
    limit: int = SHARD_BYTES,
) -> Data:
    """Write all tables and training rows of the sources into `folder`, each row checked.

    Raises `ExportError` where a training row breaks a rule; `StorageError` when the disk refuses.
    """
    shards: dict[tuple[str, Split], Shards] = {}
    columns = {table.name: published(table) for table in (CLIENTS, *TABLES)}
    columns |= {c.name: columns_of(c.shape.features) for c in messages.CONFIGS}

    def add(config: str, split: Split, row: Mapping[str, object]) -> None:
        if (config, split) not in shards:
            at = folder / "data" / config
            shards[config, split] = Shards(at, split, columns[config], limit)
            stack.callback(shards[config, split].close)
        shards[config, split].add({name: row.get(name) for name in columns[config]})

    clients: set[str] = set()

    def passing() -> Iterator[Source]:
        """The sources, whose tables are written as they pass by to the training rows."""
        for source in sources:
            split = tally.splits[source.episode.source_case]
            for table in (CLIENTS, *TABLES):
                if table is CLIENTS and source.episode.persona in clients:
                    continue
                for row in table.rows(source):
                    add(table.name, split, row)
            clients.add(source.episode.persona)
            yield source

    aside = folder / ".rows"
    with ExitStack() as stack:
        write_rows(aside, passing(), run, tally, messages.CONFIGS, opening)
        for config, by_split in tally.files.items():
            for split, name in by_split.items():
                with (aside / name).open("rb") as lines:
                    for line in lines:
                        add(config, split, orjson.loads(line))
                (aside / name).unlink()
    for path in sorted(aside.rglob("*"), reverse=True):
        path.rmdir()
    aside.rmdir()
    data = Data()
    for config in (*(t.name for t in (CLIENTS, *TABLES)), *(c.name for c in messages.CONFIGS)):
        for split in SPLITS:
            if (config, split) in shards:
                data.columns[config] = columns[config]
                data.files.setdefault(config, {})[split] = shards[config, split].named()
                data.rows.setdefault(config, Counter())[split] = shards[config, split].rows
    return data
