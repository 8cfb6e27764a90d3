"""What outcomes do at both ends of a parameter's range, under a skilled and a dismissive counselor.

    python benchmarks/range_ends.py [--courses 500] [--seed 0] [--basis analogy] [PATH ...]

Without paths: every parameter of a basis, by itself the weakest, that reaches the courses without
words. Prints each outcome at the low end, at the shipped value and at the high end,
over the same clients and lives (`crowd`), so that the parameter is all that differs.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import get_args

from muspsy_sim.agents.client.crowd import crowd, pairs
from muspsy_sim.agents.client.mixtures import load_mixtures
from muspsy_sim.agents.client.outcome_bands import Outcome, load_outcome_bands
from muspsy_sim.agents.client.outcomes import Endpoint, endpoint_of_wordless, figure
from muspsy_sim.agents.client.parameter import Basis
from muspsy_sim.agents.client.parameters import Dynamics, load_dynamics
from muspsy_sim.agents.client.wordless import live_wordless
from muspsy_sim.records.profile import Profile

ARMS = ("full", "dismissive")
OUTCOMES: tuple[Outcome, ...] = ("response", "deterioration", "dropout")
LABELS = ("scripted.", "words.", "speaking.minimal", "speaking.elaborate", "attending.crisis")
"""Controls and words, which courses without words don't read, and who may be referred on."""


def endpoints(
    dynamics: Dynamics, arm: str, clients: Sequence[tuple[Profile, int]]
) -> list[Endpoint]:
    """The endpoints of one arm's courses under these parameters."""
    definitions, counselor = load_outcome_bands().definitions, load_mixtures().for_arm(arm)
    return [
        endpoint_of_wordless(
            live_wordless(
                profile,
                counselor,
                dynamics,
                seed,
                sessions=definitions.sessions,
                exchanges=definitions.exchanges,
                follow_up_weeks=definitions.follow_up_weeks,
            ),
            definitions,
        )
        for profile, seed in clients
    ]


def row(dynamics: Dynamics, clients: Sequence[tuple[Profile, int]]) -> str:
    """The outcomes of both arms, in the order of the heading."""
    definitions = load_outcome_bands().definitions
    cells = []
    for arm in ARMS:
        lived = endpoints(dynamics, arm, clients)
        for outcome in OUTCOMES:
            value = figure(lived, outcome, definitions).value
            cells.append("    -" if value is None else f"{value:.3f}")
    return "   ".join(cells)


def main() -> None:
    """Print a row per parameter and end."""
    shipped = load_dynamics()
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("paths", nargs="*", help="parameters, such as week.noise_item")
    parser.add_argument("--courses", type=int, default=load_outcome_bands().definitions.courses)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--basis", choices=get_args(Basis), default="analogy")
    given = parser.parse_args()
    known = shipped.parameters()
    resting = [
        path
        for path, each in known.items()
        if each.basis == given.basis and not path.startswith(LABELS)
    ]
    if unknown := [path for path in given.paths if path not in known]:
        parser.error(f"no parameter of the client's dynamics: {', '.join(unknown)}")
    clients = list(pairs(crowd(given.courses, given.seed)))
    print(f"{len(clients)} courses of an arm; response, deterioration, dropout of each")
    print(f"{'':48}{' full':25}dismissive")
    print(f"{'as shipped':48}{row(shipped, clients)}", flush=True)
    for path in given.paths or resting:
        for end in (known[path].low, known[path].high):
            if end != known[path].value:
                told = f"{path} = {end:g}"
                print(f"{told:48}{row(shipped.changed({path: end}), clients)}", flush=True)


if __name__ == "__main__":
    main()
