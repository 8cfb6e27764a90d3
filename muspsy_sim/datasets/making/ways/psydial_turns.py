"""A turn of RMRR: the client's reconstructed, the counselor's refined, each held to its rules."""

from __future__ import annotations

from muspsy_sim.datasets.making.prompts import RECONSTRUCT, REFINE, VERDICT
from muspsy_sim.datasets.making.record import Check
from muspsy_sim.datasets.making.shared_spans import length
from muspsy_sim.datasets.making.turn_rules import (
    Band,
    band_of,
    client_checks,
    counselor_checks,
)
from muspsy_sim.datasets.making.ways.psydial_work import (
    CALLS_A_TURN,
    Said,
    Work,
    kept_of,
    note,
    why_not,
)
from muspsy_sim.records.corpus_views import (
    ReconstructView,
    RefineView,
    VerdictView,
)
from muspsy_sim.records.holes import without_holes


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
        call = CALLS_A_TURN * turn.number + number
        text = (await bench.ask(RECONSTRUCT, view, session=turn.session, turn=call)).text.strip()
        checks = await _client_checks(work, text, band, call)
        why = why_not(checks)
        if bench.checked("client turn", why, f"turn {turn.number} try {number}"):
            work.said.append(Said(turn, text))
            note(work, turn, text, checks, number)
            return
    note(work, turn, "", checks, bench.recipe.tries)
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
    if why_not(checks):
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
    kept = kept_of(work, turn, told)
    why: list[str] = []
    checks: list[Check] = []
    number = 0
    for number in range(1, bench.recipe.tries + 1):
        view = RefineView(
            language=bench.language, kept=kept, cap=cap, dialogue=work.dialogue, broken=why
        )
        call = CALLS_A_TURN * turn.number + number
        text = (await bench.ask(REFINE, view, session=turn.session, turn=call)).text.strip()
        checks = counselor_checks(
            text, work.source, bench.language, kept=kept, cap=cap, told=told, known=work.known
        )
        why = why_not(checks)
        if bench.checked("counselor turn", why, f"turn {turn.number} try {number}"):
            work.said.append(Said(turn, text))
            note(work, turn, text, checks, number)
            return
    stays = without_holes(kept, bench.language)
    held = counselor_checks(
        stays, work.source, bench.language, kept=kept, cap=1.0, told=told, known=work.known
    )
    if why_not(held):
        note(work, turn, "", checks, number)
        return
    work.said.append(Said(turn, stays))
    stayed = Check(rule="original stays", kept=True, found="without what told of its client")
    note(work, turn, stays, [*checks, stayed], number)
