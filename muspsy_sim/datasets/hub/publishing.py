"""The publishing of a run: selected, checked, examined, written as shards, and put in place whole.

Nothing is uploaded: what is written is a folder that the hub takes as it is, and that
`datasets.load_dataset` reads where it lies.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from muspsy_sim import __version__
from muspsy_sim.datasets.hub.croissant import croissant
from muspsy_sim.datasets.hub.examining import Examined, examine
from muspsy_sim.datasets.hub.licences import licence_id
from muspsy_sim.datasets.hub.page import Pitfalls, page
from muspsy_sim.datasets.hub.shards import SHARD_BYTES, Data, write_shards
from muspsy_sim.datasets.parquet import arrow
from muspsy_sim.datasets.reading import (
    Source,
    arm_nodes,
    glances,
    open_run,
    read_source,
    unfinished,
)
from muspsy_sim.datasets.rows import Opening
from muspsy_sim.datasets.selecting import Wanted, select
from muspsy_sim.datasets.splits import split_cases
from muspsy_sim.datasets.tally import Tally
from muspsy_sim.datasets.writing import MANIFEST, staged, write_json, write_text
from muspsy_sim.records.errors import ExportError

_TERMS = (
    "**terms of {model}, which spoke here: yours to check.** Several providers restrict what may "
    "be trained on their models' words"
)


@dataclass(frozen=True, slots=True)
class Published:
    """What was written, and where."""

    folder: Path
    tally: Tally
    rows: dict[str, int]
    shards: int
    examined: Examined


def publish_run(
    run: str | Path,
    licence: str,
    *,
    out: Path | None = None,
    name: str = "",
    wanted: Wanted | None = None,
    opening: Opening = "system_opening",
    pitfalls: Pitfalls | None = None,
    shard_bytes: int = SHARD_BYTES,
) -> Published:
    """Write a run as a dataset that can be published. `pitfalls` go on the card, by arm.

    `out` is `exports/hub` in the run's folder where none is given.

    Raises:
        RunError: the run or one of its episodes cannot be read.
        ExportError: the licence is not known, nothing is left to publish, the offline default spoke
            and is not allowed, personal data was found, or a row breaks a rule. Nothing is written.
        StorageError: the disk refuses.
    """
    licence_id(licence)
    found = open_run(run)
    arrow()
    nodes = arm_nodes(found)
    selection = select(glances(found), wanted or Wanted())
    tally = Tally(
        run=found.folder.resolve().name,
        format="hub",
        opening=opening,
        selection=selection,
        unfinished=len(unfinished(found)),
        splits=split_cases(selection.source_cases()),
    )
    examined = examine(found, (glance.id for glance in selection.taken))
    if examined.personal:
        raise ExportError(
            f"personal data stands in {examined.personal[0]}"
            + (f" and {len(examined.personal) - 1} more places" if examined.personal[1:] else ""),
            file=found.folder,
            hint="look with `muspsy audit`, and leave the episodes out with --leave-out",
        )

    def sources() -> Iterator[Source]:
        for glance in selection.taken:
            yield read_source(found, glance.id, nodes)

    target = out if out is not None else found.folder / "exports" / "hub"
    title = name or f"MusPsy-Sim: {tally.run}"
    with staged(target) as folder:
        data = write_shards(folder, sources(), found, tally, opening, shard_bytes)
        write_text(
            folder / "README.md",
            page(title, licence, tally, data, examined, pitfalls or {}, _terms(tally)),
        )
        write_json(folder / "croissant.json", croissant(title, licence, __version__, folder, data))
        write_json(folder / MANIFEST, _manifest(tally, data, examined, folder))
    return Published(
        target,
        tally,
        {config: sum(counted.values()) for config, counted in data.rows.items()},
        sum(len(paths) for by_split in data.files.values() for paths in by_split.values()),
        examined,
    )


def _terms(tally: Tally) -> list[str]:
    models = {name for names in tally.models.values() for name in names} - {"offline"}
    return [_TERMS.format(model=model) for model in sorted(models)]


def _manifest(tally: Tally, data: Data, examined: Examined, folder: Path) -> dict[str, object]:
    told = tally.as_json()
    told["configs"] = {
        config: {
            split: {
                "files": [path.relative_to(folder).as_posix() for path in paths],
                "rows": data.rows[config][split],
            }
            for split, paths in by_split.items()
        }
        for config, by_split in data.files.items()
    }
    return {**told, "examined": examined.as_json()}
