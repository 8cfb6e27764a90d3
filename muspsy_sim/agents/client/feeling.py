"""What a counselor's turn does to the client: within a session, and when one opens.

A turn is *received* somewhere between -1 (hurts) and 1 (lands), by the behaviour itself, the
client's stage of change and way of resisting, the trust there is, and the judged quality. Received
well it moves what its family of behaviours moves; received badly it costs trust and adds strain.
Symptoms never change here. Pure given its keyed draws.
"""

from __future__ import annotations

import math
from typing import Literal

from muspsy_sim.agents.client.cues import touched_anew
from muspsy_sim.agents.client.disclosure import (
    RISK,
    unlocked_beliefs,
    unlocked_facts,
)
from muspsy_sim.agents.client.hour_parameters import BehaviourRule
from muspsy_sim.agents.client.ledger import BELIEFS, Ledger, unit
from muspsy_sim.agents.client.parameters import Dynamics
from muspsy_sim.agents.client.symptoms import reactivity, resting_distress
from muspsy_sim.records.appraisal import Appraisal, Behaviour
from muspsy_sim.records.chance import Chance
from muspsy_sim.records.profile import Profile, StageOfChange
from muspsy_sim.records.state import ClientState, Homework, SessionTally, StateChange
from muspsy_sim.records.values import made, unchanging

Progress = Literal["responsive", "scripted", "frozen"]

_PRAISE: frozenset[str] = frozenset({"strengthening", "comforting"})
_ASKING: frozenset[Behaviour] = frozenset(
    {"open_question", "closed_question", "elicit_change", "explore_thought"}
)
_UNDERSTANDING: tuple[Behaviour, ...] = (
    "empathy",
    "simple_reflection",
    "complex_reflection",
    "autonomy",
)
_REMEMBERING: frozenset[Behaviour] = frozenset({"recall", "review_homework"})
"""What these do stands under `remembered`: with the weights there at 0 they forgive no slip."""
_SENSITIVE = 2


@unchanging
class CounselorTurn:
    """The counselor turn that the client has just heard. `turn` is its number in the session."""

    session: int
    turn: int
    exchange: int
    turn_id: str
    text: str
    own_words: str = ""
    """What the client itself has said so far in this session."""
    unfounded: frozenset[Behaviour] = frozenset()
    """Of what it was coded as coming back to, what was never said (`remembered.py`)."""


@unchanging
class Felt:
    """The state after a turn, and what moved."""

    state: ClientState
    changes: list[StateChange]


def stage_now(readiness: float, dynamics: Dynamics) -> StageOfChange:
    """The stage of change whose readiness is nearest: a client moves on, a form does not."""
    stages = dynamics.start.readiness
    return min(stages, key=lambda stage: abs(stages[stage].value - readiness))


def open_session(
    state: ClientState, profile: Profile, dynamics: Dynamics, chance: Chance, session: int
) -> tuple[ClientState, list[StateChange]]:
    """The state as a session opens: strain has cooled, nothing has been heard yet."""
    ledger = Ledger(state.values)
    if state.values.strain > 0.0:
        ledger.shift("strain", -dynamics.rupture.cooling.value, "rupture.cooling")
    fresh = {"values": ledger.values(), "tally": SessionTally()}
    return state.model_copy(update=fresh), ledger.changes()


def feel(
    state: ClientState,
    appraisal: Appraisal,
    moment: CounselorTurn,
    profile: Profile,
    dynamics: Dynamics,
    chance: Chance,
    progress: Progress,
) -> Felt:
    """What the turn that was just appraised does to the client.

    With `scripted` or `frozen` progress no value moves; homework that was agreed or asked after is
    remembered in any case, since it is part of what was said.
    """
    shown = _shown(appraisal)
    reviewable = _reviewable(state, moment)
    homework = _homework(state, appraisal, moment, reviewable)
    ledger = Ledger(state.values)
    work = state.tally.work
    if progress == "responsive":
        work = _respond(ledger, state, appraisal, shown, moment, profile, dynamics, chance)
    heard = dict(state.tally.heard)
    for behaviour in shown:
        heard[behaviour] = heard.get(behaviour, 0) + 1
    after = {
        **state.__dict__,
        "values": ledger.values(),
        "homework": homework,
        "tally": made(SessionTally, {"heard": heard, "work": unit(work)}),
    }
    return Felt(made(ClientState, after), ledger.changes())


def _shown(appraisal: Appraisal) -> list[Behaviour]:
    """The behaviours of a turn, each once, in order; a turn that shows none is `other`."""
    return list(dict.fromkeys(coded.behaviour for coded in appraisal.behaviours)) or ["other"]


def _respond(
    ledger: Ledger,
    state: ClientState,
    appraisal: Appraisal,
    shown: list[Behaviour],
    moment: CounselorTurn,
    profile: Profile,
    dynamics: Dynamics,
    chance: Chance,
) -> float:
    """Move the ledger by one turn and return the session's work so far."""
    rules = dynamics.reception
    _stir(ledger, state, moment, profile, dynamics, chance)
    mood = rules.mood.value * chance.normal(moment.session, moment.turn, "feel/mood")
    untimely = _untimely(state, shown, moment, profile, dynamics)
    reviewable = _reviewable(state, moment)
    received = {
        behaviour: _reception(
            behaviour, state, appraisal.quality, mood, untimely, reviewable, profile, dynamics
        )
        for behaviour in shown
    }
    reacts = reactivity(profile, dynamics)
    share = _effective(shown, dynamics) ** -rules.dilution.value
    damping = 1.0 - rules.strain_damping.value * state.values.strain
    open_beliefs = unlocked_beliefs(state, profile, dynamics)
    work = state.tally.work
    for behaviour, reception in received.items():
        if reception <= 0.0:
            continue
        fresh = math.exp(-_wear(behaviour, dynamics) * _heard(state, behaviour, dynamics))
        strength = reception * reacts * fresh * share * damping
        work = _help(ledger, behaviour, strength, work, open_beliefs, dynamics)
        _remember(ledger, behaviour, strength, moment, reviewable, dynamics)
    if "repair" in received:
        _repair(ledger, received["repair"], dynamics)
    worst = min(received, key=lambda behaviour: received[behaviour])
    if received[worst] < 0.0:
        landed = [by for behaviour, by in received.items() if behaviour not in _REMEMBERING]
        forgiven = rules.forgiving.value * max(0.0, 0.0, *landed)
        badly = (-received[worst] * (1.0 - forgiven)) ** dynamics.harm.power.value
        _hurt(ledger, badly * reacts, f"behaviours.{worst}", dynamics)
    else:
        ledger.shift("strain", -dynamics.rupture.easing.value, "rupture.easing")
    return work


def _reception(
    behaviour: Behaviour,
    state: ClientState,
    quality: int,
    mood: float,
    untimely: bool,
    reviewable: list[Homework],
    profile: Profile,
    dynamics: Dynamics,
) -> float:
    """How one behaviour is received, -1 to 1."""
    if behaviour == "review_homework" and not reviewable:
        return dynamics.remembered.nothing_to_review.value
    rules = dynamics.reception
    rule = dynamics.behaviours[behaviour]
    stage = stage_now(state.values.readiness, dynamics)
    by_stage = dynamics.stage_fit[stage].get(behaviour)
    by_style = dynamics.style_fit[profile.temperament.resistance_style].get(behaviour)
    received = rule.skill.value + rules.quality.value * quality
    if rule.family != "ending":
        received += mood
    if by_stage is not None:
        received += by_stage.value
    if by_style is not None:
        received += by_style.value
    received -= rules.premature.value * _lacking(rule, state)
    if untimely and behaviour in _ASKING:
        received -= rules.untimely.value
    return min(1.0, max(-1.0, received))


def _lacking(rule: BehaviourRule, state: ClientState) -> float:
    if rule.needs_trust is None:
        return 0.0
    return max(0.0, rule.needs_trust.value - state.values.trust)


def _untimely(
    state: ClientState,
    shown: list[Behaviour],
    moment: CounselorTurn,
    profile: Profile,
    dynamics: Dynamics,
) -> bool:
    """Whether the turn asks into something that can't be told yet, with no understanding shown."""
    if not _ASKING.intersection(shown) or any(b in shown for b in _UNDERSTANDING):
        return False
    open_now = set(unlocked_facts(state, profile, dynamics))
    return any(
        fact.sensitivity >= _SENSITIVE and fact.id not in open_now
        for fact in touched_anew(profile, moment.text, moment.own_words)
    )


def _effective(shown: list[Behaviour], dynamics: Dynamics) -> int:
    """How many behaviours share the turn's effect.

    Those whose effect hangs on a switchable weight don't count: with the weight at 0, a remembered
    name must change nothing at all.
    """
    families = (dynamics.families[dynamics.behaviours[behaviour].family] for behaviour in shown)
    return max(1, sum(1 for effects in families if effects))


def _stir(
    ledger: Ledger,
    state: ClientState,
    moment: CounselorTurn,
    profile: Profile,
    dynamics: Dynamics,
    chance: Chance,
) -> None:
    """Distress within the hour: it settles toward its rest, and what hurts stirs it up."""
    rules, reacts = dynamics.arousal, reactivity(profile, dynamics)
    rest = resting_distress(state.phq9, state.gad7, profile, dynamics, chance)
    eased = ledger["distress"] + rules.recovery.value * (rest - ledger["distress"])
    ledger.place("distress", eased, "arousal.recovery")
    painful = {fact.id for fact in profile.facts if fact.sensitivity >= _SENSITIVE} | {RISK}
    last = f"s{moment.session}t{moment.turn - 1}"
    if any(entry.turn == last and entry.fact in painful for entry in state.disclosed):
        ledger.shift("distress", rules.told.value * reacts, "arousal.told")
    told = {entry.fact for entry in state.disclosed}
    touched = touched_anew(profile, moment.text, moment.own_words)
    if any(fact.id in painful - told for fact in touched):
        ledger.shift("distress", rules.touched.value * reacts, "arousal.touched")


def _wear(behaviour: Behaviour, dynamics: Dynamics) -> float:
    rule = dynamics.behaviours[behaviour]
    if rule.family in _PRAISE:
        return dynamics.reception.praise_repetition.value
    own = rule.repetition
    return dynamics.reception.repetition.value if own is None else own.value


def _heard(state: ClientState, behaviour: Behaviour, dynamics: Dynamics) -> int:
    """How often this was heard before in the session; all praise and comfort counts together."""
    heard = state.tally.heard
    if dynamics.behaviours[behaviour].family not in _PRAISE:
        return heard.get(behaviour, 0)
    return sum(
        heard.get(other, 0) for other, rule in dynamics.behaviours.items() if rule.family in _PRAISE
    )


def _help(
    ledger: Ledger,
    behaviour: Behaviour,
    strength: float,
    work: float,
    open_beliefs: list[str],
    dynamics: Dynamics,
) -> float:
    """Move what the behaviour's family moves; returns the session's work."""
    rule = f"behaviours.{behaviour}"
    for value, effect in dynamics.families[dynamics.behaviours[behaviour].family].items():
        by = effect.value * strength
        if value == "work":
            work += by * (1.0 - work)
        elif value == "beliefs":
            for belief in open_beliefs:
                ledger.shift(BELIEFS + belief, by, rule)
        else:
            ledger.shift(value, by, rule)
    return work


def _remember(
    ledger: Ledger,
    behaviour: Behaviour,
    strength: float,
    moment: CounselorTurn,
    reviewable: list[Homework],
    dynamics: Dynamics,
) -> None:
    """The paths from the counselor's memory: being remembered, homework being asked after."""
    rules = dynamics.remembered
    if behaviour == "recall" and moment.session > 1 and behaviour not in moment.unfounded:
        ledger.shift("trust", rules.recall_trust.value * strength, "remembered.recall_trust")
        ledger.shift("bond", rules.recall_bond.value * strength, "remembered.recall_bond")
    if behaviour == "review_homework" and reviewable:
        credit = _credit(reviewable[-1].status)
        ledger.shift("task", rules.review_task.value * strength, "remembered.review_task")
        ledger.shift("trust", rules.review_trust.value * strength, "remembered.review_trust")
        ledger.shift(
            "self_efficacy",
            rules.review_self_efficacy.value * strength * credit,
            "remembered.review_self_efficacy",
        )


def _credit(status: str) -> float:
    return {"done": 1.0, "partly": 0.5}.get(status, 0.0)


def _repair(ledger: Ledger, reception: float, dynamics: Dynamics) -> None:
    if reception <= 0.0:
        return
    before = ledger["strain"]
    ledger.shift("strain", -dynamics.rupture.repair.value * reception, "rupture.repair")
    gain = dynamics.rupture.repair_gain.value * (before - ledger["strain"])
    ledger.shift("trust", gain, "rupture.repair_gain")
    ledger.shift("bond", gain, "rupture.repair_gain")


def _hurt(ledger: Ledger, strength: float, rule: str, dynamics: Dynamics) -> None:
    harm = dynamics.harm
    for value, effect in (
        ("trust", harm.trust),
        ("goal", harm.goal),
        ("task", harm.task),
        ("bond", harm.bond),
        ("strain", harm.strain),
        ("distress", harm.distress),
        ("readiness", harm.readiness),
    ):
        ledger.shift(value, effect.value * strength, rule)


def _reviewable(state: ClientState, moment: CounselorTurn) -> list[Homework]:
    """Homework of earlier sessions, the latest last; none where the turn asks after another."""
    if "review_homework" in moment.unfounded:
        return []
    return [entry for entry in state.homework if entry.session < moment.session]


def _homework(
    state: ClientState, appraisal: Appraisal, moment: CounselorTurn, reviewable: list[Homework]
) -> list[Homework]:
    """Homework as this turn leaves it: one is agreed a session, and its fuller wording stands."""
    entries = list(state.homework)
    if reviewable and appraisal.shows("review_homework"):
        asked = reviewable[-1].session
        entries = [
            entry.model_copy(update={"reviewed": True}) if entry.session == asked else entry
            for entry in entries
        ]
    for coded in appraisal.behaviours:
        if coded.behaviour != "assign_homework" or not coded.quote.strip():
            continue
        new = Homework(text=coded.quote.strip(), turn=moment.turn_id, session=moment.session)
        same = [n for n, entry in enumerate(entries) if entry.session == moment.session]
        if not same:
            entries.append(new)
        elif len(new.text) > len(entries[same[-1]].text):
            entries[same[-1]] = new
    return entries
