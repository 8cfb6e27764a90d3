"""A corpus, or a run, written in a published format, with what the format cannot hold told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from muspsy_sim.datasets.corpora.from_run import dialogue_of
from muspsy_sim.datasets.corpora.importing import SHOWN
from muspsy_sim.datasets.corpora.opening import is_run, open_corpus
from muspsy_sim.datasets.corpora.published import write_published
from muspsy_sim.datasets.reading import glances, open_run
from muspsy_sim.datasets.selecting import Selection, Wanted, select
from muspsy_sim.datasets.writing import MANIFEST, staged
from muspsy_sim.formats.corpora.catalogue import format_named
from muspsy_sim.formats.corpora.writing import Written
from muspsy_sim.records.corpus import Dialogue, offline_roles
from muspsy_sim.records.errors import ExportError, FormatError, Problem
from muspsy_sim.runs.store import find_run, read_episode


@dataclass(slots=True)
class Converted:
    """What a conversion wrote, and what stood in its way."""

    folder: Path
    written: Written
    problems: list[Problem]
    """The first of them."""
    told: int
    """How many there were."""
    selection: Selection | None
    """Of a run: which episodes were taken, and why the others were not."""
    offline: list[str]
    """Roles that `offline` answered in what was written."""


def convert(
    source: str | Path, to: str, out: Path | None = None, wanted: Wanted | None = None
) -> Converted:
    """Write a run, canonical tables or published files in the format named `to`.

    By default the result lies in `exports/FORMAT` below the run or the tables, and in
    `NAME-FORMAT` beside published files. Of a run the same episodes are taken as in any export.

    Raises:
        FormatError: the source or the format is not known, or nothing could be read.
        ExportError: something else stands at `out`, or `offline` spoke and is not allowed.
        StorageError: the disk refuses.
    """
    form = format_named(to)
    path = place_of(source)
    wanted = wanted or Wanted()
    selection = None
    offline: set[str] = set()
    problems: list[Problem] = []
    told = 0

    if is_run(path):
        run = open_run(path)
        selection = select(glances(run), wanted)

        def dialogues() -> Iterator[Dialogue]:
            for glance in selection.taken:
                yield dialogue_of(read_episode(run, glance.id))

    else:

        def dialogues() -> Iterator[Dialogue]:
            nonlocal told
            for found in open_corpus(path):
                if isinstance(found, Dialogue):
                    roles = offline_roles(found)
                    if roles and not wanted.allow_offline:
                        raise ExportError(
                            f"the offline default spoke here ({', '.join(roles)}): not for "
                            "training",
                            file=path,
                            hint="make it with a model, or add --allow-offline to look at the "
                            "format",
                        )
                    offline.update(roles)
                    yield found
                    continue
                told += 1
                if len(problems) < SHOWN:
                    problems.append(found)

    def spoken() -> list[str]:
        return sorted(offline.union(selection.offline_roles() if selection is not None else ()))

    target = out or _beside(path, to)
    with staged(target) as folder:
        written = write_published(
            folder, form, dialogues(), spoken, simulated=selection is not None
        )
        if not written.dialogues:
            nothing = (
                f"holds nothing that {to} has a place for"
                if written.empty
                else "holds no dialogue that could be read"
            )
            raise FormatError(nothing, file=path, others=problems)
    return Converted(target, written, problems, told, selection, spoken())


def place_of(source: str | Path) -> Path:
    """Where a corpus lies: a path, or the folder of the run whose recipe is named.

    Raises:
        FormatError: it is a path, and nothing is there.
        RunError: no run is called so.
    """
    path = Path(source)
    if path.exists() and path.suffix != ".yaml":
        return path
    if path.suffix not in (".yaml", ".yml") and path.name != str(source):
        raise FormatError("no such file or folder", file=path, hint="check the path")
    return find_run(source).folder


def _beside(path: Path, to: str) -> Path:
    if path.is_dir() and (is_run(path) or (path / MANIFEST).is_file()):
        return path / "exports" / to
    return path.absolute().with_name(f"{path.stem}-{to}")
