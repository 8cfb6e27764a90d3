"""A corpus masked and written, in its own format where all of it is in one, else as tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from muspsy_sim.datasets.corpora.from_run import FORMAT as RUN
from muspsy_sim.datasets.corpora.importing import SHOWN
from muspsy_sim.datasets.corpora.opening import open_corpus
from muspsy_sim.datasets.corpora.tables import CorpusTables, is_tables
from muspsy_sim.datasets.personal_data import Finder
from muspsy_sim.datasets.privacy.masking import mask_dialogue
from muspsy_sim.datasets.writing import MANIFEST, staged, write_json, write_text
from muspsy_sim.formats.corpora.catalogue import format_named
from muspsy_sim.formats.corpora.writing import write_corpus
from muspsy_sim.records.corpus import OFFLINE, Dialogue, offline_roles
from muspsy_sim.records.errors import FormatError, Problem


@dataclass(slots=True)
class MaskedCorpus:
    """What masking came to."""

    form: str
    dialogues: int = 0
    placeholders: Counter[str] = field(default_factory=Counter)
    """Different things masked, by kind."""
    problems: list[Problem] = field(default_factory=list)
    told: int = 0
    offline: set[str] = field(default_factory=set)
    """Roles that `offline` answered in it."""


def mask_corpus(
    path: Path,
    out: Path,
    *,
    form: str | None = None,
    names: Sequence[str] = (),
    more: Finder | None = None,
) -> MaskedCorpus:
    """Mask a corpus. What the placeholders stand for is written nowhere.

    Raises:
        FormatError: nothing could be read.
        ExportError: something else stands at `out`.
        StorageError: the disk refuses.
    """
    first = next((d for d in open_corpus(path, form) if isinstance(d, Dialogue)), None)
    if first is None:
        raise FormatError("holds no dialogue that could be read", file=path)
    as_tables = is_tables(path) or first.format == RUN
    result = MaskedCorpus("tables" if as_tables else first.format)

    def masked() -> Iterator[Dialogue]:
        for found in open_corpus(path, form):
            if isinstance(found, Problem):
                result.told += 1
                if len(result.problems) < SHOWN:
                    result.problems.append(found)
                continue
            done, given = mask_dialogue(found, names, more=more)
            result.dialogues += 1
            result.offline.update(offline_roles(found))
            result.placeholders.update(key.strip("[]").rpartition("_")[0].lower() for key in given)
            yield done

    with staged(out) as folder:
        if as_tables:
            with CorpusTables(folder) as tables:
                for dialogue in masked():
                    tables.add(dialogue)
        else:
            write_corpus(masked(), format_named(first.format), folder)
        write_json(
            folder / MANIFEST,
            {
                "kind": "masked corpus",
                "format": result.form,
                "dialogues": result.dialogues,
                "placeholders": dict(sorted(result.placeholders.items())),
                "declared_names": len(names),
                OFFLINE: sorted(result.offline),
            },
        )
        write_text(
            folder / "README.md",
            "# A masked corpus\n\nPlaceholders stand where rules saw what could find a person. "
            "What no rule knows may still be here: read it before you give it away.\n",
        )
    return result
