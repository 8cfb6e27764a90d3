"""What is said about a turn, a session or a week: short, and only what is recorded."""

from __future__ import annotations

from collections.abc import Sequence

from muspsy_sim.records.episode import Episode, Session, Turn, Week
from muspsy_sim.records.memory import SessionNote, SessionPlan, TreatmentPlan
from muspsy_sim.records.state import StateChange, StateValues, SymptomReport

_BARS = "▁▂▃▄▅▆▇█"
_SMALLEST = 0.005
"""Movements below this are not worth a reader's eye."""


def changed(changes: Sequence[StateChange]) -> str:
    """What moved in the client's state, summed by value: `trust +.04  distress -.02`."""
    sums: dict[str, float] = {}
    for change in changes:
        sums[change.value] = sums.get(change.value, 0.0) + change.by
    return "  ".join(
        f"{short(name)} {signed(by)}" for name, by in sums.items() if abs(by) >= _SMALLEST
    )


def short(value: str) -> str:
    """A value's name without the part that says what it is a part of."""
    return value.rpartition(".")[2].replace("_", " ")


def signed(by: float) -> str:
    """A movement in [-1, 1]: `+.04`."""
    return f"{by:+.2f}".replace("0.", ".", 1)


def margin(turn: Turn) -> list[str]:
    """What changed with this turn, in few words."""
    said: list[str] = []
    if text := changed(turn.changes):
        said.append(text)
    if turn.disclosed:
        said.append(f"tells: {', '.join(d.fact for d in turn.disclosed)}")
    if turn.unlicensed:
        said.append(f"told too early: {', '.join(turn.unlicensed)}")
    return said


def behind(turn: Turn) -> list[tuple[str, str]]:
    """What lies behind a turn and was kept from the other party: (what, words)."""
    found: list[tuple[str, str]] = []
    if turn.recalled:
        found.append(("recalled", ", ".join(turn.recalled)))
    if turn.plan is not None:
        why = f" ({turn.plan.reason})" if turn.plan.reason else ""
        found.append(("plan", f"{turn.plan.strategy}: {turn.plan.aim}{why}"))
    if turn.reasoning:
        found.append(("reasoning", turn.reasoning))
    if turn.appraisal is not None:
        codes = ", ".join(f"{c.behaviour} “{c.quote}”" for c in turn.appraisal.behaviours)
        dropped = f"; {turn.appraisal.dropped} not verbatim" if turn.appraisal.dropped else ""
        found.append(("appraisal", f"{turn.appraisal.quality:+d} {codes}{dropped}"))
    moved = [c for c in turn.changes if abs(c.by) >= _SMALLEST]
    if moved:
        rules = ", ".join(f"{short(c.value)} {signed(c.by)} by {c.rule}" for c in moved)
        found.append(("rules", rules))
    if turn.move:
        found.append(("move", turn.move))
    if turn.state is not None:
        found.append(("state", state(turn.state)))
    found += [("told", f"{d.fact}: “{d.quote}”") for d in turn.disclosed]
    return found


def state(values: StateValues) -> str:
    """The client's state in one line; each value is in [0, 1]."""
    alliance = values.alliance
    named = {
        "trust": values.trust,
        "strain": values.strain,
        "distress": values.distress,
        "readiness": values.readiness,
        "self-efficacy": values.self_efficacy,
        "risk": values.risk,
    }
    bond = f"alliance {alliance.goal:.2f}/{alliance.task:.2f}/{alliance.bond:.2f}"
    beliefs = ", ".join(f"{name} {strength:.2f}" for name, strength in values.beliefs.items())
    numbers = ", ".join(f"{name} {value:.2f}" for name, value in named.items())
    return f"{numbers}, {bond}" + (f"; beliefs {beliefs}" if beliefs else "")


def session_plan(plan: SessionPlan) -> list[tuple[str, str]]:
    """The counselor's plan for a session."""
    found = [("goal", plan.goal), ("focus", plan.focus), ("techniques", "; ".join(plan.techniques))]
    found.append(("stage", plan.stage + (", and to end after it" if plan.finish else "")))
    return [(what, words) for what, words in found if words]


def note(written: SessionNote) -> list[tuple[str, str]]:
    """The counselor's note, each statement with what it rests on and the turns it cites."""
    found: list[tuple[str, str]] = []
    parts = {
        "emotion": written.emotion_and_cognition,
        "observed": written.observations,
        "assigned": written.assignments,
        "summary": written.summary,
    }
    for what, statements in parts.items():
        for statement in statements:
            cites = f" [{', '.join([statement.basis, *statement.turns])}]"
            found.append((what, statement.text + cites))
    if written.session_goal:
        found.append(("goal", written.session_goal))
    if written.dropped:
        found.append(("dropped", f"{written.dropped} statements that were not verbatim"))
    return found


def treatment(plan: TreatmentPlan) -> list[tuple[str, str]]:
    """The treatment plan: its approach and its goals with their prerequisites."""
    found = [("approach", plan.approach)] if plan.approach else []
    for goal in plan.goals:
        after = f" (after {', '.join(goal.requires)})" if goal.requires else ""
        found.append((goal.status, f"{goal.text}{after}"))
    return found


def ended(session: Session) -> str:
    """How a session ended and whose doing it was."""
    detail = f": {session.end_detail}" if session.end_detail else ""
    return f"{session.end.value} (by {session.end.by}){detail}"


def course_ended(episode: Episode) -> str:
    """How the course ended and whose doing it was."""
    detail = f": {episode.end_detail}" if episode.end_detail else ""
    return f"{episode.end.value} (by {episode.end.by}) in week {episode.end_week}{detail}"


def week(lived: Week, before: SymptomReport | None) -> list[str]:
    """What a week brought, and the report at its end against the one before."""
    said = [event.rstrip(".。") for event in lived.events]
    if lived.missed:
        said.insert(0, "missed the session")
    if lived.homework is not None:
        said.append(f"homework {lived.homework.replace('_', ' ')}")
    said.append(report(lived.report, before))
    return said


def report(taken: SymptomReport, before: SymptomReport | None) -> str:
    """Reported totals, with the change since the report before."""
    if before is None:
        return f"PHQ-9 {taken.phq9_total}, GAD-7 {taken.gad7_total}"
    phq9, gad7 = taken.phq9_total - before.phq9_total, taken.gad7_total - before.gad7_total
    return f"PHQ-9 {taken.phq9_total} ({phq9:+d}), GAD-7 {taken.gad7_total} ({gad7:+d})"


def trend(totals: Sequence[int], highest: int) -> str:
    """Totals over the weeks as bars, 0 to `highest`, with the first and the last in numbers."""
    if not totals:
        return ""
    top = len(_BARS) - 1
    bars = "".join(_BARS[round(min(total, highest) / highest * top)] for total in totals)
    return f"{totals[0]} {bars} {totals[-1]}"
