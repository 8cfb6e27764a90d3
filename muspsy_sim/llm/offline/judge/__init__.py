"""The offline judge: it reads the transcript by rule, in English and Chinese, and quotes it.

It knows what its view shows and nothing else. Counselor turns are coded by the offline appraiser's
coder, so its scores are no second opinion on an offline course: it is there to try instruments and
statistics on, and is itself checked on spoiled transcripts (`muspsy judge-check`).
"""

from __future__ import annotations

from random import Random

from muspsy_sim.llm.offline.judge.findings import verdict
from muspsy_sim.llm.offline.judge.reading import read
from muspsy_sim.llm.offline.judge.rules import rule_named
from muspsy_sim.llm.seam import ModelFailure
from muspsy_sim.records.judging import JudgeAnswer, JudgeView

__all__ = ["rate"]


def rate(view: JudgeView, rng: Random) -> JudgeAnswer:
    """Judge every item by its rule. Raises `ModelFailure` for an item without one."""
    rules = {item.id: rule_named(item.rule) for item in view.instrument.items}
    without = [name for name, rule in rules.items() if rule is None]
    if without:
        raise ModelFailure(
            "bad_request",
            f"offline has no rule for {', '.join(without)}: an item names one as `rule:`, or is "
            "left to a model",
        )
    reading = read(view)
    return JudgeAnswer(
        items=[
            verdict(item, rule(reading))
            for item in view.instrument.items
            if (rule := rules[item.id]) is not None
        ]
    )
