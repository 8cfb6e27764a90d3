"""How far the offline annotator hears trust and distress in a run of any seeds, by language.

    python benchmarks/fidelity_of_run.py RUN

Stretches are cut as `muspsy validate` cuts them; kappas are with the recorded state. For runs on
seeds that neither the gate nor the cues were made with.
"""

from __future__ import annotations

import argparse
from random import Random

from muspsy_sim.evaluation.gate.fidelity import (
    DISTRESS,
    READ_ARMS,
    TRUST,
    Reading,
    fidelity_conditions,
    stretches_of,
)
from muspsy_sim.llm.offline.annotator.bands import bands
from muspsy_sim.records.views import BandsView
from muspsy_sim.runs.store import episodes, find_run

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("run", help="a folder of results, its arms among those that the gate reads")
    run = find_run(parser.parse_args().run)
    readings = []
    for episode in episodes(run):
        if episode.arm not in READ_ARMS:
            continue
        for stretch in stretches_of(episode):
            view = BandsView(language=stretch.language, dialogue=list(stretch.lines))
            heard = bands(view, Random(0))
            readings.append(
                Reading(stretch, TRUST.index(heard.trust), DISTRESS.index(heard.distress))
            )
    for name in ("all", "en", "zh"):
        print(name)
        for each in fidelity_conditions(
            [r for r in readings if name in ("all", r.stretch.language)]
        ):
            if each.figure is None or each.low is None or each.high is None:
                print(f"  {each.title}: {each.words}")
                continue
            interval = f"[{each.low:.2f}, {each.high:.2f}]"
            print(f"  {each.title}: {each.figure:.2f} {interval} ({each.detail})")
