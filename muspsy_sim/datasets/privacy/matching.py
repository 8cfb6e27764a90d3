"""Which reconstruction, and which complaint, belongs to which original."""

from __future__ import annotations

from collections.abc import Sequence

from muspsy_sim.datasets.making.source_turns import source_hash
from muspsy_sim.records.corpus import Dialogue
from muspsy_sim.records.errors import FormatError

Pairs = list[tuple[Dialogue, Dialogue]]


def matched(originals: Sequence[Dialogue], others: Sequence[Dialogue]) -> tuple[Pairs, list[str]]:
    """Each original with the other that belongs to it, and the ids of those that have none.

    By id, else by the hash of its source that the way `psydial` gives each, else by their order.
    """
    by_id = {each.id: each for each in others}
    if any(each.id in by_id for each in originals):
        pairs = [(each, by_id[each.id]) for each in originals if each.id in by_id]
        return pairs, [each.id for each in originals if each.id not in by_id]
    by_source = {source: each for each in others if (source := each.extra.get("source"))}
    known = [(each, by_source.get(source_hash(each))) for each in originals] if by_source else []
    if any(found is not None for _, found in known):
        pairs = [(each, found) for each, found in known if found is not None]
        return pairs, [each.id for each, found in known if found is None]
    if len(originals) == len(others):
        return [*zip(originals, others, strict=True)], []
    return [], [each.id for each in originals]


def complaints_of(originals: Sequence[Dialogue], others: Sequence[Dialogue]) -> list[str]:
    """The complaint of each original, in their order; empty for one that has none.

    `others` are matched as reconstructions are: what a corpus made by `psydial` holds of them, or
    texts that are a complaint and nothing else. Raises `FormatError` where none can be matched.
    """
    pairs, _ = matched(originals, others)
    if not pairs:
        raise FormatError(
            f"there are {len(others)} complaints for {len(originals)} originals",
            hint="give one for each original, in their order, or the reconstructed corpus",
        )
    told = {id(one): _complaint(other) for one, other in pairs}
    return [told.get(id(each), "") for each in originals]


def client_text(dialogue: Dialogue) -> str:
    """What the client says, all sessions."""
    return "\n".join(turn.text for turn in dialogue.utterances() if turn.speaker == "client")


def _complaint(dialogue: Dialogue) -> str:
    paper = dialogue.document("complaint")
    return client_text(dialogue) if paper is None else paper.text
