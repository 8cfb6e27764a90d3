"""What the attuned counselor does after next to nothing: it leaves room, and asks what is easier.

A choice, a question that needs little, or something of earlier in the hour.
"""

from __future__ import annotations

import re

from muspsy_sim.llm.offline.counselor_questions import next_rung, of_the_theme
from muspsy_sim.llm.offline.counselor_receiving import worth_returning
from muspsy_sim.llm.offline.counselor_scene import Scene
from muspsy_sim.llm.offline.listening import Heard, hear
from muspsy_sim.records.base import Language

A_YES: dict[Language, int] = {"en": 9, "zh": 14}
"""Words (characters) up to which an answer to what was offered is a yes, or nearly."""
SOON = 3
"""Exchanges before the end from which the task comes next, and nothing else can be chosen."""
_WILLING = re.compile(
    r"\W*(?:yes|yeah|yep|sure|okay|ok|all right|go ahead|go on|if you like|by all means|please do"
    r"|why not|we can try|that's fine|i don't mind|be my guest|ask|you can ask)\b",
    re.IGNORECASE,
)
"""How an English client lets itself be asked something easier."""


def go_ahead(scene: Scene, heard: Heard) -> bool:
    """Take a yes to an easier question for what it is, and ask one."""
    offered = scene.last_said.rstrip().endswith("?") and "ask_concrete" in scene.voice.frames
    yes = heard.length <= A_YES[scene.view.language] and _WILLING.match(heard.text)
    return bool(offered and yes) and scene.voice.say("ask_concrete")


def let_choose(scene: Scene) -> None:
    """After next to nothing: a choice, or a question that needs little; in English never both."""
    voice, slots = scene.voice, scene.slots()
    if scene.view.language == "en":
        if scene.left > SOON and scene.rng.random() < 0.5:
            voice.say("choice", **slots)
        else:
            of_the_theme(scene) or next_rung(scene)
        return
    voice.say("choice", **slots)
    next_rung(scene) if scene.rng.random() < 0.5 else None


def call_back(scene: Scene) -> bool:
    """Come back to something that the client said earlier in this session."""
    earlier = [h.phrase for h in worth_returning(scene.before[:-1])]
    fresh = [e for e in earlier if e.lower() not in scene.last_said.lower()]
    if scene.view.language == "en":
        # A death is not a phrase to be quoted back.
        fresh = [e for e in fresh if not hear(e, "en").shows("loss")]
    return bool(fresh) and scene.voice.say("call_back", earlier=scene.rng.choice(fresh[-4:]))
