"""SimPsyDial's way: two agents play a client and a counselor, turn by turn, for one session.

The counselor closes, or the hour does; the client then has the last word, so that no dialogue ends
before its client has taken leave.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from muspsy_sim.datasets.making.bench import Bench, CheckFailed
from muspsy_sim.datasets.making.prompts import ROLE_CLIENT, ROLE_COUNSELOR
from muspsy_sim.datasets.making.record import given
from muspsy_sim.datasets.making.rules import Shape, broken
from muspsy_sim.datasets.making.scripts import session_of
from muspsy_sim.datasets.making.sheets import sheet_of
from muspsy_sim.datasets.making.way import Way
from muspsy_sim.records.base import Speaker
from muspsy_sim.records.corpus import Dialogue, Document
from muspsy_sim.records.corpus_answers import ScriptLine
from muspsy_sim.records.corpus_views import RoleClientView, RoleCounselorView, Sheet
from muspsy_sim.records.sheet_text import form_text
from muspsy_sim.records.views import Line


@dataclass(slots=True)
class Work:
    """One session under way."""

    bench: Bench
    sheet: Sheet
    exchange: int = 0
    closed: bool = False
    """The counselor has said goodbye."""
    left: bool = False
    """The client has."""
    dialogue: list[Line] = field(default_factory=list)

    @property
    def after(self) -> int:
        """Exchanges left after this one."""
        return max(0, self.bench.recipe.exchanges - self.exchange)


def begin(bench: Bench) -> Work:
    """Before anybody speaks. The entry holds a persona."""
    profile = given(bench.entry.profile)
    return Work(bench, sheet_of(profile))


async def client(work: Work) -> str:
    """The client's turn: `bye` once it has taken leave of a counselor who closed, else `on`."""
    view = RoleClientView(
        language=work.bench.language,
        sheet=work.sheet,
        exchange=max(1, work.exchange),
        exchanges_left=work.after,
        said_goodbye=work.closed,
        dialogue=work.dialogue,
    )
    reply = await work.bench.ask(ROLE_CLIENT, view, session=1, turn=len(work.dialogue) + 1)
    _say(work, "client", reply.text)
    work.left = work.left or reply.closes
    return "bye" if work.closed else "on"


async def counselor(work: Work) -> None:
    """The counselor's turn; it closes when it says so, when the client leaves, or at the end."""
    work.exchange += 1
    view = RoleCounselorView(
        language=work.bench.language,
        stage=_stage(work.exchange, work.bench.recipe.exchanges),
        exchange=work.exchange,
        exchanges_left=0 if work.left else work.after,
        dialogue=work.dialogue,
    )
    reply = await work.bench.ask(ROLE_COUNSELOR, view, session=1, turn=len(work.dialogue) + 1)
    _say(work, "counselor", reply.text)
    work.closed = reply.closes or view.exchanges_left == 0


async def check(work: Work) -> None:
    """Hold the rules against what was said; a played session is not played again."""
    why = broken(_lines(work), Shape(work.bench.language, opens="client", closes=False))
    if not work.bench.checked("session", why):
        raise CheckFailed("; ".join(why))


def finish(work: Work) -> Dialogue:
    """The session, with the client's description beside it."""
    entry = work.bench.entry
    return Dialogue(
        id=entry.id,
        format="simpsydial-made",
        language=entry.language,
        source_case=entry.source_case,
        sessions=[session_of(_lines(work))],
        documents=[Document(kind="profile", text=form_text(work.sheet))],
    )


def _lines(work: Work) -> list[ScriptLine]:
    return [ScriptLine(speaker=line.speaker, text=line.text) for line in work.dialogue]


def _say(work: Work, speaker: Speaker, text: str) -> None:
    number = len(work.dialogue) + 1
    work.dialogue = [*work.dialogue, Line(id=f"s1t{number}", speaker=speaker, text=text)]


def _stage(exchange: int, exchanges: int) -> Literal["exploration", "insight", "action"]:
    share = exchange / exchanges
    return "exploration" if share <= 0.45 else "insight" if share <= 0.75 else "action"


WAY = Way(
    name="simpsydial",
    prompts=(ROLE_CLIENT, ROLE_COUNSELOR),
    nodes={"client": client, "counselor": counselor, "check": check},
    begin=begin,
    finish=finish,
    answers={"client": frozenset({"on", "bye"})},
    publishes_as="simpsydial",
)
