"""What a reader of a published dataset must know of it: audited and measured before it is written.

The audit reads the dialogues of the episodes that are taken, by every rule, the one for personal
data among them. Names of the simulated clients are theirs to say, and no personal data.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from muspsy_sim.datasets.audit.auditing import audit_found
from muspsy_sim.datasets.audit.finding import Rule
from muspsy_sim.datasets.audit.people import PERSONAL
from muspsy_sim.datasets.corpora.from_run import dialogue_of
from muspsy_sim.datasets.measures.comparing import Comparison, compare
from muspsy_sim.datasets.measures.sampling import draw
from muspsy_sim.records.corpus import Dialogue
from muspsy_sim.records.errors import FormatError
from muspsy_sim.runs.store import Run, read_episode

SAMPLE = 200
"""Dialogues that are measured, at most: measures of vocabulary depend on how many."""


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found. `measures` is `None` where `unmeasured` says why."""

    dialogues: int
    rules: tuple[tuple[Rule, int], ...]
    """Rules of the audit that found something, the worst first, with how often."""
    personal: tuple[str, ...] = ()
    """The first places with personal data: which episode and turn, never the words."""
    measures: Comparison | None = None
    unmeasured: str = ""

    def as_json(self) -> dict[str, object]:
        """The figures as the manifest holds them."""
        counted: Counter[str] = Counter({rule.name: n for rule, n in self.rules})
        return {
            "dialogues": self.dialogues,
            "audit": dict(sorted(counted.items())),
            "measures": None if self.measures is None else self.measures.as_json(),
            "unmeasured": self.unmeasured,
        }


def examine(run: Run, episodes: Iterable[str]) -> Examined:
    """Audit and measure the episodes named, one read at a time."""
    ids = list(episodes)

    def dialogues() -> Iterator[Dialogue]:
        for name in ids:
            yield dialogue_of(read_episode(run, name))

    audit = audit_found(dialogues(), run.folder)
    measures, unmeasured = None, ""
    try:
        measures = compare([draw(run.folder.name, dialogues(), SAMPLE, 0)], 0)
    except FormatError as error:
        unmeasured = str(error)
    return Examined(
        dialogues=audit.dialogues,
        rules=tuple((rule, audit.counts[rule.name]) for rule in audit.rules()),
        personal=tuple(
            f"{each.dialogue}, session {each.session}, turn {each.turn}"
            for each in audit.first.get(PERSONAL.name, [])
        ),
        measures=measures,
        unmeasured=unmeasured,
    )
