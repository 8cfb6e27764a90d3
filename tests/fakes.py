"""Fakes at the project's own seam: models that answer every prompt from its view, at once.

They keep every request they were sent, so a test can look at exactly what a party saw.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from muspsy_sim.llm.seam import ModelFailure, Reply, Request
from muspsy_sim.records.answers import (
    AppraisalAnswer,
    CodedAnswer,
    CounselorReply,
    NoteAnswer,
    PlainReply,
    PlanAnswer,
    Reflection,
    Speech,
    Told,
    TurnPlanAnswer,
)
from muspsy_sim.records.base import Record
from muspsy_sim.records.memory import SessionPlan, Statement, TreatmentGoal, TreatmentPlan
from muspsy_sim.records.views import (
    AppraiseView,
    BareView,
    PlanNextView,
    PlanTurnView,
    ReflectView,
    RememberView,
    RespondView,
    SpeakView,
)

Answer = Callable[[Any, Random], Record]


def speak(view: SpeakView, rng: Random) -> Speech:
    """Says what it may tell now, and everything else that its view holds stays unsaid."""
    number = rng.randrange(10_000)
    fact = next((f for f in view.unlocked if f.id == view.tell), None)
    leaves = view.stance.move in ("close", "walk_out")
    if fact is None:
        return Speech(text=f"Client words {number} on turn {view.turn}.", leaves=leaves)
    return Speech(
        text=f"{fact.text} ({number})", told=[Told(fact=fact.id, quote=fact.text)], leaves=leaves
    )


def reflect(view: ReflectView, rng: Random) -> Reflection:
    """A memory that repeats what the client heard last."""
    return Reflection(text=f"I remember session {view.session}: {view.dialogue[-1].text}")


def appraise(view: AppraiseView, rng: Random) -> AppraisalAnswer:
    """Codes each counselor turn as an empathic open question."""
    said = view.dialogue[-1].text
    codes = [CodedAnswer(behaviour="empathy", quote=said)]
    if "try" in said:
        codes.append(CodedAnswer(behaviour="assign_homework", quote=said))
    return AppraisalAnswer(behaviours=codes, quality=1)


def respond(view: RespondView, rng: Random) -> CounselorReply:
    """Closes when the exchanges are up."""
    number = rng.randrange(10_000)
    close = view.exchanges_left == 0
    text = f"Goodbye {number}." if close else f"Counselor words {number}, exchange {view.exchange}."
    return CounselorReply(text=text, close=close)


def bare(view: BareView, rng: Random) -> PlainReply:
    """A plain reply."""
    return PlainReply(text=f"Bare words {rng.randrange(10_000)}.")


def plan_turn(view: PlanTurnView, rng: Random) -> TurnPlanAnswer:
    """Always asks."""
    return TurnPlanAnswer(strategy="question", aim=f"ask {rng.randrange(10_000)}", reason="why not")


def remember(view: RememberView, rng: Random) -> NoteAnswer:
    """Notes the client's first words."""
    line = next(x for x in view.dialogue if x.speaker == "client")
    return NoteAnswer(
        summary=[Statement(text=line.text, basis="quote", turns=[line.id], quote=line.text)],
        session_goal="to listen",
    )


def plan_next(view: PlanNextView, rng: Random) -> PlanAnswer:
    """One goal, one plan."""
    return PlanAnswer(
        treatment=TreatmentPlan(goals=[TreatmentGoal(id="g1", text="sleep", status="active")]),
        session=SessionPlan(goal=f"session {view.session}", techniques=["listening"]),
    )


ANSWERS: dict[str, Answer] = {
    "client.speak": speak,
    "client.reflect": reflect,
    "appraiser.appraise": appraise,
    "counselor.respond": respond,
    "counselor.bare": bare,
    "counselor.plan_turn": plan_turn,
    "counselor.remember": remember,
    "counselor.plan_next": plan_next,
}


class FakeModel:
    """Answers by `ANSWERS`, or by what a test puts in their place, and keeps what it was sent."""

    name = "fake"

    def __init__(self, *, keep: bool = False, **answers: Answer) -> None:
        self.answers = {**ANSWERS, **{k.replace("__", "."): v for k, v in answers.items()}}
        self.requests: list[Request] = []
        self.asked = 0
        self._keep = keep

    async def reply(self, request: Request) -> Reply:
        """Answer from the view and the seed, as any model would be asked."""
        self.asked += 1
        if self._keep:
            self.requests.append(request)
        answer = self.answers[request.key.prompt](request.view, Random(request.seed))
        if isinstance(answer, PlainReply):
            return Reply(text=answer.text)
        return Reply(text=answer.model_dump_json())


def failing(kind: str, *, at: Callable[[Request], bool]) -> FakeModel:
    """A fake that fails where `at` says so."""

    class Failing(FakeModel):
        async def reply(self, request: Request) -> Reply:
            if at(request):
                raise ModelFailure(kind, f"{kind} on purpose")  # type: ignore[arg-type]
            return await super().reply(request)

    return Failing()
