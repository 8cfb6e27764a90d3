"""A pilot: a course or two of each arm, answered offline, to count calls and measure prompts.

The prompts are the ones that the paid models would be sent, word for word, filled with what offline
counselors and clients say. A wordier model makes longer prompts and answers; a course that ends
early makes fewer. Tokens are estimates, as everywhere where no server counts.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from muspsy_sim.llm.offline import OfflineModel
from muspsy_sim.llm.seam import Model, Reply, Request, Role
from muspsy_sim.llm.tokens import estimate_prompt_tokens, estimate_tokens
from muspsy_sim.records.episode import Usage
from muspsy_sim.records.profile import Profile
from muspsy_sim.runs.orchestrator import run
from muspsy_sim.runs.plan import RunPlan, plan_run
from muspsy_sim.runs.provenance import ROLES
from muspsy_sim.runs.recipe import ArmUse, Recipe
from muspsy_sim.runs.store import episodes

MOST_SESSIONS = 12
MOST_EXCHANGES = 30
"""A pilot is no longer than this; what the recipe asks for beyond is scaled up from it."""


@dataclass(slots=True)
class Pilot:
    """What a course of each arm takes, by role: mean over the pilot's courses."""

    usage: dict[str, dict[str, tuple[float, float, float]]] = field(default_factory=dict)
    """Arm -> role -> calls, prompt tokens, completion tokens of one course."""
    courses: int = 0
    scale: float = 1.0
    """How many times longer the recipe's courses may be than the pilot's."""


class _Measured:
    """The offline model, with the tokens that a paid one would be billed for."""

    name = "offline"

    def __init__(self) -> None:
        self._inner = OfflineModel()

    async def reply(self, request: Request) -> Reply:
        """The offline answer and what it would have taken."""
        reply = await self._inner.reply(request)
        used = Usage(
            calls=1,
            prompt_tokens=estimate_prompt_tokens(request.messages),
            completion_tokens=estimate_tokens(reply.text),
            estimated=1,
        )
        return Reply(reply.text, usage=used)


def run_pilot(plan: RunPlan) -> Pilot:
    """Run the pilot of a planned run, in a folder that is thrown away."""
    recipe = plan.recipe
    sessions, exchanges = (
        min(recipe.sessions, MOST_SESSIONS),
        min(recipe.exchanges, MOST_EXCHANGES),
    )
    small = recipe.model_copy(
        update={
            "arms": [_offline(use) for use in recipe.uses()],
            "factors": None,
            "controls": [],
            "models": {},
            "seeds": recipe.seeds[:1],
            "sessions": sessions,
            "exchanges": exchanges,
            "variants": 0,
            "budget": type(recipe.budget)(),
        }
    )
    profiles = _one_of_each_language(plan.profiles)
    overrides: dict[Role, Model] = {role: _Measured() for role in ROLES}
    found = Pilot(scale=recipe.sessions * recipe.exchanges / (sessions * exchanges))
    sums: dict[str, dict[str, Usage]] = {}
    number: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="muspsy-pilot-") as folder:
        outcome = asyncio.run(
            run(plan_run(small, profiles=profiles), Path(folder), overrides=overrides)
        )
        for episode in episodes(outcome.run):
            number[episode.arm] += 1
            of_arm = sums.setdefault(episode.arm, {})
            for role, used in episode.usage.items():
                of_arm[role] = of_arm.get(role, Usage()) + used
    for arm, by_role in sums.items():
        found.usage[arm] = {
            role: (
                used.calls / number[arm],
                used.prompt_tokens / number[arm],
                used.completion_tokens / number[arm],
            )
            for role, used in by_role.items()
        }
    found.courses = number.total()
    return found


def most_calls(nodes: frozenset[str], recipe: Recipe) -> int:
    """Calls of the longest course that an arm with these nodes can take, retries left out."""
    if "session" not in nodes:
        return 0
    each_turn = len(nodes & {"plan", "respond", "respond_bare", "appraise", "speak"})
    each_session = len(nodes & {"remember", "plan_next", "reflect"})
    greeting = "greet" in nodes  # a client that opens speaks once more
    once = "plan_first" in nodes
    return recipe.sessions * (recipe.exchanges * each_turn + each_session + greeting) + once


def _offline(use: ArmUse) -> ArmUse:
    return use.model_copy(update={"models": {}, "name": use.label})


def _one_of_each_language(profiles: list[Profile]) -> list[Profile]:
    return list({profile.language: profile for profile in reversed(profiles)}.values())
