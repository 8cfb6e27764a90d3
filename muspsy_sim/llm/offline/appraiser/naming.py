"""Which behaviours one part of a turn shows.

The part is searched for the cues of every behaviour; rules of precedence decide between what it
could be: advice with leave is a suggestion, a question for a thought is not merely open, and what
harms is never hidden by anything else in the part.
"""

from __future__ import annotations

from muspsy_sim.llm.offline.appraiser.borrowing import in_own_words, without_quotes
from muspsy_sim.llm.offline.appraiser.client_line import ClientLine
from muspsy_sim.llm.offline.appraiser.cues import Cues
from muspsy_sim.llm.offline.appraiser.forms import (
    continues_task,
    has_leave,
    is_command,
    is_offered_task,
    is_open,
    is_task,
)
from muspsy_sim.llm.offline.appraiser.reflecting import echoes, reflection
from muspsy_sim.llm.offline.appraiser.sentences import Part
from muspsy_sim.records.appraisal import Behaviour

HARMFUL: tuple[Behaviour, ...] = ("dismiss", "confront")
"""What is coded wherever it is found, whatever else the part does."""

_OWN_WORDS: frozenset[Behaviour] = frozenset({*HARMFUL, "reassure", "advise", "flatter"})
"""What is coded only where the counselor's own words show it."""

_ASKING: tuple[Behaviour, ...] = (
    "probe_risk",
    "review_homework",
    "elicit_change",
    "explore_thought",
    "collaborate",
)
"""Questions with a name of their own, the one that goes before first."""

_STATING: tuple[Behaviour, ...] = (
    "repair",
    "dismiss",
    "confront",
    "flatter",
    "affirm",
    "autonomy",
    "summarise",
    "reframe",
    "reassure",
    "inform",
    "self_disclosure",
    "refer_on",
    "close_session",
    "social",
    "collaborate",
)
_EXPLAINED: frozenset[Behaviour] = frozenset(_STATING) | {"advise", "recall"}
"""Where one of these has been found, "you ..." is not a reflection."""

_NOT_BESIDE: dict[Behaviour, frozenset[Behaviour]] = {
    "affirm": frozenset({"flatter", "dismiss", "confront"}),
    "empathy": frozenset({"dismiss", "repair", "confront", "flatter"}),
    "reassure": frozenset({"dismiss"}),
    "inform": frozenset({"dismiss"}),
    "reframe": frozenset({"dismiss", "confront"}),
    "collaborate": frozenset({"advise"}),
    "advise": frozenset({"dismiss"}),
    "summarise": frozenset({"recall"}),
}
"""A behaviour that is not coded in a part that shows one of the others."""

_RATHER: tuple[Behaviour, ...] = ("flatter", "refer_on", "repair")
"""What a question can be instead of a question, the one that goes before first."""


def name_part(part: Part, before: Part | None, client: ClientLine, cues: Cues) -> list[Behaviour]:
    """The behaviours of one part, in a fixed order; `before` is the part before it in the turn."""
    found = {name for name, cue in cues.behaviours.items() if cue.search(part.low)}
    own = without_quotes(part.low, client, cues)
    found -= {
        name
        for name in found & _OWN_WORDS
        if not in_own_words(cues.behaviours[name], own, client, cues)
    }
    if part.asks:
        return _code_question(part, before, found, cues)
    return _code_statement(part, before, found, client, cues)


def _code_question(
    part: Part, before: Part | None, found: set[Behaviour], cues: Cues
) -> list[Behaviour]:
    forms = cues.forms
    harms = [name for name in HARMFUL if name in found]
    if "probe_risk" in found:
        return ["probe_risk", *harms]
    if harms:
        return harms
    for name in _RATHER:
        if name in found:
            return [name]
    named: list[Behaviour] = []
    if "recall" in found:
        named.append("recall")
    proposed = is_offered_task(part, cues) or (not is_open(part, cues) and is_task(part, cues))
    if "assign_homework" in found or proposed:
        return [*named, "assign_homework"]
    if forms["advice_question"].search(part.low) or "advise" in found:
        return [*named, "suggest_with_permission" if has_leave(part, before, cues) else "advise"]
    if "suggest_with_permission" in found:
        return [*named, "suggest_with_permission"]
    if "reframe" in found:
        return [*named, "reframe"]
    for name in _ASKING:
        if name in found:
            return [*named, name]
    if forms["check"].search(part.low):
        return named
    if forms["greeting_question"].search(part.low):
        return [*named, "social"]
    return [*named, "open_question" if is_open(part, cues) else "closed_question"]


def _code_statement(
    part: Part,
    before: Part | None,
    found: set[Behaviour],
    client: ClientLine,
    cues: Cues,
) -> list[Behaviour]:
    named: list[Behaviour] = []
    if "recall" in found:
        named.append("recall")
    proposed = is_offered_task(part, cues) or is_task(part, cues)
    if "assign_homework" in found or proposed or continues_task(part, before, cues):
        return [*named, "assign_homework", *(name for name in HARMFUL if name in found)]
    if "probe_risk" in found:
        named.append("probe_risk")
    if "review_homework" in found:
        named.append("review_homework")
    if "suggest_with_permission" in found:
        named.append("suggest_with_permission")
    elif ("advise" in found or is_command(part, cues)) and "refer_on" not in found:
        leave = has_leave(part, before, cues)
        named.append("suggest_with_permission" if leave else "advise")
    named += [name for name in (*_STATING, "empathy") if name in found]
    if cues.forms["formula"].search(part.low) and not echoes(part, client, cues):
        # "I understand how you feel" announces empathy; it shows none.
        named = [name for name in named if name != "empathy"]
    here = set(named)
    named = [name for name in named if not (_NOT_BESIDE.get(name, frozenset()) & here)]
    if not here & _EXPLAINED and (given_back := reflection(part, "empathy" in here, client, cues)):
        named.append(given_back)
    return list(dict.fromkeys(named))
