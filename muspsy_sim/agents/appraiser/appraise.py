"""From a model's coding of a counselor turn to the appraisal that the record keeps.

A code counts only where its quote stands in the counselor's own words, whoever answered; what does
not is dropped and counted, never repaired.
"""

from __future__ import annotations

from muspsy_sim.records.answers import AppraisalAnswer
from muspsy_sim.records.appraisal import BEHAVIOURS_VERSION, Appraisal, Coded
from muspsy_sim.records.values import made


def settle(answer: AppraisalAnswer, counselor_text: str) -> Appraisal:
    """The appraisal of `counselor_text`: codes with a verbatim quote, each once, in their order.

    Whitespace is folded on both sides before they are compared, since models rewrap what they
    quote; case and punctuation must match. A repeated code is left out without being counted in
    `dropped`, which counts quotes that are empty or not the counselor's.
    """
    said = _folded(counselor_text)
    kept: dict[tuple[str, str], Coded] = {}
    dropped = 0
    for code in answer.behaviours:
        quote = _folded(code.quote)
        if not quote or quote not in said:
            dropped += 1
        else:
            kept.setdefault((code.behaviour, quote), Coded(behaviour=code.behaviour, quote=quote))
    coded = {
        "version": BEHAVIOURS_VERSION,
        "behaviours": list(kept.values()),
        "quality": answer.quality,
        "dropped": dropped,
    }
    return made(Appraisal, coded)


def _folded(text: str) -> str:
    return " ".join(text.split())
