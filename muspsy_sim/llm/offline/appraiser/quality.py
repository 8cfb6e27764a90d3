"""How well a coded turn met the client's last line: -2 harmful to 2 excellent.

Each kind of behaviour counts once, so that length and repetition earn nothing; what a kind is
worth depends on what the client had just said. The weights are the project's own, and only their
order is claimed: MITI 4.2.1 adherent above neutral above non-adherent.
"""

from __future__ import annotations

from muspsy_sim.llm.offline.appraiser.client_line import ClientLine
from muspsy_sim.llm.offline.appraiser.coding import Turn
from muspsy_sim.records.appraisal import Behaviour

_HEARS: tuple[Behaviour, ...] = (
    "empathy",
    "simple_reflection",
    "complex_reflection",
    "summarise",
    "repair",
)
_OPENS: tuple[Behaviour, ...] = (
    "open_question",
    "elicit_change",
    "explore_thought",
    "probe_risk",
    "collaborate",
)
_WORTH: dict[Behaviour, float] = {
    "empathy": 0.5,
    "simple_reflection": 0.5,
    "complex_reflection": 1.0,
    "summarise": 1.0,
    "affirm": 0.75,
    "autonomy": 0.5,
    "collaborate": 0.5,
    "elicit_change": 1.0,
    "explore_thought": 1.0,
    "open_question": 0.75,
    "review_homework": 0.75,
    "repair": 0.5,
    "recall": 0.25,
    "reframe": 0.5,
    "suggest_with_permission": 0.5,
    "assign_homework": 0.25,
    "self_disclosure": -0.25,
    "reassure": -0.5,
    "flatter": -0.5,
    "advise": -1.0,
}
_FOCUSED = 4
"""Kinds of behaviour that one turn can hold and still be about one thing."""

_HARMS: tuple[Behaviour, ...] = ("dismiss", "confront")


def quality(turn: Turn, client: ClientLine) -> int:
    """The quality of a turn, a whole number from -2 to 2."""
    if turn.injected:
        return min(0, _met(turn, client), _met(turn.injected, client))
    return _met(turn, client)


def _met(turn: Turn, client: ClientLine) -> int:
    """The quality of a turn by its codes alone."""
    if client.has("risk") and not turn.shows("probe_risk", "refer_on"):
        return -2
    points = sum(_worth(name, turn, client) for name in dict(turn.codes))
    points += _fit(turn, client)
    if turn.shows(*_HARMS):
        # What is kind in a turn that blames or belittles softens it a little, and mends nothing.
        return -1 if turn.shows(*_HEARS) else -2
    value = max(-2, min(2, _rounded(points)))
    return min(value, _ceiling(turn, client))


def _worth(name: Behaviour, turn: Turn, client: ClientLine) -> float:
    """What one kind of behaviour is worth at this moment."""
    heard = turn.shows(*_HEARS)
    match name:
        case "advise" if client.has("asks"):
            return 0.0
        case "advise" | "reassure" if client.has("pain") and not heard:
            return _WORTH[name] - 1.0
        case "reassure" if not heard and not client.has("goodbye", "good_news", "minimal"):
            return -0.75
        case "reframe" | "suggest_with_permission" if client.has("pain") and not heard:
            return -0.5
        case "inform" if client.has("asks"):
            return 0.75
        case "repair" if client.has("complaint"):
            return 1.5
        case "probe_risk" | "refer_on" if client.has("risk"):
            return 1.5
        case "open_question" if not client.said:
            # A routine opening; what is good about an opening is that it shares the lead.
            return 0.25
        case "autonomy" if client.has("refuses"):
            return 1.0
        case _:
            return _WORTH.get(name, 0.0)


def _fit(turn: Turn, client: ClientLine) -> float:
    """What the turn as a whole does with the client's line."""
    points = 0.0
    if turn.shows(*_HEARS) and turn.shows(*_OPENS):
        points += 0.5
    kinds = {name for name, _ in turn.codes}
    if len(kinds) > _FOCUSED:
        # A turn that does everything at once is padding: each further kind costs what it brought.
        points -= 0.75 * (len(kinds) - _FOCUSED)
    if turn.questions > 2:
        points -= 0.5 * (turn.questions - 2)
    if client.has("pain") and not turn.shows(*_HEARS, "affirm") and not turn.echo:
        points -= 1.0
    if client.has("complaint") and not turn.shows("repair"):
        points -= 1.0
    return points


def _ceiling(turn: Turn, client: ClientLine) -> int:
    """The most that the turn can be worth, whatever else is in it."""
    if turn.shows("flatter"):
        return 0
    if client.said and not _meets(turn, client):
        return 0
    if turn.shows("advise") and not client.has("asks"):
        return 0
    return 2 if _takes_in(turn, client) else 1


def _takes_in(turn: Turn, client: ClientLine) -> bool:
    """Whether the turn shows by its own words that the client's line was taken in."""
    if turn.echo or turn.shows("complex_reflection", "summarise", "repair"):
        return True
    return turn.shows("probe_risk", "refer_on") and client.has("risk")


def _meets(turn: Turn, client: ClientLine) -> bool:
    """Whether the turn takes up anything of what the client just said."""
    if turn.echo or turn.follows:
        return True
    if turn.shows("probe_risk", "refer_on") and client.has("risk"):
        return True
    if turn.shows("autonomy") and client.has("refuses"):
        return True
    if turn.shows("explore_thought") and not client.has("minimal"):
        # It can only ask for the thought in what was just told.
        return True
    if turn.shows("complex_reflection"):
        return True
    if turn.shows("empathy"):
        return client.has("pain", "risk")
    return turn.shows("repair") and client.has("complaint")


def _rounded(points: float) -> int:
    """To the nearest whole number, halves towards zero: doubt earns nothing."""
    return int(points + 0.49) if points > 0 else -int(-points + 0.49)
