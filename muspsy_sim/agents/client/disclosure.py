"""What the client could tell now, and what was told.

Openness is trust less strain; a fact of sensitivity s can be told from a threshold on. Nothing here
moves a value: disclosure is gated by the state, never the other way round.
"""

from __future__ import annotations

from collections.abc import Sequence

from muspsy_sim.agents.client.parameters import Dynamics
from muspsy_sim.records.answers import Told
from muspsy_sim.records.profile import Fact, Profile
from muspsy_sim.records.ready import Ready
from muspsy_sim.records.state import ClientState, Disclosed, StateValues
from muspsy_sim.records.values import unchanging

RISK = "risk"
"""The id under which telling of thoughts of self-harm is recorded."""


@unchanging
class Licensed:
    """What a turn told: with licence, and without."""

    disclosed: list[Disclosed]
    unlicensed: list[str]


def openness(values: StateValues, dynamics: Dynamics) -> float:
    """Trust less its share of strain, which thresholds are held against; at most 1."""
    return values.trust - dynamics.disclosing.strain.value * values.strain


def unlocked_facts(state: ClientState, profile: Profile, dynamics: Dynamics) -> list[str]:
    """Ids of the facts that can be told now or have been told already, in the profile's order.

    What has been told stays told: a later rupture hides nothing that the counselor has heard.
    """
    told = {entry.fact for entry in state.disclosed}
    now = openness(state.values, dynamics)
    sayable = [now >= threshold.value for threshold in dynamics.disclosing.thresholds]
    return [fact for fact, hard in _facts(profile.facts) if sayable[hard] or fact in told]


def _hardness(facts: list[Fact]) -> list[tuple[str, int]]:
    return [(fact.id, fact.sensitivity) for fact in facts]


_facts = Ready(_hardness)
"""A profile's facts by id, each with its sensitivity: asked for thrice at every turn."""


def unlocked_beliefs(state: ClientState, profile: Profile, dynamics: Dynamics) -> list[str]:
    """Ids of the core beliefs that can be spoken of now, in the profile's order."""
    if openness(state.values, dynamics) < dynamics.disclosing.belief_trust.value:
        return []
    return [belief.id for belief in profile.formulation.core_beliefs]


def risk_unlocked(state: ClientState, profile: Profile, dynamics: Dynamics, asked: bool) -> bool:
    """Whether thoughts of self-harm would be told now: sooner when asked, never in a rupture.

    False for a client who has none; true once they have been told.
    """
    if profile.risk.ideation == "none":
        return False
    if any(entry.fact == RISK for entry in state.disclosed):
        return True
    rules = dynamics.disclosing
    if state.values.strain >= rules.risk_strain.value:
        return False
    needed = rules.risk_asked if asked else rules.risk_unasked
    return openness(state.values, dynamics) >= needed.value


def licensed(
    state: ClientState,
    told: Sequence[Told],
    turn_id: str,
    text: str,
    profile: Profile,
    dynamics: Dynamics,
    *,
    asked: bool = False,
) -> Licensed:
    """Sort what a client's turn claims to have told, against the state it was spoken from.

    Disclosed: an unlocked fact not told before, with a quote that stands in the turn. Unlicensed: a
    fact that was locked or that the profile does not have. A quote that is not in the turn, or a
    fact told again, counts as neither. `asked`: the counselor had just asked about self-harm.
    """
    open_now = set(unlocked_facts(state, profile, dynamics))
    if risk_unlocked(state, profile, dynamics, asked):
        open_now.add(RISK)
    before = {entry.fact for entry in state.disclosed}
    disclosed: list[Disclosed] = []
    unlicensed: list[str] = []
    for claim in told:
        if claim.fact not in open_now:
            if claim.fact not in unlicensed:
                unlicensed.append(claim.fact)
        elif claim.fact not in before and claim.quote and claim.quote in text:
            disclosed.append(Disclosed(fact=claim.fact, turn=turn_id, quote=claim.quote))
            before.add(claim.fact)
    return Licensed(disclosed, unlicensed)


def record_speech(
    state: ClientState,
    told: Sequence[Told],
    turn_id: str,
    text: str,
    profile: Profile,
    dynamics: Dynamics,
    *,
    asked: bool = False,
) -> ClientState:
    """The state with this turn's valid disclosures added (see `licensed`)."""
    found = licensed(state, told, turn_id, text, profile, dynamics, asked=asked)
    if not found.disclosed:
        return state
    return state.model_copy(update={"disclosed": [*state.disclosed, *found.disclosed]})
