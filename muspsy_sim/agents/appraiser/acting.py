"""What the appraiser does: code the counselor's last turn, from this session's dialogue alone."""

from __future__ import annotations

from muspsy_sim.agents.appraiser.appraise import settle
from muspsy_sim.agents.live import LiveCourse
from muspsy_sim.agents.prompts import APPRAISE
from muspsy_sim.records.values import made
from muspsy_sim.records.views import AppraiseView


async def appraise(course: LiveCourse) -> None:
    """Code the turn just spoken. The view holds dialogue and language: no arm, plan or strategy."""
    now = course.now
    turn = now.turns[-1]
    view = made(AppraiseView, {"language": course.client.profile.language, "dialogue": now.lines()})
    asked = await course.ask(APPRAISE, view, session=now.number, turn=len(now.turns))
    turn.appraisal = settle(asked.answer, turn.text)
