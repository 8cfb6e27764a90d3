"""The offline counselor's plans: what the next turn is for, the next session, and the course.

Plans rest on intake and on the client's own words in notes. Where there are no notes nothing is
known of earlier sessions, and a plan reads as if there had been none.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from muspsy_sim.llm.offline.counselor_material import Material, frame, material
from muspsy_sim.llm.offline.counselor_scene import intake_heard, main_theme
from muspsy_sim.llm.offline.listening import Heard, hear
from muspsy_sim.records.answers import PlanAnswer, TurnPlanAnswer
from muspsy_sim.records.memory import (
    SessionPlan,
    Stage,
    Strategy,
    TreatmentGoal,
    TreatmentPlan,
)
from muspsy_sim.records.views import PlanNextView, PlanTurnView

_UNSKILLED: dict[str, tuple[tuple[Strategy, str], ...]] = {
    "dismissive": (
        ("suggestion", "careless"),
        ("self_disclosure", "careless"),
        ("information", "careless"),
        ("question", "careless"),
    ),
    "neutral": (("question", "form"), ("information", "form")),
    "nodding": (("affirmation", "pleasing"), ("restatement", "pleasing")),
    "advice-only": (("suggestion", "advising"), ("information", "advising")),
}


def plan_turn(view: PlanTurnView, rng: Random) -> TurnPlanAnswer:
    """Decide what the counselor's next turn is for."""
    words = material(view.language)
    lines = [hear(line.text, view.language) for line in view.dialogue if line.speaker == "client"]
    heard = lines[-1] if lines else None
    if view.manner in _UNSKILLED and heard:
        strategy, because = rng.choice(_UNSKILLED[view.manner])
    else:
        strategy, because = _fitting(view, lines, rng)
    slots = {"quote": heard.phrase, "topic": ", ".join(heard.topics[:1])} if heard else {}
    return TurnPlanAnswer(
        strategy=strategy,
        aim=_one(words.plans.aims[strategy], slots, rng),
        reason=_one(words.plans.reasons[because], slots, rng),
    )


def _fitting(view: PlanTurnView, lines: Sequence[Heard], rng: Random) -> tuple[Strategy, str]:
    """The strategy that fits the client's last line, and the name of the reason."""
    if not lines:
        return "question", "opening"
    heard = lines[-1]
    progress = view.exchange / (view.exchange + view.exchanges_left)
    if heard.shows("risk_active", "risk_passive"):
        return "question", "risk"
    if view.exchanges_left == 0 or heard.shows("goodbye"):
        return "affirmation", "closing"
    if heard.shows("hurt", "resist"):
        return "reflection_of_feelings", "strain"
    if heard.shows("asks_advice"):
        return "suggestion", "asked"
    if heard.shows("asks_normal"):
        return "information", "asked"
    if heard.shows("better", "done", "change", "secret"):
        return "affirmation", "progress"
    if view.exchanges_left <= 2 < view.exchange:
        return "suggestion", "homework"
    if heard.minimal:
        return "restatement", "minimal"
    if heard.shows("others_said") and progress > 0.5 and rng.random() < 0.25:
        return "role_play", "practice"
    if heard.shows("self_critical", "absolute", "should", "what_if", "cannot"):
        return "question", "thought"
    if heard.feelings:
        return "reflection_of_feelings", "feeling"
    if progress > 0.6 and heard.themes and rng.random() < 0.4:
        return "information", "teach"
    return rng.choice((("restatement", "listening"), ("question", "listening")))


def _one(choices: Sequence[str], slots: dict[str, str], rng: Random) -> str:
    """One of these sentences, among those whose slots can be filled."""
    given = {name for name, value in slots.items() if value}
    frames = [f for f in map(frame, choices) if f.slots <= given]
    return rng.choice(frames).filled(slots)


def plan_next(view: PlanNextView, rng: Random) -> PlanAnswer:
    """Draw up or revise the treatment plan, and plan the next session."""
    words = material(view.language)
    known = _Known.from_view(view)
    themes = _themes(words, view, known)
    plan = view.treatment_plan or _first_plan(words, view, themes)
    plan = _revised(plan, known)
    return PlanAnswer(treatment=plan, session=_session(words, view, plan, themes, known, rng))


class _Known:
    """What the notes show, read off the client's quoted words in each."""

    def __init__(self, notes: list[list[Heard]], halved: bool) -> None:
        self.notes = notes
        self.halved = halved
        """Whether the reported depression score is at most half of the first one."""

    @classmethod
    def from_view(cls, view: PlanNextView) -> _Known:
        """Read the notes of the view; nothing else tells of earlier sessions."""
        notes = []
        for memory in (m for m in view.notes if m.session):
            quotes = [s.quote for s in memory.statements if s.basis == "quote" and s.quote]
            quotes += [line.text for line in memory.lines if line.speaker == "client"]
            notes.append([hear(quote, view.language) for quote in quotes])
        totals = [report.phq9_total for report in view.reports]
        return cls(notes, len(totals) > 1 and bool(notes) and totals[-1] * 2 <= totals[0])

    def sessions_with(self, *cues: str) -> int:
        """In how many notes the client shows one of these cues."""
        return sum(any(h.shows(*cues) for h in note) for note in self.notes)

    @property
    def lines(self) -> list[Heard]:
        """All quoted lines, oldest first."""
        return [h for note in self.notes for h in note]


def _themes(words: Material, view: PlanNextView, known: _Known) -> list[str]:
    """The course's two main themes; a course with one theme has it alone."""
    first = main_theme(words, known.lines, view.intake)
    said = [hear(line.text, words.language) for line in view.intake if line.speaker == "client"]
    if words.language == "en":
        # A school left forty years ago is on the form, and is no theme.
        said = intake_heard(view.intake, words.language)
    others = [t for h in (*said, *known.lines) for t in h.themes if t not in (first, "other")]
    if words.language == "en":
        # A word that came once is a turn of phrase, unless it was what the client wrote down.
        written = {t for h in said for t in h.themes}
        others = [t for t in others if t in written or others.count(t) > 1]
    second = max(dict.fromkeys(others), key=others.count, default=None)
    return [first, second] if second else [first]


def _first_plan(words: Material, view: PlanNextView, themes: list[str]) -> TreatmentPlan:
    said = [hear(line.text, words.language) for line in view.intake if line.speaker == "client"]
    goals = [TreatmentGoal(id="understand", text=words.plans.understand, status="active")]
    if any(h.shows("risk_active", "risk_passive") for h in said):
        goals.append(TreatmentGoal(id="safety", text=words.plans.safety, status="active"))
    goals.append(
        TreatmentGoal(id="change", text=words.themes[themes[0]].goal, requires=["understand"])
    )
    text = words.themes[themes[1]].goal if len(themes) > 1 else words.plans.thoughts
    goals.append(TreatmentGoal(id="thoughts", text=text, requires=["understand"]))
    if len(goals) < 4:
        goals.append(
            TreatmentGoal(id="keep", text=words.plans.keep, requires=["change", "thoughts"])
        )
    approach = words.plans.approach.get(view.manner, words.plans.approach["attuned"])
    return TreatmentPlan(goals=goals, approach=approach)


def _revised(plan: TreatmentPlan, known: _Known) -> TreatmentPlan:
    """The plan with statuses as the notes show them. What was met stays met."""
    met = {g.id for g in plan.goals if g.status == "met"}
    for goal in plan.goals:
        if set(goal.requires) <= met and _shown(goal.id, known):
            met.add(goal.id)
    goals = [
        goal.model_copy(
            update={
                "status": "met"
                if goal.id in met
                else "active"
                if set(goal.requires) <= met
                else "open"
            }
        )
        for goal in plan.goals
    ]
    return plan.model_copy(update={"goals": goals})


def _shown(goal: str, known: _Known) -> bool:
    """Whether the notes show that a goal of this kind is reached."""
    last = known.notes[-1] if known.notes else []
    in_danger = any(h.shows("risk_active", "risk_passive") for h in last)
    match goal:
        case "understand":
            return len(known.notes) >= 2 and len(known.lines) >= 4
        case "safety":
            return len(known.notes) >= 2 and not in_danger
        case "change":
            return known.halved or known.sessions_with("done", "partly", "better") >= 2
        case "thoughts":
            return known.halved or known.sessions_with("change", "better") >= 2
        case "keep":
            held = known.halved or known.sessions_with("better", "done", "change") >= 4
            return held and not in_danger
        case _:
            # A goal that someone else wrote: only broad and repeated progress closes it.
            return known.sessions_with("better") >= 4 and not in_danger


def _session(
    words: Material,
    view: PlanNextView,
    plan: TreatmentPlan,
    themes: list[str],
    known: _Known,
    rng: Random,
) -> SessionPlan:
    finished = bool(plan.goals) and all(g.status == "met" for g in plan.goals)
    stage = _stage(view, plan, known, finished)
    theme = words.themes[themes[len(known.notes) % len(themes)]]
    focus = theme.focus[len(known.notes) // len(themes) % len(theme.focus)]
    if not known.notes:
        # Who knows of no hour before plans from the intake alone, and not the same hour every week.
        focus = rng.choice(theme.focus)
    finish = finished and view.sessions_left > 1
    slots = {"theme": theme.name, "focus": focus}
    goal = (
        rng.choice(words.plans.finish) if finish else _one(words.plans.session[stage], slots, rng)
    )
    techniques = _of_school(view, stage, len(known.notes)) or [
        *words.plans.techniques[stage][:1],
        *theme.techniques,
    ]
    return SessionPlan(
        goal=goal, focus=focus, techniques=techniques[:3], stage=stage, finish=finish
    )


def _of_school(view: PlanNextView, stage: Stage, held: int) -> list[str]:
    """Two techniques that the counselor's school has for a stage, others from hour to hour."""
    fit = [t.name for t in view.school_techniques if stage in t.stages]
    start = 2 * held % len(fit) if fit else 0
    return [*fit[start:], *fit[:start]][:2]


def _stage(view: PlanNextView, plan: TreatmentPlan, known: _Known, finished: bool) -> Stage:
    if not known.notes:
        return "reception"
    if finished or view.sessions_left == 1:
        return "consolidation"
    understood = any(g.id == "understand" and g.status == "met" for g in plan.goals)
    return "consultation" if understood or len(known.notes) >= 2 else "diagnosis"
