"""Alpaca with history, in MusPsy's file and field names.

`task1.json` is memory extraction, `task2.json` goal planning, `task3.json` counseling.
`instruction` holds all that the counselor sees apart from the dialogue, and `history` the earlier
[client, counselor] pairs of the session. LLaMA-Factory puts an instruction into the last user
message and learns the answers in `history` too, so `dataset_info.json` gives it the instruction
as the system message, and a counseling row is a whole session: each answer is learnt once.
"""

from __future__ import annotations

from typing import Any

from muspsy_sim.datasets.rows import Row, Task
from muspsy_sim.datasets.shapes import Chat, Config, Shape, text


def _encode(row: Row) -> dict[str, Any]:
    said = [message.content for message in row.messages[1:]]
    return {
        "id": row.id,
        "instruction": row.system,
        "input": said[-2],
        "output": said[-1],
        "history": [said[i : i + 2] for i in range(0, len(said) - 2, 2)],
    }


def _decode(read: dict[str, Any]) -> Chat:
    chat: Chat = [("system", read["instruction"])]
    for client, counselor in [*read["history"], [read["input"], read["output"]]]:
        chat += [("user", client), ("assistant", counselor)]
    return chat


ALPACA = Shape(
    features=(
        *(text(name) for name in ("id", "instruction", "input", "output")),
        {"name": "history", "list": {"list": "string"}},
    ),
    encode=_encode,
    decode=_decode,
    array=True,
)

_FILES: tuple[tuple[str, Task], ...] = (
    ("task1", "memory_extraction"),
    ("task2", "goal_planning"),
    ("task3", "counseling"),
)

CONFIGS = tuple(
    Config(name, task, ALPACA, f"{{split}}/{name}.json", whole=True) for name, task in _FILES
)

LLAMA_FACTORY = {
    "formatting": "alpaca",
    "columns": {
        "system": "instruction",
        "prompt": "input",
        "response": "output",
        "history": "history",
    },
}
"""How LLaMA-Factory is to read these files."""
