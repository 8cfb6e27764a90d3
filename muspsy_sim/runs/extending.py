"""A folder that holds results already: refused for another recipe, extended by the same one.

More personas, arms and seeds are welcome in a run. `run.yaml` then describes all that the folder
holds, so that what was run before can still be replayed, forked and exported.
"""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from muspsy_sim.records.errors import MuspsyError, RunError
from muspsy_sim.runs.plan import RunPlan, plan_arm
from muspsy_sim.runs.provenance import Hashes, profile_hash
from muspsy_sim.runs.recipe import ArmUse, Recipe
from muspsy_sim.runs.store import Run, read_run_file

_ANEW = "use another --out, or begin anew with --restart"


def described_with_before(run: Run, plan: RunPlan) -> dict[str, Any]:
    """What `run.yaml` is to hold: the plan, and what earlier plans left in the folder.

    Raises `RunError` when the folder holds results of another recipe, or of a fork.
    """
    now = plan.described()
    if not run.file.is_file():
        if run.episode_ids():
            raise RunError(
                "this folder holds episodes and no run.yaml",
                file=run.folder,
                hint="use another --out, put run.yaml back, or remove its episodes/ and journal/",
            )
        return now
    before = read_run_file(run)
    if before.get("fork"):
        raise RunError(
            "this folder holds a fork", file=run.folder, hint="go on with it by `muspsy fork`"
        )
    _check_personas(run, plan, before)
    arms = before.get("arms")
    earlier = arms if isinstance(arms, dict) else {}
    for arm in plan.arms:
        if arm.use.label in earlier:
            _check_hashes(run, arm.use.label, earlier[arm.use.label], arm.hashes)
    others = [use for use in _uses(run, before) if use.label not in now["arms"]]
    for use in others:
        if use.label in earlier:
            _check_hashes(run, use.label, earlier[use.label], _hashes_now(run, plan, use))
    return _both(run, before, now, others)


def _both(
    run: Run, before: dict[str, Any], now: dict[str, Any], others: list[ArmUse]
) -> dict[str, Any]:
    """The new description with what the folder holds besides."""
    recipe = dict(now["recipe"])
    recipe["arms"] = [*recipe["arms"], *(use.model_dump(mode="json") for use in others)]
    for field in ("personas", "seeds"):
        recipe[field] = list(dict.fromkeys([*recipe[field], *before["recipe"].get(field, [])]))
    earlier = [name for name in before.get("episodes") or [] if _recorded(run, str(name))]
    return {
        **now,
        **_declared_first(run, before, now),
        "recipe": recipe,
        "arms": {**(before.get("arms") or {}), **now["arms"]},
        "personas": {**(before.get("personas") or {}), **now["personas"]},
        "episodes": list(dict.fromkeys([*now["episodes"], *earlier])),
    }


def _declared_first(run: Run, before: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    """What was declared before the first episode stands; a later saying is kept apart as one."""
    first = before.get("declared")
    if not run.episode_ids() or not isinstance(first, dict):
        return {}
    kept: dict[str, Any] = {"declared": first}
    if now["declared"] != first:
        kept["declared_later"] = now["declared"]
    return kept


def _recorded(run: Run, name: str) -> bool:
    return run.episode_file(name).is_file() or run.journal_file(name).is_file()


def _uses(run: Run, before: dict[str, Any]) -> list[ArmUse]:
    try:
        return Recipe.model_validate(before["recipe"]).uses()
    except ValidationError as error:
        raise RunError("does not describe a run", file=run.file, hint=_ANEW) from error


def _hashes_now(run: Run, plan: RunPlan, use: ArmUse) -> Hashes:
    try:
        return plan_arm(plan.recipe, use).hashes
    except MuspsyError as error:
        raise RunError(
            f"this folder holds results of arm {use.label!r}, which can no longer be made: "
            f"{error.message}",
            file=run.folder,
            hint=_ANEW,
        ) from error


def _check_personas(run: Run, plan: RunPlan, before: dict[str, Any]) -> None:
    known = before.get("personas")
    for profile in plan.profiles:
        then = known.get(profile.id) if isinstance(known, dict) else None
        if isinstance(then, dict) and then.get("hash") != profile_hash(profile):
            raise RunError(
                f"this folder holds results of another recipe: persona {profile.id!r} has changed",
                file=run.folder,
                hint=_ANEW,
            )


def _check_hashes(run: Run, label: str, then: Any, now: Hashes) -> None:
    hashes = then.get("hashes") if isinstance(then, dict) else None
    if not isinstance(hashes, dict):
        raise RunError(f"does not describe arm {label!r}", file=run.file, hint=_ANEW)
    for what in ("recipe", "content", "prompts", "schemas"):
        old, new = hashes.get(what), getattr(now, what)
        if old != new:
            names = _differing(old, new) if isinstance(new, dict) else []
            raise RunError(
                f"this folder holds results of another recipe: {what} differs in arm {label!r}"
                + (f" ({', '.join(names)})" if names else ""),
                file=run.folder,
                hint=_ANEW,
            )


def _differing(then: object, now: dict[str, str]) -> list[str]:
    old = then if isinstance(then, dict) else {}
    return sorted(name for name in {*old, *now} if old.get(name) != now.get(name))
