"""What a comparison is to rest on: baseline, endpoints and factors, as declared before the run.

`run.yaml` keeps the first declaration. Whatever departs from it, or was never declared, is
exploratory, and the comparison says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Literal

from muspsy_sim.evaluation.comparing.endpoints import ENDPOINTS
from muspsy_sim.evaluation.instruments.loading import all_instruments
from muspsy_sim.evaluation.statistics.factorial import is_crossed
from muspsy_sim.records.errors import RecipeError, RunError
from muspsy_sim.runs.factors import CONTROLS
from muspsy_sim.runs.recipe import Recipe
from muspsy_sim.runs.store import Run

Standing = Literal["primary", "declared", "exploratory"]

DEFAULT_PRIMARY = "phq9_change"

_OFF = "none"


@dataclass(slots=True)
class Declared:
    """What `run.yaml` says was declared, and the arms as it describes them."""

    primary: str | None = None
    endpoints: list[str] = field(default_factory=list)
    baseline: str | None = None
    clients: int | None = None
    factors: dict[str, list[str]] = field(default_factory=dict)
    changed_later: bool = False
    arms: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def anything(self) -> bool:
        """Whether an endpoint was declared."""
        return bool(self.endpoints)

    def standing(self, endpoint: str) -> Standing:
        """What was said of an endpoint beforehand."""
        if endpoint == self.primary:
            return "primary"
        return "declared" if endpoint in self.endpoints else "exploratory"

    def is_control(self, arm: str) -> bool:
        """Whether an arm is a control, not a counselor."""
        return bool(self.arms.get(arm, {}).get("control"))


@dataclass(frozen=True, slots=True)
class Crossed:
    """A complete factorial design: the arms' levels, and each factor's, the reference first."""

    arms: dict[str, dict[str, str]]
    levels: dict[str, list[str]]
    declared: bool


def declared_of(described: dict[str, Any]) -> Declared:
    """What a run's description declares."""
    said = described.get("declared")
    said = said if isinstance(said, dict) else {}
    arms = described.get("arms")
    return Declared(
        primary=said.get("primary"),
        endpoints=list(said.get("endpoints") or []),
        baseline=said.get("baseline"),
        clients=said.get("clients"),
        factors={str(f): list(levels) for f, levels in (said.get("factors") or {}).items()},
        changed_later="declared_later" in described,
        arms=dict(arms) if isinstance(arms, dict) else {},
    )


def choose_baseline(run: Run, declared: Declared, arms: Sequence[str], asked: str | None) -> str:
    """The arm that the others are compared with.

    Asked for, declared, all factors at their reference, or the first that is no control. Raises
    `RunError` where the one asked for or declared has no episode.
    """
    wanted = asked or declared.baseline
    if wanted is not None and wanted not in arms:
        near = get_close_matches(wanted, arms, 1)
        known = f"did you mean {near[0]!r}? " if near else ""
        if wanted in declared.arms:
            raise RunError(
                f"the baseline {wanted!r} has no whole episode",
                file=run.folder,
                hint="run what is owed of it, or name another with --baseline",
            )
        raise RunError(
            f"the run has no arm {wanted!r}",
            file=run.folder,
            field="--baseline" if asked else "baseline",
            hint=f"{known}it has {', '.join(arms)}",
        )
    if wanted is not None:
        return wanted
    crossed = crossing(declared, arms)
    if crossed:
        at = {factor: levels[0] for factor, levels in crossed.levels.items()}
        return next(arm for arm, levels in crossed.arms.items() if levels == at)
    real = [arm for arm in arms if not declared.is_control(arm)]
    return "neither" if "neither" in real else (real or list(arms))[0]


def confirming(declared: Declared, main: str, asked: str | None, base: str) -> list[str]:
    """The endpoints that were declared; none where primary or baseline are not as declared."""
    if asked is not None and asked != declared.primary:
        return []
    if declared.changed_later or (declared.baseline is not None and declared.baseline != base):
        return []
    return list(declared.endpoints)


def crossing(declared: Declared, arms: Sequence[str]) -> Crossed | None:
    """The factorial design of a run, declared or read off the arms' levels; `None` for none."""
    listed = {f: levels for f, levels in declared.factors.items() if len(levels) > 1}
    if listed:
        at = {
            arm: {f: str(own[f]) for f in listed}
            for arm in arms
            if (own := declared.arms.get(arm, {}).get("factors") or {}) and set(listed) <= set(own)
        }
        inside = {
            arm: levels for arm, levels in at.items() if all(levels[f] in listed[f] for f in listed)
        }
        return Crossed(inside, listed, True) if is_crossed(inside, listed) else None
    return _read_off(declared, arms)


def _read_off(declared: Declared, arms: Sequence[str]) -> Crossed | None:
    """A crossing that nobody declared: arms that differ in a few levels only, all combined."""
    levels = {
        arm: {f: str(v) for f, v in (declared.arms.get(arm, {}).get("levels") or {}).items()}
        for arm in arms
        if not declared.is_control(arm)
    }
    names = list(next(iter(levels.values()), {}))
    varied: dict[str, list[str]] = {}
    for factor in names:
        found = list(dict.fromkeys(own.get(factor, "") for own in levels.values()))
        if len(found) > 1:
            varied[factor] = sorted(found, key=lambda level: level != _OFF)
    if len(varied) < 2:
        return None
    at = {arm: {f: own[f] for f in varied} for arm, own in levels.items()}
    return Crossed(at, varied, False) if is_crossed(at, varied) else None


_MATCHED = {"sham": "tokens", "scrambled": "tokens and form", "random": "calls"}
"""What a control has in common with the level that it is a control of."""


def matched_pairs(declared: Declared, arms: Sequence[str]) -> list[tuple[str, str, str]]:
    """(arm, its control, what is matched): arms that differ in nothing but a control's level."""
    pairs = []
    for control in arms:
        own = declared.arms.get(control, {}).get("factors") or {}
        for factor, levels in CONTROLS.items():
            if own.get(factor) not in levels:
                continue
            matched = _MATCHED[own[factor]]
            for arm in arms:
                other = declared.arms.get(arm, {}).get("factors") or {}
                differs = [f for f in own if other.get(f) != own[f]]
                if differs == [factor] and other.get(factor) not in (_OFF, *levels):
                    pairs.append((arm, control, matched))
    return pairs


def check_endpoints(recipe: Recipe) -> None:
    """Refuse a declared endpoint that nothing can give. Raises `RecipeError` with the nearest."""
    for name in recipe.declared_endpoints():
        check_endpoint(name, "primary" if name == recipe.primary else "endpoints")


def check_endpoint(name: str, where: str) -> None:
    """Refuse a name that is no endpoint; `INSTRUMENT.ITEM` is left to the evaluation.

    A primary endpoint of a shipped instrument that rates a process is refused: it is no outcome.
    """
    if name in ENDPOINTS:
        return
    if "." in name.strip(".") and " " not in name:
        if where != "endpoints" and _of_a_process(name):
            raise RecipeError(
                f"{name} is rated with sight of the counselor's plan or notes: it is a process, "
                "and no outcome that a comparison could be about",
                field=where,
                hint=f"name an outcome, such as {DEFAULT_PRIMARY}, and this among `endpoints`",
            )
        return
    near = get_close_matches(name, ENDPOINTS, 1)
    raise RecipeError(
        f"there is no endpoint {name!r}",
        field=where,
        hint=f"did you mean {near[0]!r}?"
        if near
        else f"known: {', '.join(ENDPOINTS)}; a judged one is INSTRUMENT.ITEM",
    )


def _of_a_process(name: str) -> bool:
    instrument = name.partition(".")[0]
    return any(i.id == instrument and i.measures == "process" for i in all_instruments())
