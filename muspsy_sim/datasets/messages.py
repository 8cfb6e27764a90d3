"""Chat messages as JSON lines, in the roles of OpenAI's interface, for ShareGPT-style readers.

One counseling row is one session; every assistant message in it is the counselor's and is learnt.
`dataset_info.json` names the columns and roles for LLaMA-Factory.
"""

from __future__ import annotations

from typing import Any

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
    return {**about(row), "messages": chat_json(row.messages)}


def _decode(read: dict[str, Any]) -> Chat:
    return chat_read(read["messages"])


MESSAGES = Shape(features=(*ABOUT, messages_feature("messages")), encode=_encode, decode=_decode)

CONFIGS = tuple(
    Config(task, task, MESSAGES, f"{task}/{{split}}.jsonl", whole=True) for task in TASKS
)

LLAMA_FACTORY = {
    "formatting": "sharegpt",
    "columns": {"messages": "messages"},
    "tags": {
        "role_tag": "role",
        "content_tag": "content",
        "user_tag": "user",
        "assistant_tag": "assistant",
        "observation_tag": "observation",
        "function_tag": "function_call",
        "system_tag": "system",
    },
}
"""How LLaMA-Factory is to read these files."""
