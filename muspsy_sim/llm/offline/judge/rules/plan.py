"""Whether a session does what its plan says: what goal, focus and techniques are about, in it.

The general words of plans (review, understand, next step) are left out: they fit any session.
"""

from __future__ import annotations

from muspsy_sim.llm.offline.appraiser.sentences import lowered
from muspsy_sim.llm.offline.judge.findings import Finding, share
from muspsy_sim.llm.offline.judge.reading import Reading, sentences_of, words_of
from muspsy_sim.records.scores import Quote


def goal(reading: Reading) -> Finding:
    """Whether the session is about the plan's goal and focus."""
    plan = reading.plan
    if plan is None:
        return Finding(None, "there is no plan")
    text = reading.cues.plan_stop.sub(" ", lowered(f"{plan.goal}\n{plan.focus}"))
    planned = words_of(text, reading.language)
    said = words_of("\n".join(turn.line.text for turn in reading.counselor), reading.language)
    met = planned & said
    quotes = [
        one.quote
        for turn in reading.counselor
        for one in sentences_of(turn.line, reading.language)
        if words_of(one.text, reading.language) & planned
    ]
    return Finding(
        1.5 * share(len(met), len(planned)),
        f"{len(met)} of {len(planned)} content words of the plan's goal and focus come up",
        quotes,
    )


def techniques(reading: Reading) -> Finding:
    """Whether the planned techniques are used, by what each looks like when it is."""
    plan = reading.plan
    if plan is None:
        return Finding(None, "there is no plan")
    planned = lowered("\n".join(plan.techniques))
    known = [one for one in reading.cues.techniques if one.planned.search(planned)]
    used: list[Quote] = []
    count = 0
    for one in known:
        found = [
            sentence.quote
            for turn in reading.counselor
            for sentence in sentences_of(turn.line, reading.language)
            if one.looks_like.search(sentence.low)
        ]
        count += bool(found)
        used += found
    if not known:
        return Finding(0.0, "none of the planned techniques is one that is known by its words")
    return Finding(
        share(count, len(known)), f"{count} of {len(known)} planned techniques show in it", used
    )
