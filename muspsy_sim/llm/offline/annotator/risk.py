"""What a report says of its client's thoughts of death: in whose words, and whether it denies them.

Never more than passive: how far a plan goes is for a person to read.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from muspsy_sim.llm.offline.annotator.people import Client
from muspsy_sim.llm.offline.annotator.quoted import closed
from muspsy_sim.llm.offline.annotator.reading import Sentence
from muspsy_sim.llm.offline.annotator.report_cues import ReportCues, cue
from muspsy_sim.llm.offline.annotator.whose import of_another
from muspsy_sim.records.answers import ExtractedRisk, Sourced


def risk_of(
    sentences: list[Sentence],
    cues: ReportCues,
    client: Client,
    told: Callable[[Sentence], Sourced | None],
) -> ExtractedRisk:
    """Passive thoughts in the words of the first sentence that tells of them, else none.

    A sentence that the client could say goes before one that only the report can. What somebody
    else did or thought is not the client's.
    """
    spoken = [s for s in sentences if s.section != "course"]
    spoken = [s for s in spoken if _of_the_client(s.text, cues, client)]
    # One that also says what there is none of is the report's summing up.
    spoken.sort(key=lambda s: bool(cue(cues.denied).search(s.text)))
    for sentence in spoken:
        for quoted in _QUOTED.finditer(sentence.text):
            if cue(cues.ideation).search(quoted[1]):
                words = closed(quoted[1], client.language)
                return ExtractedRisk(ideation="passive", words=words, quote=sentence.text)
        said = told(sentence)
        if said is not None:
            return ExtractedRisk(ideation="passive", words=said.text, quote=sentence.text)
    if spoken:
        return ExtractedRisk(ideation="passive", words=spoken[0].text, quote=spoken[0].text)
    return ExtractedRisk()


def denied_risk(text: str, cues: ReportCues) -> bool:
    """Whether a sentence says of thoughts of death only that there are none."""
    return bool(cue(cues.ideation).search(text)) and not _stated(text, cues)


def _of_the_client(text: str, cues: ReportCues, client: Client) -> bool:
    return any(not of_another(text, at, client) for at in _stated(text, cues))


_QUOTED = re.compile(r"[\"“]([^\"”]{6,})[\"”]")
_TURNS = re.compile(r"[;；。]|[，,] ?(?:但是?|不过|然而|可是?|but|although|though|yet)(?![a-z])")


def _stated(text: str, cues: ReportCues) -> list[int]:
    """Where thoughts of death are named and not denied: by a word before, or one in their clause.

    A denial that follows in a later clause is of something else: `a plan, no wish to act today`;
    one that stands before a `but` ends there.
    """
    denials = [match.start() for match in cue(cues.denied).finditer(text)]
    found: list[int] = []
    for match in cue(cues.ideation).finditer(text):
        begins = max((turn.end() for turn in _TURNS.finditer(text, 0, match.start())), default=0)
        marks = [at for mark in "，,;；" if (at := text.find(mark, match.end())) >= 0]
        ends = min(marks, default=len(text))
        if not any(begins <= at < ends for at in denials):
            found.append(match.start())
    return found
