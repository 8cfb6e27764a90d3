"""Anything that holds dialogues, by its path: a run, canonical tables, or published files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from muspsy_sim.datasets.corpora.from_run import dialogue_of
from muspsy_sim.datasets.corpora.published import Marks
from muspsy_sim.datasets.corpora.tables import is_tables, read_tables
from muspsy_sim.datasets.reading import open_run
from muspsy_sim.formats.corpora.catalogue import format_named
from muspsy_sim.formats.corpora.files import read_corpus
from muspsy_sim.formats.corpora.shape import Found
from muspsy_sim.records.corpus import Dialogue
from muspsy_sim.runs.store import read_episode


def open_corpus(path: str | Path, form: str | None = None) -> Iterator[Found]:
    """The dialogues of a corpus, one at a time, and what is odd in its files.

    `form` names the published format of files; without it an export's manifest does, or each file
    is sniffed. A run's folder gives its finished episodes, in the order of their ids.

    Raises:
        FormatError: there is nothing there, or the format is not known.
        RunError: an episode of a run cannot be read.
    """
    folder = Path(path)
    if form is None and is_tables(folder):
        yield from read_tables(folder)
    elif form is None and is_run(folder):
        run = open_run(folder)
        for episode in run.episode_ids():
            yield dialogue_of(read_episode(run, episode))
    else:
        marks = Marks(folder)
        name = form or marks.format
        for found in read_corpus(folder, format_named(name) if name is not None else None):
            yield marks.mark(found) if isinstance(found, Dialogue) else found


def is_run(folder: Path) -> bool:
    """Whether a folder is a run's."""
    return (folder / "run.yaml").is_file() and (folder / "episodes").is_dir()
