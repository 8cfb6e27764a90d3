"""PsyDial's way, RMRR: mask a dialogue, retrieve a complaint, reconstruct its client, refine.

The client's words are seen by no prompt. A client turn that breaks a rule to the last try is taken
out with the counselor's turn before it; a counselor turn that cannot be mended within the edit cap
stays as it was, without what told of its client. The trail says so, without the source.
"""

from __future__ import annotations

from muspsy_sim.datasets.making.bench import Bench, CheckFailed
from muspsy_sim.datasets.making.plain_words import Plain, plain
from muspsy_sim.datasets.making.prompts import RECONSTRUCT, REFINE, SUMMARIZE, VERDICT
from muspsy_sim.datasets.making.record import Check, Trail, given
from muspsy_sim.datasets.making.retrieving import ranked
from muspsy_sim.datasets.making.shared_spans import LONGEST, longest_shared
from muspsy_sim.datasets.making.source_turns import source_of
from muspsy_sim.datasets.making.turn_rules import (
    summary_checks,
)
from muspsy_sim.datasets.making.way import Way
from muspsy_sim.datasets.making.ways.psydial_turns import reconstruct, refine
from muspsy_sim.datasets.making.ways.psydial_work import (
    Work,
    kept_of,
    note,
    why_not,
)
from muspsy_sim.llm.prompting import digest
from muspsy_sim.records.corpus import CorpusSession, Dialogue, Document, Utterance
from muspsy_sim.records.corpus_views import (
    MASK,
    MaskedSummaryView,
)
from muspsy_sim.records.views import Line


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
            text=MASK if turn.speaker == "client" else kept_of(work, turn, None),
        )
        for turn in source.turns
    ]
    why: list[str] = []
    for number in range(1, bench.recipe.tries + 1):
        view = MaskedSummaryView(language=bench.language, dialogue=lines, broken=why)
        work.summary = (await bench.ask(SUMMARIZE, view, turn=number)).text
        checks = summary_checks(work.summary, source, bench.language)
        work.trail.summary_checks = [*work.trail.summary_checks, *checks]
        why = why_not(checks)
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
            note(work, turn, "", [gone], 0)
            continue
        return turn.speaker
    return "over"


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
