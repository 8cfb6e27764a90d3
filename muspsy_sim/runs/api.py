"""From Python: one course, one call.

`run_course(persona, counselor=...)` runs a client against an arm, or against any callable that
takes the conversation and returns a reply, and gives back the whole episode.
"""

from __future__ import annotations

import asyncio
import inspect
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from muspsy_sim.llm.seam import Model, ModelFailure, Reply, Request, Role
from muspsy_sim.llm.tokens import estimate_prompt_tokens, estimate_tokens
from muspsy_sim.personas.library import load_profile
from muspsy_sim.records.episode import Episode, Usage
from muspsy_sim.records.errors import ContentError, Problem, RecipeError, RunError
from muspsy_sim.records.profile import Profile
from muspsy_sim.records.strict_yaml import validate_tree
from muspsy_sim.records.yaml_tree import Tree
from muspsy_sim.runs.orchestrator import run
from muspsy_sim.runs.plan import plan_run
from muspsy_sim.runs.recipe import ArmUse, Recipe
from muspsy_sim.runs.store import read_episode

Conversation = list[dict[str, str]]
"""Chat messages as most chat interfaces take them: `role` (system, user, assistant), `content`."""

CounselorCallable = Callable[[Conversation], str | Awaitable[str]]

CALLABLE = "callable:"
"""How a Python callable is named where a model string stands."""


class CallableModel:
    """A Python callable in the counselor's chair. A sync one runs in a thread."""

    def __init__(self, call: CounselorCallable) -> None:
        self._call = call
        self.name = CALLABLE + getattr(call, "__name__", type(call).__name__)

    async def reply(self, request: Request) -> Reply:
        """The callable's reply to the conversation. Whatever it raises is a `server` failure."""
        conversation = [{"role": m.role, "content": m.content} for m in request.messages]
        try:
            if inspect.iscoroutinefunction(self._call):
                text = await self._call(conversation)
            else:
                text = await asyncio.to_thread(self._call, conversation)
                if inspect.isawaitable(text):
                    text = await text
        except Exception as error:  # somebody else's code may raise anything
            raise ModelFailure("server", f"{self.name} raised {type(error).__name__}") from error
        if not isinstance(text, str):
            raise ModelFailure("malformed", f"{self.name} returned {type(text).__name__}, not str")
        used = Usage(
            calls=1,
            prompt_tokens=estimate_prompt_tokens(request.messages),
            completion_tokens=estimate_tokens(text),
            estimated=1,
        )
        return Reply(text, usage=used)


def run_course(
    persona: str | Path | Profile,
    counselor: str | ArmUse | CounselorCallable = "full",
    **settings: Any,
) -> Episode:
    """Run one course and return its episode. See `arun_course`, which this runs to its end.

    Raises `RunError` where an event loop runs already, as in a notebook.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        pass
    else:
        raise RunError(
            "run_course() was called where an event loop runs already, as in a notebook",
            hint="write `await arun_course(...)` there; it takes the same arguments",
        )
    return asyncio.run(arun_course(persona, counselor, **settings))


async def arun_course(
    persona: str | Path | Profile,
    counselor: str | ArmUse | CounselorCallable = "full",
    *,
    seed: int = 0,
    models: Mapping[str, str] | None = None,
    system: str | None = None,
    out: Path | None = None,
    overrides: Mapping[Role, Model] | None = None,
    **settings: Any,
) -> Episode:
    """Run one course of counseling and return its episode.

    `persona`: an id, a profile file or a `Profile`. `counselor`: an arm's name, an `ArmUse`, or a
    callable that takes the conversation (`system`: its system prompt). `models`: role to model
    string, `offline` where none is given. `overrides`: models that are given, not named.
    `settings`: any other field of a `Recipe`, such as
    `sessions`, `exchanges`, `intake`. With `out` the run is kept there and resumed from there.

    Raises `MuspsyError` for what a caller can mend; a failing model ends the episode instead.
    """
    profile = persona if isinstance(persona, Profile) else load_profile(str(persona))
    seated: dict[Role, Model] = dict(overrides or {})
    named = dict(models or {})
    named.update((role, model.name) for role, model in seated.items())
    use: str | ArmUse
    if callable(counselor) and not isinstance(counselor, ArmUse):
        model = CallableModel(counselor)
        seated["counselor"] = model
        named["counselor"] = model.name
        use = ArmUse(graph="bare", system=system)
    else:
        use = counselor
    called: dict[str, object] = {
        **settings,
        "personas": [profile.id],
        "arms": [use.model_dump() if isinstance(use, ArmUse) else use],
        "seeds": [seed],
        "models": named,
    }
    recipe = recipe_called(called)
    plan = plan_run(recipe, profiles=[profile])
    with tempfile.TemporaryDirectory(prefix="muspsy-") as temporary:
        folder = Path(out) if out is not None else Path(temporary)
        outcome = await run(plan, folder, overrides=seated)
        return read_episode(outcome.run, plan.episodes[0].id)


def recipe_called(called: Mapping[str, object]) -> Recipe:
    """The recipe that a call asks for. Raises `RecipeError` naming the arguments that don't fit."""
    try:
        return validate_tree(Tree(Path(), dict(called), {}), Recipe)
    except ContentError as error:
        first, *others = (Problem(p.message, None, None, p.field, p.hint) for p in error.problems)
        raise RecipeError(
            first.message, field=first.field, hint=first.hint, others=others
        ) from error
