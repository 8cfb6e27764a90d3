"""Words of a counselor's turn that are the client's: quoted, or given back as "you".

Who says "so it's just how they are" after "it's just how they are" makes nothing smaller: what
harms must be in the counselor's own words.
"""

from __future__ import annotations

import re

from muspsy_sim.llm.offline.appraiser.client_line import ClientLine
from muspsy_sim.llm.offline.appraiser.cues import Cues
from muspsy_sim.llm.offline.appraiser.sentences import clauses

_QUOTED = re.compile(r'"[^"]+"')
_ENDS = ' .,;:!?…-—。，、；：！？"'
_LEAST = {"en": 12, "zh": 4}
"""Characters that must be the client's, from the cue to the end of its clause, to be borrowed."""
_TURNED = {
    "i": "you",
    "i'm": "you're",
    "i've": "you've",
    "i'd": "you'd",
    "i'll": "you'll",
    "am": "are",
    "me": "you",
    "my": "your",
    "mine": "yours",
    "myself": "yourself",
}
_WORD = re.compile(r"[a-z']+")


def without_quotes(low: str, client: ClientLine, cues: Cues) -> str:
    """The text with the client's quoted words blanked, by character: places stay true.

    A quote is the client's where it stands in its last line, or where the text says that it is
    recalled or given back, since earlier sessions are not seen.
    """
    outside = _QUOTED.sub(_blank, low)
    attributed = any(
        cue.search(outside) for cue in (cues.behaviours["recall"], cues.forms["said_back"])
    )
    if attributed:
        return outside
    return _QUOTED.sub(
        lambda m: _blank(m) if m[0].strip(_ENDS) in client.low else m[0],
        low,
    )


def in_own_words(cue: re.Pattern[str], low: str, client: ClientLine, cues: Cues) -> bool:
    """Whether a cue is found anywhere but in the client's own words given back."""
    said = (client.low, _as_you(client.low, cues.language))
    ends = [end for _, end in clauses(low, cues.language)]
    for found in cue.finditer(low):
        end = next((end for end in ends if end >= found.end()), len(low))
        words = low[found.start() : end].strip(_ENDS)
        if len(words) < _LEAST[cues.language] or not any(words in line for line in said):
            return True
    return False


def _as_you(low: str, language: str) -> str:
    if language == "zh":
        return low.replace("我", "你")
    return _WORD.sub(lambda m: _TURNED.get(m[0], m[0]), low)


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])
