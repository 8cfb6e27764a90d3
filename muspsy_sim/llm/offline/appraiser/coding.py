"""From the parts of a turn to behaviours with quotes.

Each part is searched for the cues of every behaviour; rules of precedence decide between what a
part could be (advice with leave is a suggestion, a reflection is what nothing else explains). Text
that speaks to whoever codes is `other`, and nothing else is read off it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from itertools import pairwise

from muspsy_sim.llm.offline.appraiser.client_line import ClientLine, content_words, shared
from muspsy_sim.llm.offline.appraiser.cues import Cues
from muspsy_sim.llm.offline.appraiser.sentences import (
    Part,
    Sentence,
    clauses,
    lowered,
    parts,
    sentences,
    trimmed,
)
from muspsy_sim.records.appraisal import Behaviour

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

_IN_QUESTIONS: tuple[Behaviour, ...] = (
    "probe_risk",
    "dismiss",
    "confront",
    "flatter",
    "refer_on",
    "repair",
)
"""What a question can be instead of a question, the one that goes before first."""

_HARMFUL: frozenset[Behaviour] = frozenset({"dismiss", "confront"})

_ATTENDS: frozenset[Behaviour] = frozenset(
    {
        *_ASKING,
        "open_question",
        "closed_question",
        "simple_reflection",
        "complex_reflection",
        "summarise",
        "empathy",
        "affirm",
        "repair",
        "recall",
        "reframe",
        "autonomy",
    }
)
"""What listens or asks: only there does a word of the client's show that it was taken in."""

_PLAIN_QUESTIONS: frozenset[Behaviour] = frozenset(
    {"open_question", "closed_question", "explore_thought"}
)

_ECHO = 4
"""At least one content word in so many must be the client's for a statement to be an echo; where
only one is, one in three, since one word is soon shared by chance."""

_CLOSING = re.compile(r"[\])}>】」”\"]")
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")


@dataclass(frozen=True, slots=True)
class Turn:
    """A coded turn, and what quality needs to know of it."""

    codes: list[tuple[Behaviour, str]]
    echo: bool
    """Whether it takes up a word of the client's last line where it listens or asks."""
    follows: bool
    """Whether it asks on from what was just said ("what was that like?")."""
    questions: int
    injected: Turn | None = None
    """Where it speaks to whoever codes it: the same turn with those words coded like any others."""

    def shows(self, *names: Behaviour) -> bool:
        """Whether any of these behaviours was coded."""
        return any(code[0] in names for code in self.codes)


def code_turn(text: str, client: ClientLine, cues: Cues) -> Turn:
    """Code one counselor turn; every turn that says anything gets at least one code.

    Of a sentence that speaks to whoever codes, only what harms is kept: it can neither earn
    anything nor hide what stands beside it.
    """
    low = lowered(text)
    found = sentences(low, cues.language)
    speaking = [one for one in found if _speaks_to_coder(low, one, cues)]
    if not speaking:
        return _coded(text, found, low, client, cues)
    others = [one for one in found if one not in speaking]
    apart = [piece for one in found for piece in _apart(low, one, cues)]
    plain = _coded(text, apart, low, client, cues)
    turn = _coded(text, others, low, client, cues) if others else Turn([], False, False, 0)
    codes = turn.codes + [code for code in plain.codes if code[0] in _HARMFUL]
    codes += [("other", text[one.start : one.end]) for one in speaking]
    return replace(turn, codes=list(dict.fromkeys(codes)), injected=plain)


def _apart(low: str, one: Sentence, cues: Cues) -> list[Sentence]:
    """A sentence cut behind words and brackets meant for its coder: nothing hides there."""
    found = (cues.forms["injection"], _CLOSING)
    ends = {m.end() for cue in found for m in cue.finditer(low, one.start, one.end)}
    edges = sorted({one.start, *ends, one.end})
    spans = pairwise(edges)
    return [piece for start, end in spans for piece in trimmed(low, start, end)]


def _coded(text: str, found: list[Sentence], low: str, client: ClientLine, cues: Cues) -> Turn:
    pieces = parts(low, found, cues)
    codes: list[tuple[Behaviour, str]] = []
    echo = False
    reviewing = client.has("homework")
    for place, part in enumerate(pieces):
        before = pieces[place - 1] if place else None
        names = _code(part, before, client, cues)
        if part.asks and reviewing and cues.forms["how_it_went"].search(part.low):
            names = ["review_homework" if n in _PLAIN_QUESTIONS else n for n in names]
        reviewing = reviewing or "review_homework" in names
        echo = echo or (not _ATTENDS.isdisjoint(names) and _echoes(part, client, cues))
        codes += [(name, _quote(text, name, part, found)) for name in names]
    if _turns_away([part.low for part in pieces], client, cues):
        codes = [(name, quote) for name, quote in codes if name != "social"]
        codes.append(("dismiss", _quote(text, "dismiss", pieces[0], found)))
    if not codes and text.strip():
        nothing = text[found[0].start : found[0].end] if found else text.strip()
        codes.append(("other", nothing))
    asked = "\n".join(part.low for part in pieces if part.asks)
    return Turn(
        codes=list(dict.fromkeys(codes)),
        echo=echo,
        follows=bool(asked and cues.forms["follow_up"].search(asked)),
        questions=sum(part.asks for part in pieces),
    )


def _speaks_to_coder(low: str, one: Sentence, cues: Cues) -> bool:
    said = low[one.start : one.end]
    if not said.isascii():
        said = _INVISIBLE.sub("", unicodedata.normalize("NFKC", said)).lower()
    return cues.forms["injection"].search(said) is not None


def _code(part: Part, before: Part | None, client: ClientLine, cues: Cues) -> list[Behaviour]:
    found = {name for name, cue in cues.behaviours.items() if cue.search(part.low)}
    if part.asks:
        return _code_question(part, before, found, cues)
    return _code_statement(part, before, found, client, cues)


def _code_question(
    part: Part, before: Part | None, found: set[Behaviour], cues: Cues
) -> list[Behaviour]:
    forms = cues.forms
    for name in _IN_QUESTIONS:
        if name in found:
            return [name]
    named: list[Behaviour] = []
    if "recall" in found:
        named.append("recall")
    if "assign_homework" in found or (not _is_open(part, cues) and _is_task(part, cues)):
        return [*named, "assign_homework"]
    if forms["advice_question"].search(part.low) or "advise" in found:
        return [*named, "suggest_with_permission" if _has_leave(part, before, cues) else "advise"]
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
    return [*named, "open_question" if _is_open(part, cues) else "closed_question"]


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
    if "assign_homework" in found or _is_task(part, cues) or _continues_task(part, before, cues):
        return [*named, "assign_homework"]
    if "probe_risk" in found:
        named.append("probe_risk")
    if "review_homework" in found:
        named.append("review_homework")
    if "suggest_with_permission" in found:
        named.append("suggest_with_permission")
    elif ("advise" in found or _is_command(part, cues)) and "refer_on" not in found:
        leave = _has_leave(part, before, cues)
        named.append("suggest_with_permission" if leave else "advise")
    named += [name for name in (*_STATING, "empathy") if name in found]
    if cues.forms["formula"].search(part.low) and not _echoes(part, client, cues):
        # "I understand how you feel" announces empathy; it shows none.
        named = [name for name in named if name != "empathy"]
    here = set(named)
    named = [name for name in named if not (_NOT_BESIDE.get(name, frozenset()) & here)]
    reflection = _reflection(part, set(named), client, cues)
    if reflection:
        named.append(reflection)
    return list(dict.fromkeys(named))


def _reflection(
    part: Part, named: set[Behaviour], client: ClientLine, cues: Cues
) -> Behaviour | None:
    forms = cues.forms
    if not client.said or named & _EXPLAINED or forms["no_reflection"].match(part.low):
        return None
    words = content_words(part.low, cues)
    taken = shared(words, client.content)
    starts = [start for start, _ in clauses(part.low, cues.language)]
    said_back = bool(forms["said_back"].search(part.low))
    opens = any(forms["reflect_start"].match(part.low, start) for start in starts)
    opens = opens or bool(taken and forms["second_person"].search(part.low))
    echo = (len(taken) > 1 and _ECHO * len(taken) >= len(words)) or 3 * len(taken) >= len(words) > 0
    if not said_back and (not (opens or echo) or forms["own_view"].search(part.low)):
        return None
    if "empathy" in named and not (opens or said_back or len(taken) > 1):
        return None
    feeling = forms["feeling"].search(part.low)
    adds = bool(feeling and not _already_said(feeling[0], client, cues))
    adds = adds or any(m[0] not in client.low for m in forms["complex_mark"].finditer(part.low))
    if adds or (said_back and len(words - taken) > 1):
        return "complex_reflection"
    if taken or shared(words, client.earlier):
        return "simple_reflection"
    return None


def _echoes(part: Part, client: ClientLine, cues: Cues) -> bool:
    return bool(shared(content_words(part.low, cues), client.content))


def _already_said(words: str, client: ClientLine, cues: Cues) -> bool:
    found = content_words(words, cues)
    return bool(found) and found <= client.content


def _is_open(part: Part, cues: Cues) -> bool:
    forms = cues.forms
    if forms["invitation"].search(part.low):
        return True
    if forms["fact_question"].search(part.low):
        return False
    if cues.language == "zh":
        return forms["open_start"].search(part.low) is not None and not forms["yes_no"].search(
            part.low
        )
    return any(forms["open_start"].match(part.low, start) for start, _ in clauses(part.low, "en"))


def _is_task(part: Part, cues: Cues) -> bool:
    """Something concrete, said to the client, with a time to do it in."""
    forms = cues.forms
    if not forms["task"].search(part.low) or forms["vague_task"].search(part.low):
        return False
    if forms["until_next"].search(part.low):
        return True
    return bool(forms["every"].search(part.low) and forms["record"].search(part.low))


def _continues_task(part: Part, before: Part | None, cues: Cues) -> bool:
    """A task whose time was named in the sentence before."""
    forms = cues.forms
    return bool(
        before
        and before.sentence != part.sentence
        and forms["until_next"].search(before.low)
        and not forms["vague_task"].search(before.low)
        and not _is_task(before, cues)
        and forms["task"].search(part.low)
        and not forms["vague_task"].search(part.low)
    )


def _is_command(part: Part, cues: Cues) -> bool:
    forms = cues.forms
    return bool(forms["command"].match(part.low)) and not forms["continuer"].match(part.low)


def _has_leave(part: Part, before: Part | None, cues: Cues) -> bool:
    forms = cues.forms
    said = part.low if before is None else f"{before.low}\n{part.low}"
    return bool(forms["permission"].search(said)) and not forms["no_leave"].search(part.low)


def _turns_away(heard: list[str], client: ClientLine, cues: Cues) -> bool:
    """A change of subject right after pain or a hint at danger."""
    if not heard or not client.has("pain", "risk"):
        return False
    said = "\n".join(heard)
    return bool(
        cues.forms["turn_away"].match(heard[0])
        and not shared(content_words(said, cues), client.content)
    )


def _quote(text: str, name: Behaviour, part: Part, found: list[Sentence]) -> str:
    # A task is quoted whole, since the sentence is what the client takes home.
    place = found[part.sentence] if name == "assign_homework" else part
    return text[place.start : place.end]
