"""Scripted progress: the state follows the arc, whatever the counselor does.

The published way of making multi-session corpora, kept as a variant and a control. The state moves
in even steps from where the client began to where the script ends.
"""

from __future__ import annotations

from muspsy_sim.agents.client.ledger import BELIEFS, Ledger, noted, unit
from muspsy_sim.agents.client.parameters import Dynamics
from muspsy_sim.agents.client.symptoms import initial_state
from muspsy_sim.records.chance import Chance
from muspsy_sim.records.profile import ArcSession, Profile
from muspsy_sim.records.state import ClientState


def arc_session(profile: Profile, session: int) -> ArcSession | None:
    """The arc's entry for a session, if the case report tells of it."""
    return next((entry for entry in profile.arc if entry.session == session), None)


def follow_script(
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
    phq9 = noted(ledger, "phq9", rule, state.phq9, [unit(item * gone) for item in start.phq9])
    gad7 = noted(ledger, "gad7", rule, state.gad7, [unit(item * gone) for item in start.gad7])
    return phq9, gad7
