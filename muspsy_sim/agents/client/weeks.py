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

from muspsy_sim.agents.client.attendance import MIDDLE, logistic
from muspsy_sim.agents.client.feeling import Progress
from muspsy_sim.agents.client.ledger import BELIEFS, Ledger, noted, unit
from muspsy_sim.agents.client.parameters import Dynamics
from muspsy_sim.agents.client.scripted import follow_script
from muspsy_sim.agents.client.symptoms import (
    ITEM_MAX,
    distress_swing,
    resting_distress,
    starting_self_efficacy,
)
from muspsy_sim.records.chance import Chance
from muspsy_sim.records.profile import ArcSession, LifeEvent, Profile
from muspsy_sim.records.state import ClientState, Homework, StateChange

HomeworkOutcome = Literal["done", "partly", "not_done"]

_CREDIT: dict[HomeworkOutcome, float] = {"done": 1.0, "partly": 0.5, "not_done": 0.0}
_COUNTED_REASONS = 3
_AIM = ("collaborate", "elicit_change")
_RETURN = ("summarise", "assign_homework")


@dataclass(frozen=True, slots=True)
class WeekLived:
    """The state after a week, what happened in it, and what moved."""

    state: ClientState
    events: list[str]
    homework: HomeworkOutcome | None
    changes: list[StateChange]


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
        phq9, gad7 = follow_script(ledger, state, profile, dynamics, chance, week)
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
    often = dynamics.week.event_chance.value
    if chance.uniform(week, 0, "event") >= often:
        return None
    order = list(range(len(profile.life_events)))
    before = sum(chance.uniform(w, 0, "event") < often for w in range(1, week))
    if before >= len(order):
        return None
    chance.rng(0, 0, "event/order").shuffle(order)
    return profile.life_events[order[before]]


def responsiveness(dynamics: Dynamics, chance: Chance) -> float:
    """How much this client gets from the same help: lognormal with mean 1, one draw an episode."""
    return _lasting(dynamics.week.responsiveness_sd.value, chance, "responsiveness")


def _lasting(sd: float, chance: Chance, purpose: str) -> float:
    """A client's lasting difference from others: lognormal, mean 1, `sd` of the log."""
    return math.exp(sd * chance.lasting(purpose) - sd * sd / 2.0)


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
            moved = noted(ledger, scale, rule, moved, _shrunk(moved, rate))
        if relapsed:
            moved = noted(ledger, scale, "week.relapse_size", moved, _slip(moved, intake, dynamics))
        noise = _noise(scale, moved, week, dynamics, chance)
        items.append(noted(ledger, scale, "week.noise_common", moved, noise))
    phq9, gad7 = items
    _distress(ledger, phq9, gad7, event, profile, dynamics, chance, week)
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
    recovers = _lasting(rules.natural_sd.value, chance, "natural")
    rates = {"week.natural": rules.natural.value * recovers}
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
    return state.tally.work * max(0.0, 1.0 - share + share * ledger.alliance)


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


def _shrunk(items: Sequence[float], rate: float) -> list[float]:
    """Items that lose a share of themselves, or (rate below 0) gain one of what is left to 1."""
    if rate > 0.0:
        return [unit(item - rate * item) for item in items]
    return [unit(item - rate * (1.0 - item)) for item in items]


def _noise(
    scale: str, items: Sequence[float], week: int, dynamics: Dynamics, chance: Chance
) -> list[float]:
    """A better or a worse week. It is smaller near the ends, where there is no room for it."""
    rules = dynamics.week
    shared = rules.noise_common.value * chance.normal(week, 0, "week/common")
    return [
        unit(
            item + 2.0 * math.sqrt(item * (1.0 - item)) * (shared + rules.noise_item.value * drawn)
        )
        for item, drawn in zip(
            items, chance.normals(week, 0, f"week/{scale}", len(items)), strict=True
        )
    ]


def _distress(
    ledger: Ledger,
    phq9: Sequence[float],
    gad7: Sequence[float],
    event: LifeEvent | None,
    profile: Profile,
    dynamics: Dynamics,
    chance: Chance,
    week: int,
) -> None:
    """Distress goes part of the way back to where it rests; the week and what happens move it."""
    rules = dynamics.week
    rest = resting_distress(phq9, gad7, profile, dynamics, chance)
    pulled = ledger["distress"] + rules.distress_pull.value * (rest - ledger["distress"])
    ledger.place("distress", pulled, "week.distress_pull")
    swung = ledger["distress"] + distress_swing(profile, dynamics, chance, week)
    ledger.place("distress", swung, "week.distress_swing")
    if event:
        by = rules.event_distress.value * event.weight
        ledger.shift("distress", by, "week.event_distress")


def _risk(ledger: Ledger, profile: Profile, dynamics: Dynamics) -> None:
    """Risk moves with distress and is held back by reasons to live; none is invented."""
    if profile.risk.ideation == "none":
        return
    rules = dynamics.week
    by = rules.risk_distress.value * (ledger["distress"] - MIDDLE)
    ledger.shift("risk", by, "week.risk_distress")
    reasons = min(_COUNTED_REASONS, len(profile.risk.protective))
    ledger.shift("risk", -rules.risk_protection.value * reasons, "week.risk_protection")


def _homework_outcome(
    state: ClientState, profile: Profile, dynamics: Dynamics, chance: Chance, week: int
) -> HomeworkOutcome | None:
    """What became of homework that is still open; `None` where there is none."""
    if not any(entry.status == "set" for entry in state.homework):
        return None
    rules = dynamics.week
    done = (
        rules.homework_base.value
        + rules.homework_propensity.value * (profile.temperament.homework_propensity - MIDDLE)
        + rules.homework_task.value * (state.values.alliance.task - MIDDLE)
        + rules.homework_readiness.value * (state.values.readiness - MIDDLE)
    )
    draw = chance.uniform(week, 0, "homework")
    if draw < logistic(done):
        return "done"
    return "partly" if draw < logistic(done + rules.homework_partly.value) else "not_done"


def _resolved(homework: list[Homework], outcome: HomeworkOutcome | None) -> list[Homework]:
    if outcome is None:
        return homework
    return [
        entry.model_copy(update={"status": outcome}) if entry.status == "set" else entry
        for entry in homework
    ]
