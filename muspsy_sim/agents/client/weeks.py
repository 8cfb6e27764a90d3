"""What the weeks between sessions do: life happens, homework is done or not, symptoms change.

Symptoms change here and nowhere else. A week is lived whether a session was held or not, so that a
waiting list and a missed session have their course too. Draws are keyed by the week and what they
are for, never by the arm: paired arms meet the same luck.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from muspsy_sim.agents.client.feeling import Progress
from muspsy_sim.agents.client.ledger import BELIEFS, Ledger, unit
from muspsy_sim.agents.client.parameters import Dynamics
from muspsy_sim.agents.client.symptoms import (
    ITEM_MAX,
    initial_state,
    resting_distress,
    starting_self_efficacy,
)
from muspsy_sim.records.chance import Chance
from muspsy_sim.records.profile import ArcSession, LifeEvent, Profile
from muspsy_sim.records.state import ClientState, Homework, StateChange, SymptomReport

Attendance = Literal["comes", "misses", "drops_out", "goals_met"]
HomeworkOutcome = Literal["done", "partly", "not_done"]

_CREDIT: dict[HomeworkOutcome, float] = {"done": 1.0, "partly": 0.5, "not_done": 0.0}
_COUNTED_REASONS = 3
_MIDDLE = 0.5
_CONTEMPLATION = 0.3
"""Readiness at which `attending.drop_stage` has no effect, as its meaning says."""
_AIM = ("collaborate", "elicit_change")
_RETURN = ("summarise", "assign_homework")


@dataclass(frozen=True, slots=True)
class WeekLived:
    """The state after a week, what happened in it, and what moved."""

    state: ClientState
    events: list[str]
    homework: HomeworkOutcome | None
    changes: list[StateChange]


def attends(
    state: ClientState,
    profile: Profile,
    dynamics: Dynamics,
    chance: Chance,
    week: int,
    reports: Sequence[SymptomReport],
    progress: Progress = "responsive",
) -> Attendance:
    """Whether the client comes to this week's session. `reports`: all so far, baseline first.

    A scripted client always comes, since its arc has a session for each week. Nobody drops out
    before a first session: someone who never came has no course to leave.
    """
    if progress == "scripted":
        return "comes"
    if _well(reports, dynamics) and _wants_to_stop(state, dynamics, chance, week):
        return "goals_met"
    if week > 1 and chance.uniform(week, 0, "attend/drop-out") < _logistic(
        _drop_out(state, dynamics, reports)
    ):
        return "drops_out"
    missing = _logistic(_missing(state, dynamics))
    return "misses" if chance.uniform(week, 0, "attend/miss") < missing else "comes"


def live_week(
    state: ClientState,
    profile: Profile,
    dynamics: Dynamics,
    chance: Chance,
    week: int,
    session_held: bool,
    progress: Progress,
    arc: ArcSession | None = None,
) -> WeekLived:
    """Live the week after the session of `week`, or the week without one.

    `arc`: what the case report tells of the time before the next session; only scripted progress
    lives it. With `frozen` progress the week passes and no value moves.
    """
    outcome = _homework_outcome(state, profile, dynamics, chance, week)
    event = None if progress == "scripted" else life_event(profile, dynamics, chance, week)
    told = [event.text] if event else []
    if progress == "scripted":
        told = [arc.life_events] if arc and arc.life_events else []
    ledger = Ledger(state.values)
    phq9, gad7 = state.phq9, state.gad7
    if progress == "scripted":
        phq9, gad7 = _follow_script(ledger, state, profile, dynamics, chance, week)
    elif progress == "responsive":
        phq9, gad7 = _live(
            ledger, state, profile, dynamics, chance, week, session_held, event, outcome
        )
    after = {
        "values": ledger.values(),
        "phq9": phq9,
        "gad7": gad7,
        "events": told,
        "homework": _resolved(state.homework, outcome),
    }
    return WeekLived(state.model_copy(update=after), told, outcome, ledger.changes())


def life_event(profile: Profile, dynamics: Dynamics, chance: Chance, week: int) -> LifeEvent | None:
    """What happens to the client this week, if anything; each event once, then no more."""
    order = list(range(len(profile.life_events)))
    chance.rng(0, 0, "event/order").shuffle(order)
    often = dynamics.week.event_chance.value
    happened = [w for w in range(1, week + 1) if chance.uniform(w, 0, "event") < often]
    if not happened or happened[-1] != week or len(happened) > len(order):
        return None
    return profile.life_events[order[len(happened) - 1]]


def arc_session(profile: Profile, session: int) -> ArcSession | None:
    """The arc's entry for a session, if the case report tells of it."""
    return next((entry for entry in profile.arc if entry.session == session), None)


def responsiveness(dynamics: Dynamics, chance: Chance) -> float:
    """How much this client gets from the same help: lognormal with mean 1, one draw an episode."""
    sd = dynamics.week.responsiveness_sd.value
    return math.exp(sd * chance.normal(0, 0, "responsiveness") - sd * sd / 2.0)


def _live(
    ledger: Ledger,
    state: ClientState,
    profile: Profile,
    dynamics: Dynamics,
    chance: Chance,
    week: int,
    held: bool,
    event: LifeEvent | None,
    outcome: HomeworkOutcome | None,
) -> tuple[list[float], list[float]]:
    """Move ledger and items by one responsive week; returns the items."""
    if held:
        _coherence(ledger, state, dynamics)
    else:
        _fade(ledger, profile, dynamics)
    credit = _CREDIT[outcome] if outcome else 0.0
    _homework_gains(ledger, credit, dynamics)
    rates = _rates(ledger, state, profile, dynamics, chance, week, held, credit)
    if event:
        rates["week.event_symptoms"] = -dynamics.week.event_symptoms.value * event.weight
    relapsed = _relapses(ledger, state, profile, dynamics, chance, week)
    items: list[list[float]] = []
    for scale, latent, intake in (
        ("phq9", state.phq9, profile.symptoms.phq9),
        ("gad7", state.gad7, profile.symptoms.gad7),
    ):
        moved = latent
        for rule, rate in rates.items():
            moved = _noted(ledger, scale, rule, moved, [_shrink(x, rate) for x in moved])
        if relapsed:
            moved = _noted(
                ledger, scale, "week.relapse_size", moved, _slip(moved, intake, dynamics)
            )
        noise = _noise(scale, moved, week, dynamics, chance)
        items.append(_noted(ledger, scale, "week.noise_common", moved, noise))
    phq9, gad7 = items
    _distress(ledger, phq9, gad7, event, dynamics)
    _risk(ledger, profile, dynamics)
    return phq9, gad7


def _rates(
    ledger: Ledger,
    state: ClientState,
    profile: Profile,
    dynamics: Dynamics,
    chance: Chance,
    week: int,
    held: bool,
    credit: float,
) -> dict[str, float]:
    """Shares of the items lost this week, by rule; a negative one is added."""
    rules = dynamics.week
    gets = responsiveness(dynamics, chance)
    rates = {"week.natural": rules.natural.value}
    if held:
        worked = _worked(ledger, state, dynamics)
        rates["week.work"] = rules.work.value * gets * worked
        if chance.uniform(week, 0, "sudden-gain") < rules.sudden_gain_chance.value * worked:
            rates["week.sudden_gain_size"] = rules.sudden_gain_size.value
        rates["week.strain"] = -rules.strain.value * ledger["strain"]
    rates["week.homework"] = rules.homework.value * gets * credit
    rates["week.beliefs"] = rules.beliefs.value * _let_go(ledger, profile)
    gained = ledger["self_efficacy"] - starting_self_efficacy(profile, dynamics)
    rates["week.carry_over"] = rules.carry_over.value * max(0.0, gained)
    return {rule: min(0.9, rate) for rule, rate in rates.items() if rate}


def _worked(ledger: Ledger, state: ClientState, dynamics: Dynamics) -> float:
    """The session's work as far as the alliance carries it, 0 to 1."""
    share = dynamics.week.alliance_share.value
    return state.tally.work * (1.0 - share + share * ledger.alliance)


def _let_go(ledger: Ledger, profile: Profile) -> float:
    """How far core beliefs have let go since intake, 0 to 1; 0 where there are none."""
    beliefs = [b for b in profile.formulation.core_beliefs if b.strength > 0.0]
    if not beliefs:
        return 0.0
    lost = [max(0.0, 1.0 - ledger[BELIEFS + b.id] / b.strength) for b in beliefs]
    return sum(lost) / len(lost)


def _coherence(ledger: Ledger, state: ClientState, dynamics: Dynamics) -> None:
    """A session that set an aim together and came back to it, seen from its behaviours alone."""
    heard = state.tally.heard
    if any(heard.get(b) for b in _AIM) and any(heard.get(b) for b in _RETURN):
        rules = dynamics.planned
        ledger.shift("goal", rules.coherence_goal.value, "planned.coherence_goal")
        ledger.shift("task", rules.coherence_task.value, "planned.coherence_task")


def _fade(ledger: Ledger, profile: Profile, dynamics: Dynamics) -> None:
    gained = ledger["trust"] - profile.temperament.starting_trust
    if gained > 0.0:
        faded = ledger["trust"] - dynamics.week.trust_fade.value * gained
        ledger.place("trust", faded, "week.trust_fade")


def _homework_gains(ledger: Ledger, credit: float, dynamics: Dynamics) -> None:
    if not credit:
        return
    rules = dynamics.week
    by = rules.homework_self_efficacy.value * credit
    ledger.shift("self_efficacy", by, "week.homework_self_efficacy")
    by = rules.homework_readiness_gain.value * credit
    ledger.shift("readiness", by, "week.homework_readiness_gain")
    by = rules.homework_beliefs.value * credit
    for belief in ledger.values().beliefs:
        ledger.shift(BELIEFS + belief, by, "week.homework_beliefs")


def _relapses(
    ledger: Ledger,
    state: ClientState,
    profile: Profile,
    dynamics: Dynamics,
    chance: Chance,
    week: int,
) -> bool:
    """Whether someone who was better slips back this week."""
    rules = dynamics.week
    intake = sum(profile.symptoms.phq9) + sum(profile.symptoms.gad7)
    now = ITEM_MAX * (sum(state.phq9) + sum(state.gad7))
    if now >= rules.relapse_from.value * intake:
        return False
    protected = 1.0 - rules.relapse_protection.value * ledger["self_efficacy"]
    return chance.uniform(week, 0, "relapse") < rules.relapse_chance.value * protected


def _slip(items: Sequence[float], intake: Sequence[int], dynamics: Dynamics) -> list[float]:
    size = dynamics.week.relapse_size.value
    return [
        unit(item + size * max(0.0, start / ITEM_MAX - item))
        for item, start in zip(items, intake, strict=True)
    ]


def _shrink(item: float, rate: float) -> float:
    """An item that loses a share of itself, or (rate below 0) gains one of what is left to 1."""
    return unit(item - rate * (item if rate > 0.0 else 1.0 - item))


def _noise(
    scale: str, items: Sequence[float], week: int, dynamics: Dynamics, chance: Chance
) -> list[float]:
    """A better or a worse week. It is smaller near the ends, where there is no room for it."""
    rules = dynamics.week
    shared = rules.noise_common.value * chance.normal(week, 0, "week/common")
    return [
        unit(
            item
            + 2.0
            * math.sqrt(item * (1.0 - item))
            * (shared + rules.noise_item.value * chance.normal(week, 0, f"week/{scale}/{n}"))
        )
        for n, item in enumerate(items)
    ]


def _noted(
    ledger: Ledger, scale: str, rule: str, before: Sequence[float], after: list[float]
) -> list[float]:
    """`after`, with the movement of the scale's mean written down."""
    ledger.note(scale, (sum(after) - sum(before)) / len(after), rule)
    return after


def _distress(
    ledger: Ledger,
    phq9: Sequence[float],
    gad7: Sequence[float],
    event: LifeEvent | None,
    dynamics: Dynamics,
) -> None:
    rules = dynamics.week
    rest = resting_distress(phq9, gad7, dynamics)
    pulled = ledger["distress"] + rules.distress_pull.value * (rest - ledger["distress"])
    ledger.place("distress", pulled, "week.distress_pull")
    if event:
        by = rules.event_distress.value * event.weight
        ledger.shift("distress", by, "week.event_distress")


def _risk(ledger: Ledger, profile: Profile, dynamics: Dynamics) -> None:
    """Risk moves with distress and is held back by reasons to live; none is invented."""
    if profile.risk.ideation == "none":
        return
    rules = dynamics.week
    by = rules.risk_distress.value * (ledger["distress"] - _MIDDLE)
    ledger.shift("risk", by, "week.risk_distress")
    reasons = min(_COUNTED_REASONS, len(profile.risk.protective))
    ledger.shift("risk", -rules.risk_protection.value * reasons, "week.risk_protection")


def _follow_script(
    ledger: Ledger,
    state: ClientState,
    profile: Profile,
    dynamics: Dynamics,
    chance: Chance,
    week: int,
) -> tuple[list[float], list[float]]:
    """Even steps from intake to where the script ends, over the arc's sessions if it has one."""
    rules = dynamics.scripted
    start = initial_state(profile, dynamics, chance)
    last = profile.arc[-1].session if profile.arc else rules.sessions.value
    done = min(1.0, week / last)
    gone = 1.0 - rules.improvement.value * done

    def toward(begin: float, end: float) -> float:
        return begin + (max(begin, end) - begin) * done

    values = start.values
    ledger.place("trust", toward(values.trust, rules.trust.value), "scripted.trust")
    for part, begin in (
        ("goal", values.alliance.goal),
        ("task", values.alliance.task),
        ("bond", values.alliance.bond),
    ):
        ledger.place(part, toward(begin, rules.alliance.value), "scripted.alliance")
    ledger.place("readiness", toward(values.readiness, rules.readiness.value), "scripted.readiness")
    sure = toward(values.self_efficacy, rules.self_efficacy.value)
    ledger.place("self_efficacy", sure, "scripted.self_efficacy")
    ledger.place("distress", values.distress * gone, "scripted.improvement")
    ledger.place("risk", values.risk * gone, "scripted.improvement")
    for belief, strength in values.beliefs.items():
        ledger.place(BELIEFS + belief, strength * gone, "scripted.improvement")
    rule = "scripted.improvement"
    phq9 = _noted(ledger, "phq9", rule, state.phq9, [unit(item * gone) for item in start.phq9])
    gad7 = _noted(ledger, "gad7", rule, state.gad7, [unit(item * gone) for item in start.gad7])
    return phq9, gad7


def _homework_outcome(
    state: ClientState, profile: Profile, dynamics: Dynamics, chance: Chance, week: int
) -> HomeworkOutcome | None:
    """What became of homework that is still open; `None` where there is none."""
    if not any(entry.status == "set" for entry in state.homework):
        return None
    rules = dynamics.week
    done = (
        rules.homework_base.value
        + rules.homework_propensity.value * (profile.temperament.homework_propensity - _MIDDLE)
        + rules.homework_task.value * (state.values.alliance.task - _MIDDLE)
        + rules.homework_readiness.value * (state.values.readiness - _MIDDLE)
    )
    draw = chance.uniform(week, 0, "homework")
    if draw < _logistic(done):
        return "done"
    return "partly" if draw < _logistic(done + rules.homework_partly.value) else "not_done"


def _resolved(homework: list[Homework], outcome: HomeworkOutcome | None) -> list[Homework]:
    if outcome is None:
        return homework
    return [
        entry.model_copy(update={"status": outcome}) if entry.status == "set" else entry
        for entry in homework
    ]


def _well(reports: Sequence[SymptomReport], dynamics: Dynamics) -> bool:
    """Whether the last two reports, of weeks lived, are both below both cut-offs."""
    below = dynamics.attending.remission.value
    lived = [report for report in reports if report.week > 0][-2:]
    return len(lived) == 2 and all(
        report.phq9_total < below and report.gad7_total < below for report in lived
    )


def _wants_to_stop(state: ClientState, dynamics: Dynamics, chance: Chance, week: int) -> bool:
    wish = dynamics.attending.stop_wish.value * state.values.self_efficacy
    return chance.uniform(week, 0, "attend/enough") < wish


def _alliance(state: ClientState) -> float:
    alliance = state.values.alliance
    return (alliance.goal + alliance.task + alliance.bond) / 3.0


def _missing(state: ClientState, dynamics: Dynamics) -> float:
    """Log odds of missing this week."""
    rules = dynamics.attending
    return (
        rules.miss_base.value
        + rules.miss_alliance.value * (_alliance(state) - _MIDDLE)
        + rules.miss_distress.value * (state.values.distress - _MIDDLE)
    )


def _drop_out(state: ClientState, dynamics: Dynamics, reports: Sequence[SymptomReport]) -> float:
    """Log odds of dropping out this week."""
    rules = dynamics.attending
    worse = 0.0
    if len(reports) > 1:
        first, last = reports[0].phq9_total, reports[-1].phq9_total
        worse = min(1.0, max(-1.0, math.log2((last + 1.0) / (first + 1.0))))
    return (
        rules.drop_base.value
        + rules.drop_alliance.value * (_alliance(state) - _MIDDLE)
        + rules.drop_strain.value * state.values.strain
        + rules.drop_stage.value * (state.values.readiness - _CONTEMPLATION)
        + rules.drop_worse.value * worse
    )


def _logistic(log_odds: float) -> float:
    return 1.0 / (1.0 + math.exp(-log_odds))
