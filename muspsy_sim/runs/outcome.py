"""What came of one whole episode, in a few numbers: what summaries and resuming need of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from muspsy_sim.llm.budget import Budget
from muspsy_sim.records.episode import CourseEnd, Usage


@dataclass(frozen=True, slots=True)
class EpisodeOutcome:
    """What came of one whole episode.

    `phq9` and `gad7`: totals at baseline and at the horizon, as the simulated client reported
    them; `None` where the course did not reach its horizon.
    """

    id: str
    persona: str
    arm: str
    seed: int
    end: CourseEnd
    end_detail: str
    end_week: int
    sessions: int
    """Sessions held; a missed one is none."""
    turns: int
    phq9: tuple[int, int] | None
    gad7: tuple[int, int] | None
    usage: dict[str, Usage]
    models: dict[str, str]

    @property
    def tokens(self) -> int:
        """Prompt and completion tokens, all roles."""
        return sum(u.prompt_tokens + u.completion_tokens for u in self.usage.values())

    @property
    def estimated(self) -> int:
        """Calls whose tokens are an estimate."""
        return sum(u.estimated for u in self.usage.values())

    def money(self, budget: Budget) -> float | None:
        """What it cost at the prices of `budget`, `None` where a model has none."""
        costs = [budget.cost(self.models.get(role, ""), u) for role, u in self.usage.items()]
        known = [cost for cost in costs if cost is not None]
        return sum(known) if len(known) == len(costs) else None


def outcome_in(raw: dict[str, Any]) -> EpisodeOutcome:
    """The outcome in an episode as stored. Raises `KeyError` and the like for what is none."""
    end = CourseEnd(raw["end"])
    held = [session for session in raw["sessions"] if session["turns"]]
    reports = [week["report"] for week in raw["weeks"]]
    first, last = raw["baseline"], reports[-1] if reports else None
    return EpisodeOutcome(
        id=raw["id"],
        persona=raw["persona"],
        arm=raw["arm"],
        seed=raw["seed"],
        end=end,
        end_detail=raw["end_detail"],
        end_week=raw["end_week"],
        sessions=len(held),
        turns=sum(len(session["turns"]) for session in held),
        phq9=(sum(first["phq9"]), sum(last["phq9"])) if first and last and end.complete else None,
        gad7=(sum(first["gad7"]), sum(last["gad7"])) if first and last and end.complete else None,
        usage={role: Usage.model_validate(used) for role, used in raw["usage"].items()},
        models=raw["provenance"]["models"],
    )
