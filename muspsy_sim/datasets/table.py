"""What a canonical table is: columns with their kinds, and the rows that an episode gives it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from muspsy_sim.datasets.reading import Source
from muspsy_sim.records.episode import Episode, Session
from muspsy_sim.records.files import canonical_json

Kind = str | list[Any]
"""`text`, `int`, `float`, `bool`, a list of one of them, or a list of one dict of them."""

Columns = dict[str, Kind]
TableRow = dict[str, Any]

WHERE: Columns = {
    "episode": "text",
    "client": "text",
    "source_case": "text",
    "arm": "text",
    "seed": "int",
    "language": "text",
}


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its columns, and the rows that an episode gives it."""

    name: str
    columns: Columns
    rows: Callable[[Source], Iterator[TableRow]]


def where(episode: Episode) -> TableRow:
    """The columns that every row begins with."""
    return {
        "episode": episode.id,
        "client": episode.persona,
        "source_case": episode.source_case,
        "arm": episode.arm,
        "seed": episode.seed,
        "language": episode.language,
    }


def json_text(value: object) -> str:
    """Something nested as JSON text, the same bytes each time."""
    return canonical_json(value).decode().strip()


def all_sessions(episode: Episode) -> list[Session]:
    """The intake where there was one, and the sessions."""
    return ([episode.intake] if episode.intake else []) + episode.sessions
