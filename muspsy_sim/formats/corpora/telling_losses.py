"""What a format has no place for, told by kind: one line for all fields, not one for each."""

from __future__ import annotations

from collections.abc import Mapping

_SHOWN = 12


def loss_lines(lost: Mapping[str, int], dialogues: int, shown: int | None = _SHOWN) -> list[str]:
    """A line a kind: the names that are lost in as many dialogues stand together, most first.

    `lost` is what `losses` names, and in how many dialogues; `dialogues` how many there were. At
    most `shown` names of one number are spelled out, the others counted; None spells all. Of one
    dialogue no numbers are told.
    """
    kinds: dict[str, dict[int, list[str]]] = {}
    for what, number in sorted(lost.items()):
        kind, colon, name = what.partition(": ")
        numbers = kinds.setdefault(_PLURAL.get(kind, kind) if colon else "", {})
        numbers.setdefault(number, []).append(name if colon else what)
    return [
        (f"{kind}: " if kind else "")
        + "; ".join(
            _named(numbers[n], shown) + ("" if dialogues == 1 else _in(n, dialogues))
            for n in sorted(numbers, reverse=True)
        )
        for kind, numbers in kinds.items()
    ]


_PLURAL = {"field": "fields", "field of turns": "fields of turns"}


def _in(number: int, dialogues: int) -> str:
    return f" (in all {number:,})" if number == dialogues else f" (in {number:,})"


def _named(names: list[str], shown: int | None) -> str:
    if shown is None or len(names) <= shown:
        return ", ".join(names)
    return f"{', '.join(names[:shown])} and {len(names) - shown} more"
