"""How far what clients say of how they are goes with the state, for who knows the sentences.

    python benchmarks/distress_said.py VALIDITY/courses

Over the stretches that `muspsy validate` reads: the share of client turns that hold a sentence on
how it is (pools `burden_*` of the offline client), and the weighted kappa of the mean band of a
stretch's sentences (2 where it holds none) with the band of the state. No test of whether a
stranger would hear it: whoever wrote the sentences knows where they belong.
"""

from __future__ import annotations

import argparse
from collections import Counter

from muspsy_sim.evaluation.gate.fidelity import DISTRESS, READ_ARMS, stretches_of
from muspsy_sim.evaluation.gate.intervals import weighted_kappa
from muspsy_sim.llm.offline.client.material import client_material
from muspsy_sim.llm.offline.client.wording import bare, sentences
from muspsy_sim.records.base import Language
from muspsy_sim.runs.store import episodes, find_run

MIDDLE = 2
LANGUAGES: tuple[Language, ...] = ("en", "zh")


def bands_of(language: Language) -> dict[str, int]:
    """The band of each sentence of the pools, without case and punctuation."""
    found: dict[str, int] = {}
    for name, pool in client_material(language).pools.items():
        if not name.startswith("burden_"):
            continue
        band = DISTRESS.index(name.rsplit("_", 1)[1])
        for lines in (pool.any, pool.plain, pool.dry, pool.careful, pool.raw):
            found.update({bare(s): band for line in lines for s in sentences(line)})
    return found


def main() -> None:
    """Print the figures for one run of the gate."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("run", help="the folder `courses` of a run of the gate")
    known = {language: bands_of(language) for language in LANGUAGES}
    states: list[int] = []
    said: list[int] = []
    turns = telling = silent = 0
    for episode in episodes(find_run(parser.parse_args().run)):
        if episode.arm not in READ_ARMS:
            continue
        for stretch in stretches_of(episode):
            bands = []
            for line in stretch.lines:
                if line.speaker == "client":
                    spoken = map(bare, sentences(line.text))
                    here = [
                        known[stretch.language][s] for s in spoken if s in known[stretch.language]
                    ]
                    turns, telling = turns + 1, telling + bool(here)
                    bands += here
            silent += not bands
            states.append(stretch.distress)
            said.append(round(sum(bands) / len(bands)) if bands else MIDDLE)
    by_band = Counter(states)
    print(f"{len(states)} stretches; state, {DISTRESS[0]} to {DISTRESS[-1]}:", end=" ")
    print(", ".join(str(by_band[band]) for band in range(len(DISTRESS))))
    share = telling / max(1, turns)
    print(f"client turns that say how it is: {share:.0%}; stretches without: {silent}")
    print(
        f"kappa of what is said with the state: {weighted_kappa(states, said, len(DISTRESS)):.2f}"
    )


if __name__ == "__main__":
    main()
