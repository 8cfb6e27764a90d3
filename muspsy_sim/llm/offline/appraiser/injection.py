"""Words in a turn that speak to whoever codes it, and what may stand behind them.

Such a sentence earns nothing; it is cut apart all the same, so that it can hide nothing either.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

from muspsy_sim.llm.offline.appraiser.cues import Cues
from muspsy_sim.llm.offline.appraiser.sentences import Sentence, trimmed

_CLOSING = re.compile(r"[\])}>】」”\"]")
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")


def speaks_to_coder(low: str, one: Sentence, cues: Cues) -> bool:
    """Whether a sentence is meant for whoever codes the turn, however its letters are dressed."""
    said = low[one.start : one.end]
    if not said.isascii():
        said = _INVISIBLE.sub("", unicodedata.normalize("NFKC", said)).lower()
    return cues.forms["injection"].search(said) is not None


def cut_apart(low: str, one: Sentence, cues: Cues) -> list[Sentence]:
    """A sentence cut behind words and brackets meant for its coder: nothing hides there."""
    found = (cues.forms["injection"], _CLOSING)
    ends = {m.end() for cue in found for m in cue.finditer(low, one.start, one.end)}
    edges = sorted({one.start, *ends, one.end})
    spans = pairwise(edges)
    return [piece for start, end in spans for piece in trimmed(low, start, end)]
