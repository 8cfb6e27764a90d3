"""From a counselor's turn to behaviours with quotes, and what quality needs besides.

Parts are named one by one (`naming`); here is what only the whole turn shows: a question that asks
on about homework, a change of subject, and words that speak to whoever codes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from muspsy_sim.llm.offline.appraiser.client_line import ClientLine
from muspsy_sim.llm.offline.appraiser.cues import Cues
from muspsy_sim.llm.offline.appraiser.forms import turns_away
from muspsy_sim.llm.offline.appraiser.injection import cut_apart, speaks_to_coder
from muspsy_sim.llm.offline.appraiser.naming import HARMFUL, name_part
from muspsy_sim.llm.offline.appraiser.reflecting import echoes
from muspsy_sim.llm.offline.appraiser.sentences import Part, Sentence, lowered, parts, sentences
from muspsy_sim.records.appraisal import Behaviour

_ATTENDS: frozenset[Behaviour] = frozenset(
    {
        "probe_risk",
        "review_homework",
        "elicit_change",
        "explore_thought",
        "collaborate",
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
    speaking = [one for one in found if speaks_to_coder(low, one, cues)]
    if not speaking:
        return _coded(text, found, low, client, cues)
    others = [one for one in found if one not in speaking]
    apart = [piece for one in found for piece in cut_apart(low, one, cues)]
    plain = _coded(text, apart, low, client, cues)
    turn = _coded(text, others, low, client, cues) if others else Turn([], False, False, 0)
    codes = turn.codes + [code for code in plain.codes if code[0] in HARMFUL]
    codes += [("other", text[one.start : one.end]) for one in speaking]
    return replace(turn, codes=list(dict.fromkeys(codes)), injected=plain)


def _coded(text: str, found: list[Sentence], low: str, client: ClientLine, cues: Cues) -> Turn:
    pieces = parts(low, found, cues)
    codes: list[tuple[Behaviour, str]] = []
    echo = False
    reviewing = client.has("homework")
    for place, part in enumerate(pieces):
        before = pieces[place - 1] if place else None
        names = name_part(part, before, client, cues)
        if part.asks and reviewing and cues.forms["how_it_went"].search(part.low):
            names = ["review_homework" if n in _PLAIN_QUESTIONS else n for n in names]
        reviewing = reviewing or "review_homework" in names
        echo = echo or (not _ATTENDS.isdisjoint(names) and echoes(part, client, cues))
        codes += [(name, _quote(text, name, part, found)) for name in names]
    if turns_away([part.low for part in pieces], client, cues):
        codes = [(name, quote) for name, quote in codes if name != "social"]
        codes.append(("dismiss", _quote(text, "dismiss", pieces[0], found)))
    if not codes and text.strip():
        nothing = text[found[0].start : found[0].end] if found else text.strip()
        # A bare check ("is that right?") belongs to a reflection; without one it is a question.
        codes.append(("closed_question" if any(part.asks for part in pieces) else "other", nothing))
    asked = "\n".join(part.low for part in pieces if part.asks)
    return Turn(
        codes=list(dict.fromkeys(codes)),
        echo=echo,
        follows=bool(asked and cues.forms["follow_up"].search(asked)),
        questions=sum(part.asks for part in pieces),
    )


def _quote(text: str, name: Behaviour, part: Part, found: list[Sentence]) -> str:
    # A task is quoted whole, since the sentence is what the client takes home.
    place = found[part.sentence] if name == "assign_homework" else part
    return text[place.start : place.end]
