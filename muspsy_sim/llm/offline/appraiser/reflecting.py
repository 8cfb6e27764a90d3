"""Whether a statement gives back what the client said, and whether it adds to it.

A reflection is what nothing else explains: it speaks of the client, or echoes the client's words;
it is complex where it adds a feeling, an image or a contrast that the client had not put so.
"""

from __future__ import annotations

from muspsy_sim.llm.offline.appraiser.client_line import ClientLine, content_words, shared
from muspsy_sim.llm.offline.appraiser.cues import Cues
from muspsy_sim.llm.offline.appraiser.sentences import Part, clauses
from muspsy_sim.records.appraisal import Behaviour

_ECHO = 4
"""At least one content word in so many must be the client's for a statement to be an echo; where
only one is, one in three, since one word is soon shared by chance."""


def reflection(part: Part, empathic: bool, client: ClientLine, cues: Cues) -> Behaviour | None:
    """The kind of reflection that a statement is, if it is one.

    `empathic`: it has already been coded as empathy, and must do more to be a reflection as well.
    """
    forms = cues.forms
    if not client.said or forms["no_reflection"].match(part.low):
        return None
    words = content_words(part.low, cues)
    taken = shared(words, client.content)
    starts = [start for start, _ in clauses(part.low, cues.language)]
    said_back = bool(forms["said_back"].search(part.low))
    opens = any(forms["reflect_start"].match(part.low, start) for start in starts)
    opens = opens or bool(taken and forms["second_person"].search(part.low))
    echo = (len(taken) > 1 and _ECHO * len(taken) >= len(words)) or 3 * len(taken) >= len(words) > 0
    if not said_back and (not (opens or echo) or forms["own_view"].search(part.low)):
        return None
    if empathic and not (opens or said_back or len(taken) > 1):
        return None
    feeling = forms["feeling"].search(part.low)
    adds = bool(feeling and not _already_said(feeling[0], client, cues))
    adds = adds or any(m[0] not in client.low for m in forms["complex_mark"].finditer(part.low))
    if adds or (said_back and len(words - taken) > 1):
        return "complex_reflection"
    if taken or shared(words, client.earlier):
        return "simple_reflection"
    return None


def echoes(part: Part, client: ClientLine, cues: Cues) -> bool:
    """Whether the part takes up a word of the client's last line."""
    return bool(shared(content_words(part.low, cues), client.content))


def _already_said(words: str, client: ClientLine, cues: Cues) -> bool:
    found = content_words(words, cues)
    return bool(found) and found <= client.content
