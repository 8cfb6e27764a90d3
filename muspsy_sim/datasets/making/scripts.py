"""A written session, checked and asked for again while a rule is broken."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from muspsy_sim.datasets.making.bench import Bench, CheckFailed
from muspsy_sim.datasets.making.rules import Shape, broken
from muspsy_sim.records.corpus import CorpusSession, Utterance
from muspsy_sim.records.corpus_answers import ScriptLine

Rule = Callable[[Sequence[ScriptLine]], list[str]]


async def written(
    bench: Bench,
    write: Callable[[list[str], int], Awaitable[Sequence[ScriptLine]]],
    shape: Shape,
    *,
    where: str = "",
    more: Rule = lambda _: [],
) -> list[ScriptLine]:
    """The first try that keeps the rules. `write` is given what the last try broke, and its number.

    Raises `CheckFailed` where none of the recipe's tries keeps them.
    """
    why: list[str] = []
    for number in range(1, bench.recipe.tries + 1):
        lines = [*await write(why, number)]
        why = [*broken(lines, shape), *more(lines)]
        if bench.checked("session", why, f"{where} try {number}".strip()):
            return lines
    raise CheckFailed(f"{where or 'the session'}: {'; '.join(why)}")


def session_of(lines: Sequence[ScriptLine], number: int = 1) -> CorpusSession:
    """Written lines as a session of a corpus."""
    return CorpusSession(
        number=number,
        utterances=[Utterance(speaker=line.speaker, text=line.text) for line in lines],
    )
