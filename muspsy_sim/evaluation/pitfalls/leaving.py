"""Farewell loops: sessions in which both take leave again and again."""

from __future__ import annotations

from muspsy_sim.evaluation.pitfalls.findings import Finding, Place, place
from muspsy_sim.evaluation.pitfalls.reading import Reading
from muspsy_sim.evaluation.pitfalls.tallies import Share

LOOP = 4
"""Turns in a row that take leave: each party twice, where once is a farewell."""


def farewell_loops(reading: Reading) -> Finding:
    """Sessions with at least four turns in a row that take leave, of the sessions held."""
    places: list[Place] = []
    for session in reading.sessions:
        run = longest = 0
        last = session[0]
        for said in session:
            run = run + 1 if reading.cues.farewell.search(said.own) else 0
            if run > longest:
                longest, last = run, said
        if longest >= LOOP:
            places.append(place(last, f"the last of {longest} turns in a row that take leave"))
    return Finding(Share(len(places), len(reading.sessions)), places)
