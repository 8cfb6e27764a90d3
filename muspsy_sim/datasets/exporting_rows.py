"""Training rows of a run: made, checked and written, an episode at a time.

Findings are collected over all episodes (twenty at most) before the export is refused, so that one
refusal tells all of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from muspsy_sim.datasets.counseling import session_rows, turn_rows
from muspsy_sim.datasets.knowledge import index
from muspsy_sim.datasets.notes_and_plans import memory_rows, plan_rows
from muspsy_sim.datasets.reading import Source
from muspsy_sim.datasets.rows import Opening, Row, Task
from muspsy_sim.datasets.shapes import Config
from muspsy_sim.datasets.splits import SPLITS, Split
from muspsy_sim.datasets.tally import Tally
from muspsy_sim.datasets.validation import check_format, check_row, check_split, check_unique
from muspsy_sim.datasets.writing import RowFile
from muspsy_sim.records.errors import ExportError, Problem
from muspsy_sim.runs.store import Run

_MOST_PROBLEMS = 20

RowsByConfig = dict[str, list[Row]]


@dataclass(slots=True)
class Findings:
    """What broke a rule so far, and the split that each source case was written to."""

    problems: list[Problem] = field(default_factory=list)
    splits: dict[str, Split] = field(default_factory=dict)

    @property
    def enough(self) -> bool:
        """Whether there are as many as a refusal tells."""
        return len(self.problems) >= _MOST_PROBLEMS

    def refuse(self) -> None:
        """Raise `ExportError` if anything broke a rule."""
        if not self.problems:
            return
        first, *others = self.problems[:_MOST_PROBLEMS]
        raise ExportError(
            first.message, file=first.file, field=first.field, hint=first.hint, others=others
        )


class RowFiles:
    """The files of an export's configs, opened when their first row comes."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self._files: dict[tuple[str, Split], RowFile] = {}

    def add(self, config: Config, split: Split, row: Row) -> None:
        """Write a row to its config's file of a split."""
        place = (config.name, split)
        if place not in self._files:
            file = RowFile(self._folder / config.path(split), array=config.shape.array)
            self._files[place] = file
            self._stack.callback(file.close)
        self._files[place].add(config.shape.encode(row))

    def count(self, configs: tuple[Config, ...], tally: Tally) -> None:
        """Put what was written on the tally, in the configs' order."""
        for config in configs:
            for split in SPLITS:
                if file := self._files.get((config.name, split)):
                    tally.wrote(config.name, split, config.path(split), file.rows)


def write_rows(
    folder: Path,
    sources: Iterator[Source],
    run: Run,
    tally: Tally,
    configs: tuple[Config, ...],
    opening: Opening,
) -> None:
    """Write the training rows of all sources into `folder`.

    Raises:
        ExportError: a row breaks a rule, or there is none.
    """
    findings = Findings()
    tally.passed = {config.name: Counter() for config in configs}
    with ExitStack() as stack:
        files = RowFiles(folder, stack)
        for source in sources:
            tally.saw(source)
            split = tally.splits[source.episode.source_case]
            made = make_rows(source, configs, opening, tally.passed)
            check_rows(source, made, configs, split, findings, run.episode_file(source.episode.id))
            if findings.enough:
                break
            for config in configs:
                for row in made[config.name]:
                    files.add(config, split, row)
    findings.refuse()
    files.count(configs, tally)
    if not tally.rows:
        raise ExportError(
            "the episodes give no training row",
            file=run.folder,
            hint="choose arms that hold sessions, or export --to parquet",
        )


def make_rows(
    source: Source,
    configs: tuple[Config, ...],
    opening: Opening,
    passed: dict[str, Counter[str]],
) -> RowsByConfig:
    """The rows of one episode for each config. `passed` counts what gives none, by config."""
    kinds: dict[tuple[Task, bool], tuple[list[Row], Counter[str]]] = {}
    rows: RowsByConfig = {}
    for config in configs:
        kind = (config.task, config.whole and config.task == "counseling")
        if kind not in kinds:
            gave_none: Counter[str] = Counter()
            kinds[kind] = (list(_rows(source, config, opening, gave_none)), gave_none)
        rows[config.name], gave_none = kinds[kind]
        passed[config.name] += gave_none
    return rows


def check_rows(
    source: Source,
    made: RowsByConfig,
    configs: tuple[Config, ...],
    split: Split,
    findings: Findings,
    file: Path | None = None,
) -> None:
    """Hold the rows of one episode against every rule; several configs may share a row."""
    course = index(source)
    checked: set[int] = set()
    for config in configs:
        ids: set[str] = set()
        for row in made[config.name]:
            if id(row) not in checked:
                checked.add(id(row))
                findings.problems += check_row(course, row, file)
            findings.problems += check_format(row, config.shape)
            findings.problems += check_split(row, split, findings.splits)
            findings.problems += check_unique(row, ids)


def _rows(source: Source, config: Config, opening: Opening, passed: Counter[str]) -> Iterator[Row]:
    if source.episode.factors.get("recall") == "scrambled":
        # Its replies rest on notes that the record doesn't hold. A row would teach to remember what
        # nobody said.
        passed["episodes whose counselor had notes on others in the place of its own"] += 1
        return iter(())
    if config.task == "memory_extraction":
        return memory_rows(source, passed)
    if config.task == "goal_planning":
        return plan_rows(source, passed)
    return (session_rows if config.whole else turn_rows)(source, opening, passed)
