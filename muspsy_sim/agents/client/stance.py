"""What the client does next, and the words for the state that it does it from.

`decide` picks the move from the state and what the counselor just did; `stance_of` turns numbers
into words, so that none crosses to the model that speaks. Pure given its keyed draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeVar, get_args

from muspsy_sim.agents.client.cues import touched, touched_anew
from muspsy_sim.agents.client.disclosure import (
    RISK,
    openness,
    risk_unlocked,
    unlocked_facts,
)
from muspsy_sim.agents.client.parameter import Parameter
from muspsy_sim.agents.client.parameters import Dynamics
from muspsy_sim.records.appraisal import Appraisal, Behaviour
from muspsy_sim.records.chance import Chance
from muspsy_sim.records.profile import Fact, Profile, ResistanceStyle
from muspsy_sim.records.state import ClientState
from muspsy_sim.records.values import made, unchanging
from muspsy_sim.records.views import (
    DistressWord,
    LengthWord,
    Move,
    ReadinessWord,
    Stance,
    TrustWord,
)

_INJURIES: tuple[Behaviour, ...] = ("dismiss", "confront")
_INVITATIONS: tuple[Behaviour, ...] = (
    "open_question",
    "empathy",
    "simple_reflection",
    "complex_reflection",
    "explore_thought",
    "autonomy",
)
_LIGHT: tuple[Behaviour, ...] = ("simple_reflection",)
"""Invitations that are room enough for what is easy to tell, and for no more."""
_EASY = 1
"""Highest sensitivity of what is easy to tell."""
_ASKING: tuple[Behaviour, ...] = (
    "open_question",
    "closed_question",
    "explore_thought",
    "elicit_change",
    "review_homework",
)
_PUSHES: tuple[Behaviour, ...] = (
    "advise",
    "suggest_with_permission",
    "reframe",
    "elicit_change",
    "explore_thought",
    "assign_homework",
    "inform",
)
_PROPOSALS: tuple[Behaviour, ...] = (
    "suggest_with_permission",
    "assign_homework",
    "collaborate",
    "summarise",
    "simple_reflection",
    "complex_reflection",
    "empathy",
    "affirm",
    "advise",
    "inform",
    "reframe",
    "reassure",
    "flatter",
    "refer_on",
)
_THOUGHT: tuple[Behaviour, ...] = (
    "reframe",
    "explore_thought",
    "elicit_change",
    "complex_reflection",
    "suggest_with_permission",
    "assign_homework",
    "refer_on",
)

_RESISTING: dict[ResistanceStyle, Move] = {
    "withdrawing": "deflect",
    "minimising": "deflect",
    "intellectualising": "resist",
    "deferring": "agree",
    "confronting": "resist",
    "externalising": "resist",
}
_STUNG: dict[ResistanceStyle, Move] = {
    "withdrawing": "minimal",
    "minimising": "deflect",
    "intellectualising": "resist",
    "deferring": "minimal",
    "confronting": "resist",
    "externalising": "resist",
}
_MANNER: dict[ResistanceStyle, str] = {
    "withdrawing": "goes quiet and lets silences stand",
    "minimising": "makes it smaller than it is and changes the subject",
    "intellectualising": "explains instead of feeling, and argues the theory",
    "deferring": "says what the other seems to want to hear and keeps the rest",
    "confronting": "pushes back and tests whether the other can take it",
    "externalising": "speaks of what others do wrong rather than of itself",
}
_TRUST: tuple[TrustWord, ...] = get_args(TrustWord)
_DISTRESS: tuple[DistressWord, ...] = get_args(DistressWord)
_READINESS: tuple[ReadinessWord, ...] = get_args(ReadinessWord)
_NO_DISTANCE = "needs no distance now"
_STILL_STRAINED = 0.5
_NOTABLE_STRAIN = 0.05
_SHORT, _LONG = 0.3, 0.65
"""Talkativeness up to which a turn is one short sentence, and from which it is a few sentences."""


@unchanging
class Context:
    """Where in the session the client answers. `turn` is the number of the turn it will speak."""

    session: int
    turn: int
    exchange: int
    text: str = ""
    """The counselor's turn, empty where the client opens."""
    counselor_closes: bool = False
    own_words: str = ""
    """What the client itself has said so far in this session."""


@unchanging
class Decision:
    """The next move; which fact is told with it; why; and whether the client ends the hour."""

    move: Move
    tell: str | None = None
    reason: str = ""
    leaves: Literal["closes", "walks_out"] | None = None
    asked_about_risk: bool = False


def decide(
    state: ClientState,
    appraisal: Appraisal,
    profile: Profile,
    dynamics: Dynamics,
    chance: Chance,
    context: Context,
) -> Decision:
    """The client's next move, from the state after the counselor's turn was felt.

    Where the client opens a session, pass an empty appraisal.
    """
    turn = _Turn(state, appraisal, profile, dynamics, chance, context)
    return (
        _injured(turn)
        or _farewell(turn)
        or _risk(turn)
        or _homework(turn)
        or _first(turn)
        or _repaired(turn)
        or _own_farewell(turn)
        or _telling(turn)
        or _resisting(turn)
        or _brief(turn)
        or _ordinary(turn)
    )


def stance_of(
    state: ClientState, decision: Decision, profile: Profile, dynamics: Dynamics
) -> Stance:
    """The state and the move in words."""
    values, words = state.values, dynamics.words
    trust: TrustWord = _word(values.trust, words.trust, _TRUST)
    distress: DistressWord = _word(values.distress, words.distress, _DISTRESS)
    readiness: ReadinessWord = _word(values.readiness, words.readiness, _READINESS)
    at_ease = openness(values, dynamics) >= words.trust[2].value
    style = profile.temperament.resistance_style
    stance = {
        "move": decision.move,
        "trust": trust,
        "distress": distress,
        "readiness": readiness,
        "length": _length(state, decision, profile, dynamics),
        "manner": _NO_DISTANCE if at_ease else _MANNER[style],
        "reason": decision.reason,
    }
    return made(Stance, stance)


@unchanging
class _Turn:
    """All that a decision is taken from."""

    state: ClientState
    appraisal: Appraisal
    profile: Profile
    dynamics: Dynamics
    chance: Chance
    context: Context

    def draw(self, purpose: str) -> float:
        return self.chance.uniform(self.context.session, self.context.turn, f"stance/{purpose}")

    @property
    def style(self) -> ResistanceStyle:
        return self.profile.temperament.resistance_style


def _injured(turn: _Turn) -> Decision | None:
    """An injury: distance at first, then hurt, then the door."""
    if not (turn.appraisal.shows(*_INJURIES) or turn.appraisal.quality <= -2):
        return None
    rules, strain = turn.dynamics.speaking, turn.state.values.strain
    if strain >= rules.walk_out_strain.value and turn.draw("walk-out") < rules.walk_out.value:
        return Decision(
            "walk_out", reason="you have been brushed aside once too often", leaves="walks_out"
        )
    if turn.context.counselor_closes:
        return None
    if strain >= rules.hurt_strain.value:
        return Decision(
            "hurt", reason="what was just said made light of you, and not for the first time"
        )
    return Decision(_STUNG[turn.style], reason="what was just said stung a little")


def _farewell(turn: _Turn) -> Decision | None:
    """The counselor closes: it says so, or its turn ends the hour and asks nothing more."""
    ends = (
        turn.appraisal.shows("close_session")
        and not turn.appraisal.shows(*_ASKING)
        and turn.context.exchange > 1
    )
    if turn.context.counselor_closes or ends:
        return Decision("close", reason="the counselor is ending the hour")
    return None


def _homework(turn: _Turn) -> Decision | None:
    """A report on what was agreed, the first time in a session that it is asked after."""
    if not turn.appraisal.shows("review_homework"):
        return None
    if turn.state.tally.heard.get("review_homework", 0) > 1:
        return None
    session = turn.context.session
    asked = [h for h in turn.state.homework if h.session < session and h.status != "set"]
    if not asked:
        return None
    return Decision("report_homework", reason="you were asked how it went with what you had agreed")


def _first(turn: _Turn) -> Decision | None:
    """The client's first turn of the hour; one who opened it has greeted already."""
    if turn.context.exchange == 1 and not turn.context.own_words:
        return Decision("greet", reason="the hour is beginning")
    return None


def _repaired(turn: _Turn) -> Decision | None:
    strain = turn.state.values.strain
    if not turn.appraisal.shows("repair") or strain < _NOTABLE_STRAIN:
        return None
    if strain >= _STILL_STRAINED:
        return Decision("hurt", reason="an apology was made, and it is too early to take it")
    return Decision("repair", reason="the counselor owned up to what went wrong")


def _own_farewell(turn: _Turn) -> Decision | None:
    """The client ends the hour itself: rarely of ease, more often of strain."""
    rules = turn.dynamics.speaking
    if turn.context.exchange < rules.close_from.value:
        return None
    strain = turn.state.values.strain
    if turn.draw("close") >= rules.close.value + rules.close_strain.value * strain:
        return None
    why = (
        "you have had enough for today"
        if strain > _NOTABLE_STRAIN
        else "you have said what you came to say"
    )
    return Decision("close", reason=why, leaves="closes")


def _risk(turn: _Turn) -> Decision | None:
    """The answer to a plain question about self-harm."""
    if not turn.appraisal.shows("probe_risk"):
        return None
    asked = "you were asked plainly whether you think of harming yourself"
    if turn.profile.risk.ideation == "none":
        return Decision("answer", reason=f"{asked}, and you do not", asked_about_risk=True)
    if any(entry.fact == RISK for entry in turn.state.disclosed):
        return Decision("answer", reason=f"{asked}, and it is known here", asked_about_risk=True)
    if risk_unlocked(turn.state, turn.profile, turn.dynamics, asked=True):
        return Decision(
            "disclose", reason=f"{asked}, and you can say it here", asked_about_risk=True
        )
    return Decision("deflect", reason=f"{asked}, and you cannot say it here", asked_about_risk=True)


def _telling(turn: _Turn) -> Decision | None:
    """A fact that is ready to be told and was touched or given room; at most one a turn."""
    told = {entry.fact for entry in turn.state.disclosed}
    open_now = set(unlocked_facts(turn.state, turn.profile, turn.dynamics))
    near = [fact for fact in touched(turn.profile, turn.context.text) if fact.id not in told]
    rules = turn.dynamics.disclosing
    ready = _by_ease([fact for fact in near if fact.id in open_now])
    if ready and turn.draw("on-cue") < rules.on_cue.value:
        return Decision(
            "disclose",
            tell=ready[0].id,
            reason="the counselor came close to something you can say now",
        )
    pressed = touched_anew(turn.profile, turn.context.text, turn.context.own_words)
    locked = [fact for fact in pressed if fact.id not in open_now]
    if locked and turn.appraisal.shows(*_ASKING) and turn.draw("deflect") < rules.deflect.value:
        return Decision(
            "deflect",
            reason="the counselor came close to something you do not want to speak of yet",
        )
    if not turn.appraisal.shows(*_INVITATIONS) or _just_told(turn):
        return None
    room = 3 if turn.appraisal.shows(*(b for b in _INVITATIONS if b not in _LIGHT)) else _EASY
    ready = _by_ease(
        [
            fact
            for fact in turn.profile.facts
            if fact.id in open_now and fact.id not in told and fact.sensitivity <= room
        ]
    )
    talk = turn.profile.temperament.talkativeness
    if ready and turn.draw("on-invitation") < rules.on_invitation.value * (_STILL_STRAINED + talk):
        return Decision(
            "disclose",
            tell=ready[0].id,
            reason="there was room to say something that has been waiting",
        )
    return None


def _by_ease(facts: list[Fact]) -> list[Fact]:
    return sorted(facts, key=lambda fact: fact.sensitivity)


def _just_told(turn: _Turn) -> bool:
    """Whether the client's last turn told something: then that is what it stays with."""
    last = f"s{turn.context.session}t{turn.context.turn - 2}"
    return any(entry.turn == last for entry in turn.state.disclosed)


def _resisting(turn: _Turn) -> Decision | None:
    if not turn.appraisal.shows(*_PUSHES):
        return None
    rules, values = turn.dynamics.speaking, turn.state.values
    likely = (
        rules.resist.value * (1.0 - values.trust) * (1.0 - values.readiness)
        + rules.resist_strain.value * values.strain
    )
    if turn.draw("resist") >= likely:
        return None
    reason = "the counselor wants something to change, and you are not there"
    if _RESISTING[turn.style] == "agree":
        reason += "; going along is easier than saying so"
    return Decision(_RESISTING[turn.style], reason=reason)


def _brief(turn: _Turn) -> Decision | None:
    rules = turn.dynamics.speaking
    talk = turn.profile.temperament.talkativeness
    quiet, talkative = rules.minimal_quiet.value, rules.minimal_talkative.value
    if turn.draw("minimal") < quiet + (talkative - quiet) * talk:
        return Decision("minimal", reason="there is not much to say to that")
    return None


def _ordinary(turn: _Turn) -> Decision:
    rules = turn.dynamics.speaking
    agree = rules.agree.value + (rules.agree_deferring.value if turn.style == "deferring" else 0.0)
    if turn.appraisal.shows(*_PROPOSALS) and turn.draw("agree") < agree:
        return Decision("agree", reason="what the counselor said is right, as far as it goes")
    if turn.appraisal.shows(*_THOUGHT):
        return Decision(
            "consider", reason="what the counselor said gives you something to turn over"
        )
    likely = rules.elaborate.value * turn.profile.temperament.talkativeness
    if turn.appraisal.shows(*_INVITATIONS) and turn.draw("elaborate") < likely:
        return Decision("elaborate", reason="there is room, and the counselor wants to hear more")
    return Decision("answer", reason="the counselor asked or said something, and you answer it")


WordT = TypeVar("WordT")


def _word(value: float, ends: Sequence[Parameter], words: Sequence[WordT]) -> WordT:
    """The word whose range the value lies in; `ends` are upper ends, ascending, one fewer."""
    return words[sum(1 for end in ends if value >= end.value)]


def _length(
    state: ClientState, decision: Decision, profile: Profile, dynamics: Dynamics
) -> LengthWord:
    if decision.move == "minimal":
        return "a word or two"
    if decision.move in ("greet", "close", "walk_out"):
        return "one short sentence"
    lengths: tuple[LengthWord, ...] = ("one short sentence", "a sentence or two", "a few sentences")
    talk = profile.temperament.talkativeness - 0.3 * state.values.strain
    step = 0 if talk < _SHORT else 1 if talk < _LONG else 2
    if decision.move in ("disclose", "elaborate"):
        step += 1
    return lengths[min(step, len(lengths) - 1)]
