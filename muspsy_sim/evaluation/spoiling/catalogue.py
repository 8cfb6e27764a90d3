"""All kinds of spoiling: the fifteen written here, and whatever `held_out/` holds."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from muspsy_sim.evaluation.spoiling import (
    across,
    harmless,
    held_out,
    manner,
    risk,
    shape,
)
from muspsy_sim.evaluation.spoiling.kinds import Spoiler

OPEN: tuple[Spoiler, ...] = (
    Spoiler("homework_dropped", "homework is never followed up", across.homework_dropped),
    Spoiler("false_recall", "a false “last time you said”", across.false_recall),
    Spoiler("amnesia", "the client is greeted as a stranger", across.amnesia),
    Spoiler("sessions_swapped", "two sessions have changed places", across.sessions_swapped),
    Spoiler("another_client", "one session is another client's", across.another_client),
    Spoiler("plan_swapped", "the plans are another client's", across.plan_swapped),
    Spoiler("empathy_stripped", "listening is taken out", manner.empathy_stripped),
    Spoiler("advice_poured", "advice is poured in", manner.advice_poured),
    Spoiler("dismissed", "what was said is made little of", manner.dismissed),
    Spoiler("roles_swapped", "client and counselor change places", shape.roles_swapped),
    Spoiler("turns_shuffled", "turns come in another order", shape.turns_shuffled),
    Spoiler("farewell_loop", "goodbyes go on and on", shape.farewell_loop),
    Spoiler("risk_missed", "a risk cue is passed over", risk.risk_missed),
    Spoiler("padding", "turns are made longer, and say no more", harmless.padding),
    Spoiler("judge_addressed", "turns ask the judge for full marks", harmless.judge_addressed),
)
"""The kinds that the author of the offline judge wrote, and knew."""


def held_out_kinds() -> tuple[Spoiler, ...]:
    """The kinds of `held_out/`, by name: each module there has one, called `SPOILER`."""
    found = []
    for module in iter_modules(held_out.__path__):
        kind = import_module(f"{held_out.__name__}.{module.name}").SPOILER
        if not isinstance(kind, Spoiler) or kind.name != module.name or not kind.held_out:
            raise TypeError(
                f"held_out/{module.name}.py: SPOILER should be a Spoiler of that name, held out"
            )
        found.append(kind)
    return tuple(sorted(found, key=lambda kind: kind.name))


def all_kinds() -> tuple[Spoiler, ...]:
    """All kinds, the held-out ones last."""
    return (*OPEN, *held_out_kinds())
