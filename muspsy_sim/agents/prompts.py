"""Every named prompt of a course: who is asked, from which view, for which answer."""

from __future__ import annotations

from typing import Any

from muspsy_sim.llm.seam import Prompt
from muspsy_sim.records import answers, views

SPEAK = Prompt("client.speak", "client", views.SpeakView, answers.Speech, "client/speak.md.j2")
REFLECT = Prompt(
    "client.reflect", "client", views.ReflectView, answers.Reflection, "client/reflect.md.j2"
)
APPRAISE = Prompt(
    "appraiser.appraise",
    "appraiser",
    views.AppraiseView,
    answers.AppraisalAnswer,
    "appraiser/appraise.md.j2",
)
RESPOND = Prompt(
    "counselor.respond",
    "counselor",
    views.RespondView,
    answers.CounselorReply,
    "counselor/respond.md.j2",
)
BARE = Prompt(
    "counselor.bare",
    "counselor",
    views.BareView,
    answers.PlainReply,
    "counselor/bare.md.j2",
    plain=True,
)
PLAN_TURN = Prompt(
    "counselor.plan_turn",
    "counselor",
    views.PlanTurnView,
    answers.TurnPlanAnswer,
    "counselor/plan_turn.md.j2",
)
REMEMBER = Prompt(
    "counselor.remember",
    "counselor",
    views.RememberView,
    answers.NoteAnswer,
    "counselor/remember.md.j2",
)
PLAN_NEXT = Prompt(
    "counselor.plan_next",
    "counselor",
    views.PlanNextView,
    answers.PlanAnswer,
    "counselor/plan_next.md.j2",
)

PROMPTS: tuple[Prompt[Any, Any], ...] = (
    SPEAK,
    REFLECT,
    APPRAISE,
    RESPOND,
    BARE,
    PLAN_TURN,
    REMEMBER,
    PLAN_NEXT,
)
