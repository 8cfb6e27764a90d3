"""`cpsycoun.note` and `cpsycoun.staged` offline."""

from __future__ import annotations

import re
from random import Random

from muspsy_sim.llm.offline.annotator.reading import read_report
from muspsy_sim.llm.offline.annotator.report_cues import report_cues
from muspsy_sim.llm.offline.annotator.who import who_is
from muspsy_sim.llm.offline.corpora.cast import of_report
from muspsy_sim.llm.offline.corpora.duet import Hour, play
from muspsy_sim.llm.offline.corpora.material import corpus_material
from muspsy_sim.records.corpus_answers import CounselorNote, StagedLine, StagedScript
from muspsy_sim.records.corpus_views import CaseNoteView, StagedView
from muspsy_sim.records.memory import Stage

_SITUATION = frozenset({"visit", "other", "history"})
_PROBLEM = frozenset({"problem", "formulation"})
_ENDS: tuple[tuple[Stage, float], ...] = (
    ("reception", 0.2),
    ("diagnosis", 0.55),
    ("consultation", 0.85),
    ("consolidation", 1.0),
)
"""Up to which share of a session each stage lasts."""


def note(view: CaseNoteView, rng: Random) -> CounselorNote:
    """The report's own sentences on situation and problem, names left out; the rest is general."""
    words = corpus_material(view.language)
    found = read_report(view.report, report_cues(view.language))
    who = who_is(view.report, view.language)
    names = sorted({*who.client.names, *who.client.others}, key=len, reverse=True)

    def of(sections: frozenset[str], most: int) -> str:
        said = [s.text for s in found if s.section in sections][:most]
        text = ("" if view.language == "zh" else " ").join(said) or view.report.strip()[:200]
        client = "来访者" if view.language == "zh" else "the client"
        for name in names:
            mark = re.escape(name) if view.language == "zh" else rf"\b{re.escape(name)}\b"
            text = re.sub(mark, client, text)
        return text[:1].upper() + text[1:]

    return CounselorNote(
        situation=words.note.situation.replace("{first}", of(_SITUATION, 3)),
        problem=words.note.problem.replace("{rest}", of(_PROBLEM, 4)),
        plan=words.note.plan,
        reflection=words.note.reflection,
    )


def staged(view: StagedView, rng: Random) -> StagedScript:
    """The session, cut into four stages of whole exchanges."""
    exchanges = rng.randint(max(view.fewest, (view.fewest + view.most) // 2), view.most)
    lines = play(of_report(view.report, view.language), Hour(exchanges=exchanges), rng)
    pairs = max(1, len(lines) // 2)
    made: list[StagedLine] = []
    for n, line in enumerate(lines):
        pair = min(n // 2, pairs - 1)
        share = (pair + 1) / pairs
        stage = next(name for name, end in _ENDS if share <= end + 1e-9 or end == 1.0)
        if pair == 0:
            stage = "reception"
        elif pair == pairs - 1:
            stage = "consolidation"
        made.append(StagedLine(speaker=line.speaker, text=line.text, stage=stage))
    return StagedScript(lines=made)
