"""Measures what recorded counselors do, and prints it as `agents/client/counselor_mixtures.yaml`.

    muspsy run RECIPE --out DIR && python benchmarks/mixtures.py DIR > mixtures.yaml

Per arm and stage of a session: which behaviours a turn shows and how well it is judged, as the
appraiser coded it, and how often it comes close to a fact with words of its own.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from pathlib import Path

from muspsy_sim.agents.client.cues import touched_anew
from muspsy_sim.agents.client.mixtures import Stage, stage_of
from muspsy_sim.records.appraisal import BEHAVIOURS
from muspsy_sim.records.episode import Episode

COUNSELORS = {
    "full": ("skilled", "Listens, says what was meant, works on it, remembers."),
    "neutral": ("neutral", "Polite and correct, by the form, without skill or harm."),
    "dismissive": ("dismissive", "Makes it smaller, compares, moves on."),
    "advice-only": ("advising", "Kind advice in every turn, asked for by nobody."),
    "nodding": ("nodding", "Agrees, repeats and praises, and never works."),
}
"""Arm -> the counselor's id and what it is like."""

SHARE = 0.004
"""Kinds of turn that come less often than this in their stage are left out."""

Kind = tuple[tuple[str, ...], int]


def measured(
    episodes: list[Episode], exchanges: int
) -> tuple[dict[Stage, Counter[Kind]], dict[Stage, list[int]], dict[Stage, int]]:
    """Kinds of turn, touched facts by sensitivity, and turns, by stage."""
    kinds: dict[Stage, Counter[Kind]] = defaultdict(Counter)
    touches: dict[Stage, list[int]] = defaultdict(lambda: [0] * 4)
    turns: dict[Stage, int] = Counter()
    for episode in episodes:
        told: set[str] = set()
        for session in episode.sessions:
            own, exchange = "", 0
            for turn in session.turns:
                if turn.speaker == "client":
                    own += turn.text + "\n"
                    told |= {entry.fact for entry in turn.disclosed}
                    continue
                exchange += 1
                if turn.appraisal is None:
                    continue
                stage = stage_of(session.number, exchange, exchanges)
                shown = {coded.behaviour for coded in turn.appraisal.behaviours} or {"other"}
                kind = tuple(sorted(shown, key=BEHAVIOURS.index))
                kinds[stage][kind, turn.appraisal.quality] += 1
                turns[stage] += 1
                near = [
                    fact.sensitivity
                    for fact in touched_anew(episode.profile, turn.text, own)
                    if fact.id not in told
                ]
                if near:
                    touches[stage][max(near)] += 1
    return kinds, touches, turns


def written(arm: str, episodes: list[Episode], exchanges: int) -> list[str]:
    """One counselor as YAML lines."""
    name, about = COUNSELORS[arm]
    kinds, touches, turns = measured(episodes, exchanges)
    lines = [f"  - id: {name}", f"    arm: {arm}", f'    about: "{about}"', "    stages:"]
    for stage in ("first_opening", "opening", "early", "late", "closing"):
        total = turns[stage]
        near = ", ".join(f"{n / total:.2f}" for n in touches[stage])
        lines += [f"      {stage}:", f"        touches: [{near}]", "        turns:"]
        for (shown, quality), count in kinds[stage].most_common():
            if count / total >= SHARE:
                row = f"shows: [{', '.join(shown)}], quality: {quality}"
                lines.append(f"          - {{{row}, weight: {100 * count / total:.1f}}}")
    return lines


def main() -> int:
    """Print the mixtures of a run's arms."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path, help="a results folder of `muspsy run`")
    parser.add_argument("--exchanges", type=int, default=10, help="what its recipe says")
    given = parser.parse_args()
    by: dict[str, list[Episode]] = defaultdict(list)
    for path in sorted((given.run / "episodes").glob("*.json")):
        episode = Episode.model_validate_json(path.read_bytes())
        by[episode.arm].append(episode)
    if missing := [arm for arm in COUNSELORS if not by[arm]]:
        print(f"{given.run} has no course of {', '.join(missing)}", file=sys.stderr)
        return 1
    every = [e for episodes in by.values() for e in episodes]
    people, seeds = len({e.persona for e in every}), len({e.seed for e in every})
    lines = [
        "# yaml-language-server: $schema=../../docs/schema/counselor-mixtures.json",
        "# What counselors do, for courses without words: printed by benchmarks/mixtures.py from",
        "# recorded offline courses, and not written by hand. Weights are percent of a stage's",
        f"# turns; kinds of turn below {100 * SHARE:.1f}% are left out.",
        "version: 1",
        "about: Behaviours and judged quality of the offline counselors, as the offline appraiser",
        f"  coded them over {people} personas and {seeds} seeds.",
        "counselors:",
    ]
    for arm in COUNSELORS:
        lines += written(arm, by[arm], given.exchanges)
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
