"""What a counselor came back to in a course, and whether it was ever said.

The appraiser codes that a turn comes back to something; it sees one session, so whether that was
said is looked up in the course's own words, by the rule that the client goes by as well
(`agents/client/remembered.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from muspsy_sim.agents.client.remembered import CLAIMS, unfounded
from muspsy_sim.records.appraisal import Appraisal

Raw = dict[str, Any]
"""An episode as its file holds it."""


@dataclass(slots=True)
class CameBack:
    """What the counselor came back to in one session."""

    recalls: int = 0
    """Turns that recall something that was said."""
    false: int = 0
    """Turns that recall, or ask after, what was never said or agreed."""
    reviewed: bool = False
    """Whether homework is asked after that was agreed."""
    assigned: bool = False


def recalls(raw: Raw) -> float | None:
    """Turns that recall something that was said, per session from the second on."""
    later = list(_came_back(raw))[1:]
    return sum(session.recalls for session in later) / len(later) if later else None


def false_recalls(raw: Raw) -> float | None:
    """Turns that come back to what was never said, per session from the second on."""
    later = list(_came_back(raw))[1:]
    return sum(session.false for session in later) / len(later) if later else None


def followed_up(raw: Raw) -> float | None:
    """Share of the sessions after one with homework in which that is asked after."""
    after = [now for before, now in pairwise(_came_back(raw)) if before.assigned]
    return sum(session.reviewed for session in after) / len(after) if after else None


def _came_back(raw: Raw) -> Iterator[CameBack]:
    """Session by session, those that were held."""
    language = raw["profile"]["language"]
    said = [turn["text"] for turn in (raw["intake"] or {"turns": []})["turns"]]
    held = [session for session in raw["sessions"] if session["turns"]]
    for number, session in enumerate(held):
        found = CameBack()
        for turn in session["turns"]:
            coded = turn["appraisal"] if turn["speaker"] == "counselor" else None
            shown = {one["behaviour"] for one in coded["behaviours"]} if coded else set()
            found.assigned |= "assign_homework" in shown
            if shown.intersection(CLAIMS):
                past = said if number else []
                wrong = unfounded(Appraisal.model_validate(coded), turn["text"], past, language)
                found.recalls += "recall" in shown - wrong
                found.reviewed |= "review_homework" in shown - wrong
                found.false += bool(wrong)
            said.append(turn["text"])
        yield found
