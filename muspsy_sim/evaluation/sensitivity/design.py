"""The design that is lived again in each draw: a whole run, or a part of it that the user names.

Closed loop: every client and counselor answers anew, so a change in trust changes what is said. It
takes the offline model, since N runs of a paid one would be paid N times. Open loop: see
`refeeding`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from muspsy_sim.evaluation.comparing.reading import Row, Sample
from muspsy_sim.records.errors import RunError
from muspsy_sim.records.profile import Profile
from muspsy_sim.runs.rebuilding import rebuild
from muspsy_sim.runs.recipe import Recipe
from muspsy_sim.runs.store import Run, read_episode

Loop = Literal["closed", "open"]


@dataclass(frozen=True, slots=True)
class Design:
    """What is lived again in each draw."""

    run: Run
    loop: Loop
    recipe: Recipe
    parts: dict[str, list[str]]
    """Client -> its episodes: what is lived at a time."""
    profiles: list[Profile]
    """Of the clients that take part; empty in open loop, which reads them off the episodes."""
    whole: bool
    """Whether every client and seed of the run takes part."""

    @property
    def episodes(self) -> list[str]:
        """The episodes that take part, client by client."""
        return [name for names in self.parts.values() for name in names]


def loop_of(sample: Sample) -> Loop:
    """Closed where written sentences answer for everybody, so that it costs nothing but time."""
    models = {
        model
        for role in ("client", "appraiser", "counselor")
        for model in sample.models.get(role, set())
    }
    return "closed" if models == {"offline"} else "open"


def design_of(
    run: Run, sample: Sample, loop: Loop, *, clients: int | None = None, seeds: int | None = None
) -> Design:
    """The part of a run that is lived again: all of it, or so many clients and seeds.

    Clients of different source cases come first. Raises `RunError` where the run was made by other
    content than is here now, or has no whole episode.
    """
    rebuilt = rebuild(run)
    rows = [row for row in sample.rows if row.end.complete]
    if not rows:
        raise RunError("no episode reached its horizon", file=run.folder, hint="run what is owed")
    kept_seeds = sorted({row.seed for row in rows})[:seeds]
    kept = clients_in_order(rows)[:clients]
    parts = {
        name: [row.id for row in rows if row.persona == name and row.seed in kept_seeds]
        for name in kept
    }
    parts = {name: names for name, names in parts.items() if names}
    profiles = []
    if loop == "closed":
        profiles = [read_episode(run, names[0]).profile for names in parts.values()]
    recipe = rebuilt.recipe.model_copy(update={"seeds": kept_seeds, "variants": 0})
    whole = sum(map(len, parts.values())) == len(rows)
    return Design(run, loop, recipe, parts, profiles, whole)


def clients_in_order(rows: Sequence[Row]) -> list[str]:
    """Clients in order, those of different source cases first."""
    by_case: dict[str, list[str]] = {}
    for row in sorted(rows, key=lambda row: (row.case, row.persona)):
        of_case = by_case.setdefault(row.case, [])
        if row.persona not in of_case:
            of_case.append(row.persona)
    deepest = max((len(clients) for clients in by_case.values()), default=0)
    return [c[k] for k in range(deepest) for c in by_case.values() if k < len(c)]
