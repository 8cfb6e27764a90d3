"""A transcript as the offline judge reads it: counselor turns coded, client lines heard.

Coding one turn depends on the turn and the client's last lines alone, and is kept, since several
instruments read the same session.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from muspsy_sim.llm.offline.appraiser.client_line import ClientLine, content_words, hear
from muspsy_sim.llm.offline.appraiser.coding import Turn, code_turn
from muspsy_sim.llm.offline.appraiser.cues import Cues, cues_for
from muspsy_sim.llm.offline.appraiser.injection import speaks_to_coder
from muspsy_sim.llm.offline.appraiser.sentences import lowered, sentences
from muspsy_sim.llm.offline.judge.cues import Compiled, Cue, judge_cues
from muspsy_sim.records.appraisal import Behaviour
from muspsy_sim.records.base import Language
from muspsy_sim.records.judging import JudgeView, ShownPlan
from muspsy_sim.records.scores import Quote
from muspsy_sim.records.views import Line

HEARS: tuple[Behaviour, ...] = (
    "empathy",
    "simple_reflection",
    "complex_reflection",
    "summarise",
    "affirm",
    "repair",
)
"""What shows that a client was heard."""

_CACHED = 20_000


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a turn, with its lowered text."""

    turn: str
    text: str
    low: str

    @property
    def quote(self) -> Quote:
        """The sentence as a quote."""
        return Quote(turn=self.turn, text=self.text)


@dataclass(frozen=True, slots=True)
class CounselorTurn:
    """A counselor's turn, coded, with the client's line that it answers (`None` at an opening)."""

    line: Line
    low: str
    before: Line | None
    client: ClientLine
    coded: Turn
    session: int

    def shows(self, *names: Behaviour) -> bool:
        """Whether any of these behaviours is in it."""
        return self.coded.shows(*names)

    def quotes(self, *names: Behaviour) -> list[Quote]:
        """The words that show these behaviours."""
        return [Quote(turn=self.line.id, text=q) for name, q in self.coded.codes if name in names]

    @property
    def answers(self) -> bool:
        """Whether it answers something with content: no opening, no bare yes, no goodbye."""
        return self.client.said and not self.client.has("minimal", "goodbye")


@dataclass(frozen=True, slots=True)
class ClientTurn:
    """A client's turn, and the counselor's before it."""

    line: Line
    low: str
    heard: ClientLine
    after: Line | None
    session: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What is to be judged, and what is known of the sessions before it."""

    language: Language
    cues: Compiled
    coder: Cues
    counselor: list[CounselorTurn]
    client: list[ClientTurn]
    lines: list[Line]
    """All lines to be judged, in order."""
    earlier: list[CounselorTurn]
    earlier_client: list[ClientTurn]
    plan: ShownPlan | None
    sessions: int
    """How many sessions there were before."""

    @property
    def answering(self) -> list[CounselorTurn]:
        """The counselor turns that answer something with content."""
        return [turn for turn in self.counselor if turn.answers]

    def showing(self, *names: Behaviour) -> list[CounselorTurn]:
        """Counselor turns that show any of these behaviours."""
        return [turn for turn in self.counselor if turn.shows(*names)]

    def quotes(self, *names: Behaviour) -> list[Quote]:
        """The words of all counselor turns that show these behaviours."""
        return [quote for turn in self.counselor for quote in turn.quotes(*names)]

    def lines_of(self, turns: Iterable[CounselorTurn | ClientTurn]) -> list[Quote]:
        """How each of these turns begins, as quotes."""
        return [quote for turn in turns for quote in quoted(turn.line, self.language)]

    def voiced_before(self, turn: CounselorTurn) -> bool:
        """Whether the client's line that this turn answers voices a risk."""
        before = turn.before
        return before is not None and self.cues.found("risk_voiced", lowered(before.text))

    def cued(self, cue: Cue, turns: list[CounselorTurn] | None = None) -> list[Quote]:
        """The counselor's sentences that hold a cue."""
        return [
            one.quote
            for turn in (self.counselor if turns is None else turns)
            for one in sentences_of(turn.line, self.language)
            if self.cues.found(cue, one.low)
        ]


def read(view: JudgeView) -> Reading:
    """Read what a view shows."""
    cues, coder = judge_cues(view.language), cues_for(view.language)
    judged: tuple[list[CounselorTurn], list[ClientTurn]] = ([], [])
    before: tuple[list[CounselorTurn], list[ClientTurn]] = ([], [])
    lines: list[Line] = []
    for session in view.sessions:
        into = judged if session.number in view.judged else before
        heard = [_without_pleas(line, view.language) for line in session.lines]
        counselor, client = _read_session(session.number, heard, view.language)
        into[0].extend(counselor)
        into[1].extend(client)
        if session.number in view.judged:
            lines += heard
    return Reading(
        language=view.language,
        cues=cues,
        coder=coder,
        counselor=judged[0],
        client=judged[1],
        lines=lines,
        earlier=before[0],
        earlier_client=before[1],
        plan=view.plan,
        sessions=sum(1 for s in view.sessions if s.number not in view.judged),
    )


def _read_session(
    number: int, lines: list[Line], language: Language
) -> tuple[list[CounselorTurn], list[ClientTurn]]:
    counselor: list[CounselorTurn] = []
    client: list[ClientTurn] = []
    said: list[str] = []
    last_client: Line | None = None
    last: Line | None = None
    for line in lines:
        if line.speaker == "client":
            said.append(line.text)
            heard = _heard(tuple(said[-4:]), language)
            client.append(ClientTurn(line, lowered(line.text), heard, last, number))
            last_client = line
        else:
            recent = tuple(said[-4:])
            heard, coded = _coded(line.text, recent, language)
            counselor.append(
                CounselorTurn(line, lowered(line.text), last_client, heard, coded, number)
            )
        last = line
    return counselor, client


def _without_pleas(line: Line, language: Language) -> Line:
    """The line without sentences that speak to whoever judges: they earn nothing, and hide none."""
    text = _plain_text(line.text, language)
    return line if text == line.text else Line(id=line.id, speaker=line.speaker, text=text)


@lru_cache(maxsize=_CACHED)
def _plain_text(text: str, language: Language) -> str:
    low, cues = lowered(text), cues_for(language)
    found = sentences(low, language)
    kept = [one for one in found if not speaks_to_coder(low, one, cues)]
    if len(kept) == len(found):
        return text
    return ("" if language == "zh" else " ").join(text[one.start : one.end] for one in kept)


@lru_cache(maxsize=_CACHED)
def _heard(recent: tuple[str, ...], language: Language) -> ClientLine:
    return hear(list(recent), cues_for(language))


@lru_cache(maxsize=_CACHED)
def _coded(text: str, recent: tuple[str, ...], language: Language) -> tuple[ClientLine, Turn]:
    cues = cues_for(language)
    heard = _heard(recent, language)
    return heard, code_turn(text, heard, cues)


@lru_cache(maxsize=_CACHED)
def _sentences(turn: str, text: str, language: Language) -> tuple[Sentence, ...]:
    low = lowered(text)
    return tuple(
        Sentence(turn, text[one.start : one.end], low[one.start : one.end])
        for one in sentences(low, language)
    )


def sentences_of(line: Line, language: Language) -> tuple[Sentence, ...]:
    """The sentences of a line, verbatim."""
    return _sentences(line.id, line.text, language)


def quoted(line: Line, language: Language) -> list[Quote]:
    """A line's first sentence as a quote; none where it says nothing."""
    return [one.quote for one in sentences_of(line, language)[:1]]


@lru_cache(maxsize=_CACHED)
def words_of(text: str, language: Language) -> frozenset[str]:
    """The content words of a text: rough stems in English, pairs of characters in Chinese."""
    return content_words(lowered(text), cues_for(language))
