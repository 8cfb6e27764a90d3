"""Courses lived again in memory: what offline answers goes straight from its view to the course.

Nothing is journalled, rendered or written, since nobody reads it afterwards: a course costs half of
what it costs in a run, and its endpoints are the same to the last digit.
"""

from __future__ import annotations

from pathlib import Path
from random import Random

import orjson

from muspsy_sim.agents.client.dynamics import Dynamics
from muspsy_sim.evaluation.comparing.reading import Row, row_of
from muspsy_sim.llm.ask import Answered, Asker
from muspsy_sim.llm.counting import UsageCount
from muspsy_sim.llm.offline import offline_answer
from muspsy_sim.llm.seam import A, Prompt, V
from muspsy_sim.records.episode import Episode, Usage
from muspsy_sim.runs.course import Seat, begin, cover_of, episode_of, live
from muspsy_sim.runs.plan import PlannedEpisode, RunPlan, provenance_of
from muspsy_sim.runs.store import episode_bytes


class Unrecorded(Asker):
    """Asks offline and keeps nothing: the same answers as over a journal, without its cost."""

    __slots__ = ()

    async def __call__(
        self, prompt: Prompt[V, A], view: V, *, session: int, turn: int = 0
    ) -> Answered[A]:
        """Answer from the view and the keyed seed."""
        seed = self.chance.integer(session, turn, prompt.name) & 0x7FFFFFFF
        said = offline_answer(prompt.name, view, Random(seed)).model_dump()
        if prompt.plain:
            said = {"text": str(said["text"]).strip()}
        return Answered(prompt.answer.model_validate(said), None, Usage())


async def row_lived(plan: RunPlan, planned: PlannedEpisode, dynamics: Dynamics) -> Row:
    """What a comparison keeps of one episode, lived under `dynamics`."""
    episode = await live_unrecorded(plan, planned, dynamics)
    # As its file would hold it: the order of keys decides the last digit of a sum.
    return row_of(orjson.loads(episode_bytes(episode)), Path(f"{planned.id}.json"))


async def live_unrecorded(plan: RunPlan, planned: PlannedEpisode, dynamics: Dynamics) -> Episode:
    """One episode of the offline models, lived to its horizon. It tells of no usage."""
    arm = planned.arm
    seat = Seat(arm.use.label, arm.arm, arm.levels, {}, {}, arm.use.system)
    course = begin(
        planned.id, planned.profile, seat, planned.seed, plan.schedule, dynamics=dynamics
    )
    course.ask = Unrecorded(planned.id, {}, {}, course.client.chance)
    await live(course, seat)
    made_with = provenance_of(plan.recipe, arm)
    cover = cover_of(course, planned.id, planned.seed, seat, made_with, UsageCount())
    return episode_of(course, cover)
