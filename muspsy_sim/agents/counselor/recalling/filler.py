"""Sham recall: neutral filler of the length that notes would have, the control for length.

Sentences from a general reference, told in a keyed order and never chosen by anything that was
said. All that it knows of the notes is how many tokens each would take.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from pydantic import Field

from muspsy_sim.agents.counselor.recalling.size import newest_within
from muspsy_sim.llm.tokens import estimate_tokens
from muspsy_sim.records.base import Language, Record
from muspsy_sim.records.chance import Chance
from muspsy_sim.records.content import content_path
from muspsy_sim.records.strict_yaml import load_strict
from muspsy_sim.records.views import Recalled

HEADING = "From a general reference work, of no bearing on this client:"
"""What the prompts say above filler; its length is the filler's too."""
NOTHING = "You remember nothing beyond this conversation and the intake."
"""What the prompts say where nothing is remembered, and do not where notes stand."""
COUNTED = "This is session 1."
"""What the prompts say where notes stand, and do not where nothing is remembered."""


class FillerFile(Record):
    """One file of `agents/counselor/sham/`."""

    language: Language
    sentences: list[str] = Field(
        min_length=60, description="of no bearing on any client, each whole in itself"
    )


@cache
def filler_sentences(language: Language) -> tuple[tuple[str, int], ...]:
    """The sentences of a language with their tokens. Raises `ContentError`."""
    path = content_path("agents", "counselor", "sham", f"{language}.yaml")
    return tuple((s, estimate_tokens(s)) for s in load_strict(path, FillerFile).sentences)


def sham(
    note_tokens: Sequence[int],
    budget: int,
    language: Language,
    chance: Chance,
    session: int,
    turn: int,
) -> list[Recalled]:
    """Filler as long as recall `notes` would be within the same budget; empty without notes."""
    if not note_tokens:
        return []
    wanted = sum(note_tokens[-newest_within(note_tokens, budget) :])
    wanted += estimate_tokens(COUNTED) - estimate_tokens(HEADING) - estimate_tokens(NOTHING)
    text = _text(wanted, language, chance, session, turn)
    return [Recalled(session=0, ref="filler", text=text)]


def _text(wanted: int, language: Language, chance: Chance, session: int, turn: int) -> str:
    """Sentences that fit into `wanted` tokens, in a keyed order.

    What is left over is less than the shortest of them. A text longer than all sentences together
    begins over, in another order.
    """
    pool = filler_sentences(language)
    shortest = min(size for _, size in pool)
    told: list[str] = []
    rounds = 0
    while wanted >= shortest:
        order = list(pool)
        chance.rng(session, turn, f"counselor.filler/{rounds}").shuffle(order)
        for sentence, size in order:
            if size <= wanted:
                told.append(sentence)
                wanted -= size
        rounds += 1
    return ("" if language == "zh" else " ").join(told)
