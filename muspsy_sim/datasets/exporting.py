"""The export of a run: select, split, write, check, and put in place, or leave nothing behind.

Episodes are read one at a time. The first pass looks at which there are, so that splits are known
before a row is written; the second writes and checks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from muspsy_sim.datasets import alpaca, messages, trl
from muspsy_sim.datasets.card import card
from muspsy_sim.datasets.exporting_rows import write_rows
from muspsy_sim.datasets.exporting_tables import write_tables
from muspsy_sim.datasets.parquet import arrow
from muspsy_sim.datasets.reading import (
    ArmNodes,
    Source,
    arm_nodes,
    glances,
    open_run,
    read_source,
    unfinished,
)
from muspsy_sim.datasets.rows import Opening
from muspsy_sim.datasets.selecting import Selection, Wanted, select
from muspsy_sim.datasets.shapes import Config
from muspsy_sim.datasets.splits import split_cases
from muspsy_sim.datasets.tally import Tally
from muspsy_sim.datasets.writing import MANIFEST, staged, write_json, write_text
from muspsy_sim.runs.store import Run

Format = Literal["parquet", "trl", "alpaca", "messages"]
FORMATS: tuple[Format, ...] = get_args(Format)

_CONFIGS: dict[Format, tuple[Config, ...]] = {
    "trl": trl.CONFIGS,
    "alpaca": alpaca.CONFIGS,
    "messages": messages.CONFIGS,
}
_LLAMA_FACTORY: dict[Format, dict[str, Any]] = {
    "alpaca": alpaca.LLAMA_FACTORY,
    "messages": messages.LLAMA_FACTORY,
}


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export wrote, and where."""

    folder: Path
    tally: Tally


def export_run(
    run: str | Path,
    to: Format,
    *,
    out: Path | None = None,
    wanted: Wanted | None = None,
    opening: Opening = "system_opening",
) -> Exported:
    """Export a run's episodes.

    `out` is `exports/FORMAT` in the run's folder where none is given. An earlier export there is
    replaced; anything else there is left alone and refused.

    Raises:
        RunError: the run or one of its episodes cannot be read.
        ExportError: nothing is left to export, the offline default spoke and is not allowed, or a
            row breaks a rule. Nothing is written then.
        StorageError: the disk refuses.
    """
    found = open_run(run)
    if to == "parquet":
        arrow()
    nodes = arm_nodes(found)
    selection = select(glances(found), wanted or Wanted())
    tally = Tally(
        run=found.folder.resolve().name,
        format=to,
        opening=None if to == "parquet" else opening,
        selection=selection,
        unfinished=len(unfinished(found)),
        splits=split_cases(selection.source_cases()),
    )
    target = out if out is not None else found.folder / "exports" / to
    sources = _sources(found, selection, nodes)
    with staged(target) as folder:
        if to == "parquet":
            write_tables(folder, sources, found, tally)
        else:
            write_rows(folder, sources, found, tally, _CONFIGS[to], opening)
        features = {config.name: config.shape.features for config in _CONFIGS.get(to, ())}
        write_text(folder / "README.md", card(tally, features))
        if to in _LLAMA_FACTORY:
            write_json(folder / "dataset_info.json", _llama_factory(_LLAMA_FACTORY[to], tally))
        write_json(folder / MANIFEST, tally.as_json())
    return Exported(target, tally)


def _sources(run: Run, selection: Selection, nodes: ArmNodes) -> Iterator[Source]:
    for glance in selection.taken:
        yield read_source(run, glance.id, nodes)


def _llama_factory(how: dict[str, Any], tally: Tally) -> dict[str, Any]:
    """`dataset_info.json`: the train files under their configs' names, the others with a suffix."""
    return {
        f"muspsy_{name}" if split == "train" else f"muspsy_{name}_{split}": {
            "file_name": file,
            **how,
        }
        for name, files in tally.files.items()
        for split, file in files.items()
    }
