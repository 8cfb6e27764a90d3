"""Whether a stranger hears a client's state, and whether the offline annotator hears what it heard.

    python benchmarks/blind_readings.py

Weighted kappas over `blind_readings.yaml`: of the reader's bands with the recorded state's, and of
the offline annotator's with the reader's, by round and language. Seconds.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random
from typing import Literal

from pydantic import Field

from muspsy_sim.evaluation.gate.fidelity import DISTRESS, TRUST
from muspsy_sim.evaluation.gate.intervals import left_out_interval, weighted_kappa
from muspsy_sim.llm.offline.annotator.bands import bands
from muspsy_sim.records.base import Language, Record
from muspsy_sim.records.strict_yaml import load_strict
from muspsy_sim.records.views import BandsView, DistressWord, Line, TrustWord

BANDS = 5


class Bands(Record):
    """One judgment."""

    distress: DistressWord
    trust: TrustWord

    def number(self, what: str) -> int:
        """The band, 0 to 4."""
        return DISTRESS.index(self.distress) if what == "distress" else TRUST.index(self.trust)


class BlindReading(Record):
    """One stretch: what the client said in it, the bands heard, and those of the recorded state."""

    episode: str
    session: int
    half: Literal[1, 2]
    client: str
    language: Language
    round: Literal[1, 2]
    heard: Bands
    recorded: Bands
    said: list[str] = Field(min_length=1)

    def by_rule(self) -> Bands:
        """What the offline annotator hears."""
        lines = [Line(id=f"t{n}", speaker="client", text=t) for n, t in enumerate(self.said, 1)]
        answer = bands(BandsView(language=self.language, dialogue=lines), Random(0))
        return Bands(distress=answer.distress, trust=answer.trust)


class BlindReadings(Record):
    """The file."""

    readings: list[BlindReading]


@cache
def blind_readings() -> tuple[BlindReading, ...]:
    """All of them, in the file's order."""
    path = Path(__file__).with_name("blind_readings.yaml")
    return tuple(load_strict(path, BlindReadings).readings)


def agreement(what: str, which: str, some: list[BlindReading]) -> str:
    """Kappa of the reader with the state (`which` = state), or of the annotator with the reader."""
    pairs = [
        (r.recorded.number(what), r.heard.number(what))
        if which == "state"
        else (r.heard.number(what), r.by_rule().number(what))
        for r in some
    ]

    def kappa(rows: list[int]) -> float | None:
        return weighted_kappa([pairs[i][0] for i in rows], [pairs[i][1] for i in rows], BANDS)

    found = left_out_interval([r.client for r in some], lambda rows: kappa(list(rows)))
    if found is None:
        return "-"
    same = sum(a == b for a, b in pairs) / len(pairs)
    return f"{found.figure:.2f} [{found.low:.2f}, {found.high:.2f}], same band {same:.0%}"


if __name__ == "__main__":
    for name, chosen in (
        ("all", blind_readings()),
        *((f"round {n}", [r for r in blind_readings() if r.round == n]) for n in (1, 2)),
        *((code, [r for r in blind_readings() if r.language == code]) for code in ("en", "zh")),
    ):
        print(f"{name}: {len(chosen)} stretches")
        for what in ("distress", "trust"):
            print(f"  {what}: reader with state   {agreement(what, 'state', list(chosen))}")
            print(f"  {what}: annotator, reader   {agreement(what, 'reader', list(chosen))}")
