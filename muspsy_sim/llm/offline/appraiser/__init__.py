"""The offline appraiser: a rule-based coder of counselor turns, in English and Chinese.

It reads the last counselor line with the client's line before it, splits it into parts, finds cues
(`agents/appraiser/offline/*.yaml`) and a light sentence form, and codes each part; quality is
worked out from the codes and from what the client had just said. Pure: the same view gives the
same answer, and the generator it is handed is not drawn from.
"""

from __future__ import annotations

from random import Random

from muspsy_sim.llm.offline.appraiser.client_line import hear
from muspsy_sim.llm.offline.appraiser.coding import code_turn
from muspsy_sim.llm.offline.appraiser.cues import cues_for
from muspsy_sim.llm.offline.appraiser.quality import quality
from muspsy_sim.records.answers import AppraisalAnswer, CodedAnswer
from muspsy_sim.records.views import AppraiseView

__all__ = ["appraise"]


def appraise(view: AppraiseView, rng: Random) -> AppraisalAnswer:
    """Code the last counselor line of `view.dialogue`; without one there is nothing to code."""
    cues = cues_for(view.language)
    place = _last_counselor(view)
    if place is None:
        return AppraisalAnswer(behaviours=[], quality=0)
    client = hear([line.text for line in view.dialogue[:place] if line.speaker == "client"], cues)
    turn = code_turn(view.dialogue[place].text, client, cues)
    return AppraisalAnswer(
        behaviours=[CodedAnswer(behaviour=name, quote=quote) for name, quote in turn.codes],
        quality=quality(turn, client),
    )


def _last_counselor(view: AppraiseView) -> int | None:
    lines = view.dialogue
    return next((i for i in reversed(range(len(lines))) if lines[i].speaker == "counselor"), None)
