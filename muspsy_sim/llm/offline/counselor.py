"""The offline counselor's answers to the counselor's named prompts, each from its view alone.

Pure given the view and the random numbers, in English and Chinese. A manner without material of its
own speaks as `attuned` does.
"""

from __future__ import annotations

from random import Random

from muspsy_sim.llm.offline.counselor_address import addressed_formally, as_written, formal
from muspsy_sim.llm.offline.counselor_advising import advising
from muspsy_sim.llm.offline.counselor_attuned import attuned
from muspsy_sim.llm.offline.counselor_bare import bare, reply
from muspsy_sim.llm.offline.counselor_cool import cool
from muspsy_sim.llm.offline.counselor_nodding import nodding
from muspsy_sim.llm.offline.counselor_note import remember
from muspsy_sim.llm.offline.counselor_plan import plan_next, plan_turn
from muspsy_sim.llm.offline.counselor_scene import Scene, scene
from muspsy_sim.records.answers import CounselorReply
from muspsy_sim.records.views import RespondView

__all__ = ["bare", "plan_next", "plan_turn", "remember", "reply", "respond"]


def respond(view: RespondView, rng: Random) -> CounselorReply:
    """The counselor's next turn."""
    if not addressed_formally(view.intake, view.language, view.manner):
        return _reply(scene(view, rng))
    dialogue = as_written(view.dialogue, view.language)
    said = _reply(scene(view.model_copy(update={"dialogue": dialogue}), rng))
    return said.model_copy(update={"text": formal(said.text)})


def _reply(now: Scene) -> CounselorReply:
    match now.view.manner:
        case "neutral" | "dismissive":
            return cool(now)
        case "nodding":
            return nodding(now)
        case "advice-only":
            return advising(now)
        case _:
            return attuned(now)
