"""TRL's conversational shapes: `prompt` + `completion` as JSON lines, and `messages` beside them.

TRL masks the prompt of the first, so each counselor turn is a row with exactly what that turn
saw. The `messages` configs hold whole sessions; train them with `assistant_only_loss=True`.
"""

from __future__ import annotations

from typing import Any

from muspsy_sim.datasets.messages import MESSAGES
from muspsy_sim.datasets.rows import TASKS, Row
from muspsy_sim.datasets.shapes import (
    ABOUT,
    Chat,
    Config,
    Shape,
    about,
    chat_json,
    chat_read,
    messages_feature,
)


def _encode(row: Row) -> dict[str, Any]:
    return {
        **about(row),
        "prompt": chat_json(row.prompt),
        "completion": chat_json((row.completion,)),
    }


def _decode(read: dict[str, Any]) -> Chat:
    return chat_read(read["prompt"]) + chat_read(read["completion"])


PROMPT_COMPLETION = Shape(
    features=(*ABOUT, messages_feature("prompt"), messages_feature("completion")),
    encode=_encode,
    decode=_decode,
)

CONFIGS = (
    *(
        Config(task, task, PROMPT_COMPLETION, f"prompt_completion/{task}/{{split}}.jsonl")
        for task in TASKS
    ),
    *(
        Config(f"{task}_messages", task, MESSAGES, f"messages/{task}/{{split}}.jsonl", whole=True)
        for task in TASKS
    ),
)
