"""The named prompts of judges.

A call's name carries the instrument and its version, so that one journal holds all of a judge's
answers about an episode, and a new version of an instrument is a new question.
"""

from __future__ import annotations

from dataclasses import replace

from muspsy_sim.evaluation.instruments.spec import Instrument
from muspsy_sim.llm.seam import Prompt
from muspsy_sim.records.judging import JudgeAnswer, JudgeView, PairAnswer, PairView

RATE = Prompt("judge.rate", "judge", JudgeView, JudgeAnswer, "judge/rate.md.j2")
COMPARE = Prompt("judge.compare", "judge", PairView, PairAnswer, "judge/compare.md.j2")


def rating_with(instrument: Instrument, what: str = "") -> Prompt[JudgeView, JudgeAnswer]:
    """The rating prompt under an instrument's name, and what is rated where there are several."""
    return replace(RATE, name=f"{RATE.name}:{instrument.name}" + (f"/{what}" if what else ""))


def comparing_with(instrument: Instrument) -> Prompt[PairView, PairAnswer]:
    """The pairwise prompt under an instrument's name."""
    return replace(COMPARE, name=f"{COMPARE.name}:{instrument.name}")
