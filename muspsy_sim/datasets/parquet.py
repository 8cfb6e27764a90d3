"""Tables as Parquet files, written a batch at a time so that memory stays bounded.

pyarrow is an extra: it is imported here, when the first table is written, and nowhere else.
"""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

from muspsy_sim.datasets.table import Columns, Kind, TableRow
from muspsy_sim.records.errors import ExportError
from muspsy_sim.records.files import storage_error

GROUP = 16 << 20
"""Bytes of a row group. The file's end lists every group, and the writer holds that list until
then: with a group for each batch it would be hundreds of megabytes for a corpus of gigabytes."""

BATCH = 1_000
"""Rows of a table held in memory before they are written."""

_COMPRESSION = "zstd"


def arrow() -> ModuleType:
    """The pyarrow package, with Parquet. Raises `ExportError` where it is not installed."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise ExportError(
            "Parquet needs pyarrow, which is not installed",
            hint="pip install 'muspsy-sim[export]', or export --to trl, alpaca or messages",
        ) from error
    return pyarrow  # type: ignore[no-any-return]  # the package carries no types


def schema_of(columns: Columns) -> Any:
    """The Arrow schema of a table."""
    pa = arrow()
    return pa.schema([(name, _type(pa, kind)) for name, kind in columns.items()])


class TableFile:
    """One Parquet file, open for rows. The schema is the table's, whatever the rows hold."""

    def __init__(self, path: Path, columns: Columns) -> None:
        self._pa = arrow()
        self.path = path
        self.rows = 0
        self._schema = schema_of(columns)
        self._waiting: list[TableRow] = []
        self._tables: list[Any] = []
        """Batches of the row group that is being gathered."""
        self._bytes = 0
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._writer = self._pa.parquet.ParquetWriter(
                path, self._schema, compression=_COMPRESSION
            )
        except OSError as error:
            raise storage_error(path, error, "write") from error

    def add(self, row: TableRow) -> None:
        """Add a row. Raises `StorageError` when the disk refuses."""
        self._waiting.append(row)
        self.rows += 1
        if len(self._waiting) >= BATCH:
            self._flush()

    def close(self) -> None:
        """Write what is left and end the file. Raises `StorageError` when the disk refuses."""
        try:
            self._flush(end=True)
        finally:
            try:
                self._writer.close()
            except OSError as error:
                raise storage_error(self.path, error, "write") from error

    def _flush(self, *, end: bool = False) -> None:
        if self._waiting:
            table = self._pa.Table.from_pylist(self._waiting, schema=self._schema)
            self._waiting = []
            self._tables.append(table)
            self._bytes += table.nbytes
        if not self._tables or not (end or self._bytes >= GROUP):
            return
        whole = self._pa.concat_tables(self._tables)
        self._tables, self._bytes = [], 0
        try:
            self._writer.write_table(whole, row_group_size=max(1, whole.num_rows))
        except OSError as error:
            raise storage_error(self.path, error, "write") from error


def _type(pa: ModuleType, kind: Kind) -> Any:
    if isinstance(kind, list):
        inner = kind[0]
        if isinstance(inner, dict):
            return pa.list_(pa.struct([(name, _type(pa, k)) for name, k in inner.items()]))
        return pa.list_(_type(pa, inner))
    plain = {"text": pa.string(), "int": pa.int64(), "float": pa.float64(), "bool": pa.bool_()}
    return plain[kind]
