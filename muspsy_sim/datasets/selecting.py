"""Which episodes an export takes, and why each of the others is left out.

Control arms and episodes that were not lived to their end are left out unless they are named.
Episodes that the offline default had a part in are refused unless they are allowed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from muspsy_sim.datasets.reading import Glance
from muspsy_sim.records.errors import ExportError

ALL = "all"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the caller named. `arms` empty = all but controls; `failed` may be `("all",)`."""

    arms: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    allow_offline: bool = False


@dataclass(frozen=True, slots=True)
class Selection:
    """The episodes taken, by id, and how many were left out for which reason."""

    taken: tuple[Glance, ...]
    left_out: Counter[str] = field(default_factory=Counter)

    def source_cases(self) -> list[str]:
        """The source cases of the episodes taken, each once, sorted."""
        return sorted({g.source_case for g in self.taken})

    def offline_roles(self) -> list[str]:
        """Roles that the offline default answered in any of them."""
        return sorted({role for g in self.taken for role in g.offline})


def select(found: Iterable[Glance], wanted: Wanted) -> Selection:
    """Take and leave out.

    Raises:
        ExportError: an arm or episode is named that the run does not have, nothing is left, or
            the offline default had a part in one and `allow_offline` is not set.
    """
    everything = list(found)
    _check_names(everything, wanted)
    taken: list[Glance] = []
    left_out: Counter[str] = Counter()
    for glance in everything:
        reason = _reason_against(glance, wanted)
        if reason is None:
            taken.append(glance)
        else:
            left_out[reason] += 1
    if not taken:
        told = "; ".join(f"{n} x {reason}" for reason, n in sorted(left_out.items()))
        raise ExportError(
            f"no episode is left to export ({told})",
            hint="name control arms with --arms, and unfinished courses with --include-failed",
        )
    _check_offline(taken, wanted)
    return Selection(taken=tuple(taken), left_out=left_out)


def _reason_against(glance: Glance, wanted: Wanted) -> str | None:
    if glance.id in wanted.leave_out:
        return "named with --leave-out"
    if wanted.arms and glance.arm not in wanted.arms:
        return f"arm {glance.arm}: not among --arms"
    if glance.control and glance.arm not in wanted.arms:
        return f"arm {glance.arm}: a control"
    if glance.failed and not {ALL, glance.id} & set(wanted.failed):
        return f"course not complete: {glance.end.value}"
    return None


def _check_names(found: list[Glance], wanted: Wanted) -> None:
    arms = sorted({g.arm for g in found})
    for arm in wanted.arms:
        if arm not in arms:
            raise ExportError(
                f"the run has no arm {arm!r}", field="--arms", hint=f"it has {', '.join(arms)}"
            )
    ids = {g.id for g in found}
    for option, names in (("--include-failed", wanted.failed), ("--leave-out", wanted.leave_out)):
        for name in names:
            if name not in ids and not (name == ALL and option == "--include-failed"):
                raise ExportError(
                    f"the run has no finished episode {name!r}",
                    field=option,
                    hint="see `muspsy status RUN` for the ids",
                )


def _check_offline(taken: list[Glance], wanted: Wanted) -> None:
    touched = [g for g in taken if g.offline]
    if not touched or wanted.allow_offline:
        return
    roles = ", ".join(sorted({role for g in touched for role in g.offline}))
    raise ExportError(
        f"the offline default spoke in {len(touched)} of {len(taken)} episodes ({roles}): it is "
        "there to try and to teach, and its sentences are no training data",
        file=touched[0].file,
        hint="run with a model, or add --allow-offline to export all the same",
    )
