"""Each way a session and a course can end is reached, and says whose doing it was."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from muspsy_sim.llm.seam import Reply, Request
from muspsy_sim.records.answers import (
    AppraisalAnswer,
    CodedAnswer,
    CounselorReply,
    PlanAnswer,
    Speech,
    Told,
)
from muspsy_sim.records.episode import CourseEnd, SessionEnd, Usage
from muspsy_sim.records.memory import SessionPlan, TreatmentGoal, TreatmentPlan
from muspsy_sim.records.views import AppraiseView, PlanNextView, RespondView, SpeakView
from tests.fakes import FakeModel, failing
from tests.unit.courses import altered, ran


def never_closes(view: RespondView, rng: Random) -> CounselorReply:
    return CounselorReply(text=f"Go on, {rng.random()}.")


def harms(view: AppraiseView, rng: Random) -> AppraisalAnswer:
    said = view.dialogue[-1].text
    codes = [
        CodedAnswer(behaviour="dismiss", quote=said),
        CodedAnswer(behaviour="confront", quote=said),
    ]
    return AppraisalAnswer(behaviours=codes, quality=-2)


@pytest.mark.slow
def test_the_counselor_closes(tmp_path: Path) -> None:
    (episode,) = ran(tmp_path, FakeModel())
    assert episode.sessions[0].end is SessionEnd.COUNSELOR_CLOSED
    assert episode.sessions[0].end.by == "counselor"
    assert episode.sessions[0].turns[-1].speaker == "client"


@pytest.mark.slow
def test_the_exchanges_are_used(tmp_path: Path) -> None:
    (episode,) = ran(tmp_path, FakeModel(counselor__respond=never_closes))
    assert episode.sessions[0].end is SessionEnd.EXCHANGES_USED
    assert episode.sessions[0].end.by == "time"
    assert len(episode.sessions[0].turns) == 8


@pytest.mark.slow
def test_the_client_closes(tmp_path: Path) -> None:
    def goodbye(view: SpeakView, rng: Random) -> Speech:
        return Speech(text=f"I have to go now {rng.random()}.", leaves=view.turn >= 4)

    (episode,) = ran(tmp_path, FakeModel(client__speak=goodbye))
    assert episode.sessions[0].end is SessionEnd.CLIENT_CLOSED
    assert episode.sessions[0].end.by == "client"
    assert len(episode.sessions[0].turns) == 4


@pytest.mark.slow
def test_the_client_walks_out_of_a_session_that_injures_it(tmp_path: Path) -> None:
    model = FakeModel(appraiser__appraise=harms, counselor__respond=never_closes)
    found = ran(tmp_path, model, exchanges=25, seeds=[0, 1, 2, 3])
    ends = [s.end for e in found for s in e.sessions]
    assert SessionEnd.CLIENT_WALKED_OUT in ends
    walked = next(s for e in found for s in e.sessions if s.end is SessionEnd.CLIENT_WALKED_OUT)
    assert walked.end.by == "client"
    assert walked.turns[-1].move == "walk_out"


@pytest.mark.slow
def test_a_missed_session_uses_up_its_week_and_its_place(tmp_path: Path) -> None:
    found = ran(tmp_path, FakeModel(appraiser__appraise=harms), seeds=list(range(12)))
    missed = [(e, s) for e in found for s in e.sessions if s.end is SessionEnd.CLIENT_MISSED]
    assert missed
    episode, session = missed[0]
    assert session.turns == []
    assert episode.weeks[session.number - 1].missed
    assert episode.weeks[session.number - 1].session is None
    assert len(episode.weeks) == 4
    numbers = [s.number for s in episode.sessions]
    assert numbers == sorted(set(numbers))


def test_a_session_that_goes_in_circles_is_stuck(tmp_path: Path) -> None:
    def parrot(view: SpeakView, rng: Random) -> Speech:
        return Speech(text="I don't know.")

    (episode,) = ran(tmp_path, FakeModel(client__speak=parrot, counselor__respond=never_closes))
    assert episode.sessions[0].end is SessionEnd.STUCK
    assert episode.sessions[0].end.by == "framework"
    assert "same" in episode.sessions[0].end_detail


@pytest.mark.slow
def test_a_farewell_that_does_not_end_is_stuck(tmp_path: Path) -> None:
    def polite(view: SpeakView, rng: Random) -> Speech:
        return Speech(text=f"Take care, {rng.random()}.")

    def politer(view: RespondView, rng: Random) -> CounselorReply:
        return CounselorReply(text=f"You too, goodbye {rng.random()}.")

    (episode,) = ran(tmp_path, FakeModel(client__speak=polite, counselor__respond=politer))
    assert episode.sessions[0].end is SessionEnd.STUCK
    assert "leave" in episode.sessions[0].end_detail


@pytest.mark.slow
def test_a_crisis_that_is_told_is_referred_on(tmp_path: Path) -> None:
    in_crisis = altered(
        risk={
            "level": 0.9,
            "ideation": "active",
            "words": "I have been counting the tablets.",
            "protective": [],
        },
        temperament__starting_trust=0.95,
    )

    def refers(view: AppraiseView, rng: Random) -> AppraisalAnswer:
        said = view.dialogue[-1].text
        names = ("empathy", "probe_risk", "refer_on")
        codes = [CodedAnswer(behaviour=name, quote=said) for name in names]
        return AppraisalAnswer(behaviours=codes, quality=2)

    def tells(view: SpeakView, rng: Random) -> Speech:
        text = f"{view.risk_words or 'I am fine'} {rng.random()}"
        told = [Told(fact="risk", quote=view.risk_words)] if view.risk_words else []
        return Speech(text=text, told=told)

    model = FakeModel(appraiser__appraise=refers, client__speak=tells)
    (episode,) = ran(tmp_path, model, profiles=[in_crisis])
    assert episode.sessions[-1].end is SessionEnd.REFERRED_ON
    assert episode.end is CourseEnd.REFERRED_ON
    assert episode.end.by == "counselor"
    assert len(episode.weeks) == 4, "weeks are lived to the horizon whatever the ending"


@pytest.mark.slow
def test_a_client_that_is_well_stops(tmp_path: Path) -> None:
    well = altered(symptoms={"phq9": [0] * 9, "gad7": [0] * 7}, life_events=[])
    found = ran(tmp_path, FakeModel(), profiles=[well], sessions=8, seeds=[0, 1, 2, 3, 4, 5])
    done = [e for e in found if e.end is CourseEnd.CLIENT_GOALS_MET]
    assert done
    assert done[0].end.by == "client"
    assert done[0].end_week < 8
    assert len(done[0].weeks) == 9


@pytest.mark.slow
def test_the_counselor_ends_a_course_whose_goals_are_met(tmp_path: Path) -> None:
    def finishes(view: PlanNextView, rng: Random) -> PlanAnswer:
        return PlanAnswer(
            treatment=TreatmentPlan(goals=[TreatmentGoal(id="g", text="sleep", status="met")]),
            session=SessionPlan(goal="say goodbye", finish=view.session >= 2),
        )

    found = ran(tmp_path, FakeModel(counselor__plan_next=finishes), seeds=[0, 1, 2])
    done = [e for e in found if e.end is CourseEnd.COUNSELOR_GOALS_MET]
    assert done
    assert done[0].end.by == "counselor"
    assert len(done[0].sessions) == 2


@pytest.mark.slow
def test_clients_drop_out_of_courses_that_harm_them(tmp_path: Path) -> None:
    found = ran(tmp_path, FakeModel(appraiser__appraise=harms), seeds=list(range(10)), sessions=6)
    gone = [e for e in found if e.end is CourseEnd.CLIENT_DROPPED_OUT]
    assert gone
    assert gone[0].end.by == "client"
    assert len(gone[0].weeks) == 7
    assert all(s.week < gone[0].end_week for s in gone[0].sessions)


def test_sessions_run_out(tmp_path: Path) -> None:
    (episode,) = ran(tmp_path, FakeModel(), sessions=1)
    assert episode.end is CourseEnd.SESSIONS_USED
    assert episode.end.by == "time"


def test_the_waitlist_waits(tmp_path: Path) -> None:
    (episode,) = ran(tmp_path, FakeModel(), arms=["waitlist"])
    assert episode.end is CourseEnd.WAITED
    assert episode.sessions == []
    assert len(episode.weeks) == 4
    assert episode.control


@pytest.mark.slow
def test_a_failing_model_ends_the_episode_with_its_reason(tmp_path: Path) -> None:
    def at(request: Request) -> bool:
        return request.key.session == 2 and request.key.prompt == "client.speak"

    (episode,) = ran(tmp_path, failing("auth", at=at))
    assert episode.end is CourseEnd.MODEL_ERROR
    assert episode.end.by == "provider"
    assert not episode.end.complete
    assert episode.sessions[-1].end is SessionEnd.MODEL_ERROR
    assert [t.speaker for t in episode.sessions[-1].turns] == ["counselor"]
    assert episode.failures[0].kind == "auth"
    assert episode.failures[0].prompt == "client.speak"
    assert episode.sessions[-1].failures == episode.failures


def test_a_failure_after_a_session_ends_the_episode_too(tmp_path: Path) -> None:
    (episode,) = ran(
        tmp_path, failing("refused", at=lambda r: r.key.prompt == "counselor.remember")
    )
    assert episode.end is CourseEnd.MODEL_ERROR
    assert episode.sessions[-1].end is SessionEnd.COUNSELOR_CLOSED
    assert episode.failures[0].prompt == "counselor.remember"


def test_an_answer_that_cannot_be_repaired_is_a_typed_failure(tmp_path: Path) -> None:
    class Babbling(FakeModel):
        async def reply(self, request: Request):  # type: ignore[no-untyped-def]
            reply = await super().reply(request)
            return reply if request.role != "appraiser" else type(reply)("no json at all")

    (episode,) = ran(tmp_path, Babbling())
    assert episode.end is CourseEnd.MODEL_ERROR
    assert episode.failures[0].kind == "malformed"


@pytest.mark.slow
def test_a_spent_budget_stops_cleanly_and_more_of_it_goes_on(tmp_path: Path) -> None:
    class Costly(FakeModel):
        async def reply(self, request: Request) -> Reply:
            reply = await super().reply(request)
            return Reply(reply.text, usage=Usage(calls=1, prompt_tokens=90, completion_tokens=10))

    model = Costly()
    (episode,) = ran(tmp_path / "a", model, budget={"tokens": 2_000})
    assert episode.end is CourseEnd.BUDGET_SPENT
    assert episode.end.by == "framework"
    assert episode.sessions[-1].end is SessionEnd.BUDGET_SPENT
    assert model.asked == 20
    (whole,) = ran(tmp_path / "a", model, budget={"tokens": 100_000})
    assert whole.end is CourseEnd.SESSIONS_USED
    (once,) = ran(tmp_path / "b", Costly(), budget={"tokens": 100_000})
    assert whole == once
    assert model.asked == sum(used.calls for used in once.usage.values())


def test_every_ending_has_a_party() -> None:
    for end in (*SessionEnd, *CourseEnd):
        assert end.by in ("client", "counselor", "time", "framework", "provider")
