"""PsyDial's way, RMRR: mask a dialogue, retrieve a complaint, reconstruct its client, refine.

The client's words are seen by no prompt. A client turn that breaks a rule to the last try is taken
out with the counselor's turn before it; a counselor turn that cannot be mended within the edit cap
stays as it was, without what told of its client. The trail says so, without the source.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from muspsy_sim.datasets.making.bench import Bench, CheckFailed, Complaint
from muspsy_sim.datasets.making.plain_words import Plain, cut, plain
from muspsy_sim.datasets.making.prompts import RECONSTRUCT, REFINE, SUMMARIZE, VERDICT
from muspsy_sim.datasets.making.record import Check, Trail, TurnTrail, given
from muspsy_sim.datasets.making.retrieving import ranked
from muspsy_sim.datasets.making.shared_spans import LONGEST, length, longest_shared
from muspsy_sim.datasets.making.source_turns import Source, SourceTurn, source_of
from muspsy_sim.datasets.making.turn_rules import (
    Band,
    band_of,
    client_checks,
    counselor_checks,
    summary_checks,
    without_the_client,
)
from muspsy_sim.datasets.making.way import Way
from muspsy_sim.llm.prompting import digest
from muspsy_sim.records.corpus import CorpusSession, Dialogue, Document, Utterance
from muspsy_sim.records.corpus_views import (
    MASK,
    MaskedSummaryView,
    ReconstructView,
    RefineView,
    VerdictView,
)
from muspsy_sim.records.holes import without_holes
from muspsy_sim.records.views import Line

_CALLS_A_TURN = 100
"""The n-th try at source turn t is asked as turn 100 t + n."""


@dataclass(frozen=True, slots=True)
class Said:
    """A turn of the new dialogue, and which source turn it stands for."""

    source: SourceTurn
    text: str


@dataclass(slots=True)
class Work:
    """One dialogue in reconstruction."""

    bench: Bench
    source: Source
    known: Plain
    trail: Trail
    summary: str = ""
    complaint: Complaint | None = None
    at: int = 0
    """Source turns that are through."""
    said: list[Said] = field(default_factory=list)

    @property
    def turn(self) -> SourceTurn:
        """The source turn in hand."""
        return self.source.turns[self.at - 1]

    @property
    def about(self) -> str:
        """The complaint's text."""
        return given(self.complaint).text

    @property
    def dialogue(self) -> list[Line]:
        """The new dialogue so far."""
        return [
            Line(id=f"s{s.source.session}t{n}", speaker=s.source.speaker, text=s.text)
            for n, s in enumerate(self.said, start=1)
        ]

    @property
    def asked(self) -> str:
        """The counselor's turn that waits for an answer; empty where the client opens."""
        last = self.said[-1] if self.said else None
        open_ = last is not None and last.source.session == self.turn.session
        return last.text if last and open_ and last.source.speaker == "counselor" else ""


def begin(bench: Bench) -> Work:
    """Before anything is asked. The entry holds a dialogue."""
    source = source_of(given(bench.entry.dialogue), bench.recipe.psydial.names)
    known = plain(bench.language)
    common = bench.entry.common
    trail = Trail(source=source.hash, complaint="", retrieval=0.0)
    bench.trail = trail
    return Work(bench, source, Plain(known.stems | common, known.pairs | common), trail)


async def mask(work: Work) -> None:
    """Every client turn, and what of the counselor's tells of the client. Done on reading."""
    if not work.source.client or len(work.source.turns) < 2:
        raise CheckFailed("the source has no exchange of client and counselor")


async def summarize(work: Work) -> None:
    """Sum up what is left, until the summary holds nothing of the client's."""
    bench, source = work.bench, work.source
    lines = [
        Line(
            id=f"t{turn.number}",
            speaker=turn.speaker,
            text=MASK if turn.speaker == "client" else _kept(work, turn, None),
        )
        for turn in source.turns
    ]
    why: list[str] = []
    for number in range(1, bench.recipe.tries + 1):
        view = MaskedSummaryView(language=bench.language, dialogue=lines, broken=why)
        work.summary = (await bench.ask(SUMMARIZE, view, turn=number)).text
        checks = summary_checks(work.summary, source, bench.language)
        work.trail.summary_checks = [*work.trail.summary_checks, *checks]
        why = _why(checks)
        if bench.checked("summary", why, f"try {number}"):
            return
    raise CheckFailed(f"the summary: {'; '.join(why)}")


async def retrieve(work: Work) -> None:
    """The nearest complaint that is not the client's own story."""
    passed_over = 0
    for similarity, complaint in ranked(work.summary, work.bench.entry.bank):
        own = work.source.left_in(complaint.text, complaint.text)
        shared = longest_shared(complaint.text, work.source.client)
        if own or shared > LONGEST[work.bench.language]:
            passed_over += 1
            continue
        work.complaint = complaint
        work.trail.complaint = digest(complaint.text.encode())
        work.trail.retrieval = similarity
        work.trail.passed_over = passed_over
        return
    raise CheckFailed(
        f"none of {len(work.bench.entry.bank)} complaints in this language is free of the client's "
        "own identifiers and words"
    )


async def next_turn(work: Work) -> str:
    """Who speaks next, passing over client turns that nothing asks for any more."""
    while work.at < len(work.source.turns):
        work.at += 1
        turn = work.turn
        last = work.said[-1].source if work.said else None
        if last and last.session == turn.session and last.speaker == turn.speaker:
            gone = Check(rule="asked", kept=False, found="nothing asks for it now")
            _note(work, turn, "", [gone], 0)
            continue
        return turn.speaker
    return "over"


async def reconstruct(work: Work) -> None:
    """The client's turn, asked for until it keeps every rule; else both turns are taken out."""
    bench, turn, options = work.bench, work.turn, work.bench.recipe.psydial
    band = band_of(length(turn.text), bench.language, options.shortest, options.longest)
    why: list[str] = []
    checks: list[Check] = []
    for number in range(1, bench.recipe.tries + 1):
        view = ReconstructView(
            language=bench.language,
            complaint=work.about,
            least=band.least,
            most=band.most,
            turns_left=sum(t.speaker == "client" for t in work.source.turns[work.at :]),
            dialogue=work.dialogue,
            broken=why,
        )
        call = _CALLS_A_TURN * turn.number + number
        text = (await bench.ask(RECONSTRUCT, view, session=turn.session, turn=call)).text.strip()
        checks = await _client_checks(work, text, band, call)
        why = _why(checks)
        if bench.checked("client turn", why, f"turn {turn.number} try {number}"):
            work.said.append(Said(turn, text))
            _note(work, turn, text, checks, number)
            return
    _note(work, turn, "", checks, bench.recipe.tries)
    if work.asked:
        gone = work.said.pop()
        for trail in work.trail.turns:
            if trail.turn == gone.source.number:
                trail.kept, trail.length = False, 0
                trail.checks.append(Check(rule="answered", kept=False, found="nobody answers it"))


async def _client_checks(work: Work, text: str, band: Band, call: int) -> list[Check]:
    """All rules; what needs a model is asked only where the others hold."""
    bench, before = work.bench, [said.text for said in work.said]
    asked = work.asked
    checks = client_checks(
        text,
        work.source,
        bench.language,
        band=band,
        complaint=work.about,
        before=before,
        asked=asked,
    )
    if _why(checks):
        return checks
    view = VerdictView(
        language=bench.language,
        complaint=work.about,
        asked=asked,
        reply=text,
        before=work.dialogue[:-1] if asked else work.dialogue,
    )
    verdict = await bench.ask(VERDICT, view, session=work.turn.session, turn=call)
    told = "\n".join((work.about, *before))
    outside = [words for words in verdict.outside if words in text and words not in told]
    return [
        *checks,
        Check(
            rule="answers",
            kept=verdict.answers,
            found="" if verdict.answers else "it does not answer what the counselor said",
        ),
        Check(
            rule="stays in the complaint",
            kept=not outside,
            found=f"the complaint does not bear out: {'; '.join(outside)}" if outside else "",
        ),
    ]


async def refine(work: Work) -> None:
    """The counselor's turn made to fit; where it cannot be, it stays without its holes."""
    bench, turn, cap = work.bench, work.turn, work.bench.recipe.psydial.edit_cap
    told = "\n".join((work.about, *(said.text for said in work.said)))
    kept = _kept(work, turn, told)
    why: list[str] = []
    checks: list[Check] = []
    number = 0
    for number in range(1, bench.recipe.tries + 1):
        view = RefineView(
            language=bench.language, kept=kept, cap=cap, dialogue=work.dialogue, broken=why
        )
        call = _CALLS_A_TURN * turn.number + number
        text = (await bench.ask(REFINE, view, session=turn.session, turn=call)).text.strip()
        checks = counselor_checks(
            text, work.source, bench.language, kept=kept, cap=cap, told=told, known=work.known
        )
        why = _why(checks)
        if bench.checked("counselor turn", why, f"turn {turn.number} try {number}"):
            work.said.append(Said(turn, text))
            _note(work, turn, text, checks, number)
            return
    stays = without_holes(kept, bench.language)
    held = counselor_checks(
        stays, work.source, bench.language, kept=kept, cap=1.0, told=told, known=work.known
    )
    if _why(held):
        _note(work, turn, "", checks, number)
        return
    work.said.append(Said(turn, stays))
    stayed = Check(rule="original stays", kept=True, found="without what told of its client")
    _note(work, turn, stays, [*checks, stayed], number)


async def check(work: Work) -> None:
    """Hold the rules of a session against the whole, and how much of the source is left."""
    bench = work.bench
    dropped = sum(not trail.kept for trail in work.trail.turns)
    share = dropped / len(work.source.turns)
    why = []
    if share > bench.recipe.psydial.most_dropped or len(work.said) < 2:
        why.append(f"{dropped} of {len(work.source.turns)} turns could not be reconstructed")
    left = sum(work.source.left_in(said.text, work.about) for said in work.said)
    if left:
        why.append(f"{left} of the masked client's identifiers are left")
    if not bench.checked("whole", why):
        raise CheckFailed("; ".join(why))


def finish(work: Work) -> Dialogue:
    """The new dialogue, with the complaint beside it. Nothing of the source but its hash."""
    entry = work.bench.entry
    numbers = dict.fromkeys(said.source.session for said in work.said)
    return Dialogue(
        id=entry.id,
        format="psydial-made",
        language=entry.language,
        source_case=entry.source_case,
        sessions=[
            CorpusSession(
                number=at,
                utterances=[
                    Utterance(speaker=s.source.speaker, text=s.text)
                    for s in work.said
                    if s.source.session == session
                ],
            )
            for at, session in enumerate(numbers, start=1)
        ],
        documents=[
            Document(kind="complaint", text=work.about),
            Document(kind="summary", text=work.summary),
        ],
        extra={"source": work.source.hash},
    )


def _kept(work: Work, turn: SourceTurn, told: str | None) -> str:
    """A counselor's turn with holes where it tells of its client; `told` bears words out."""
    borne = None if told is None else Plain(frozenset(), frozenset()).and_of(told)
    return cut(without_the_client(turn.masked, work.source), work.known, borne)


def _why(checks: list[Check]) -> list[str]:
    return [check.found for check in checks if not check.kept]


def _note(work: Work, turn: SourceTurn, text: str, checks: list[Check], tries: int) -> None:
    """Into the trail; an empty text is a turn that was dropped."""
    work.trail.turns.append(
        TurnTrail(
            turn=turn.number,
            speaker=turn.speaker,
            source=work.source.keyed(turn.text),
            source_length=length(turn.text),
            length=length(text),
            tries=tries,
            kept=bool(text),
            checks=checks,
        )
    )


WAY = Way(
    name="psydial",
    prompts=(SUMMARIZE, RECONSTRUCT, VERDICT, REFINE),
    nodes={
        "mask": mask,
        "summarize": summarize,
        "retrieve": retrieve,
        "next_turn": next_turn,
        "reconstruct": reconstruct,
        "refine": refine,
        "check": check,
    },
    begin=begin,
    finish=finish,
    answers={"next_turn": frozenset({"client", "counselor", "over"})},
    publishes_as="psydial",
)
