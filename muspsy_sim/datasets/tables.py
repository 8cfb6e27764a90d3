"""The canonical tables: what a run recorded, as flat rows that any tool reads.

Each column is stated with its kind; `muspsy_sim.datasets.parquet` turns that into a schema. Every
row names its episode, client and arm. Private reasoning is in a column of its own, in `turns` and
`calls` alone.
"""

from __future__ import annotations

from muspsy_sim.datasets import tables_behind as behind
from muspsy_sim.datasets import tables_said as said
from muspsy_sim.datasets.table import WHERE, Columns, Table

CALLS: Columns = {
    **WHERE,
    "key": "text",
    "session": "int",
    "turn": "int",
    "prompt": "text",
    "attempt": "int",
    "role": "text",
    "model": "text",
    "request": "text",
    "outcome": "text",
    "error_kind": "text",
    "error_message": "text",
    "text": "text",
    "reasoning": "text",
    "prompt_tokens": "int",
    "completion_tokens": "int",
    "cached_tokens": "int",
    "estimated": "int",
    "at": "float",
    "ms": "float",
}

CLIENTS = Table("clients", said.CLIENTS, said.clients)
"""Once for each client, not for each episode."""

TABLES = (
    Table("episodes", said.EPISODES, said.episodes),
    Table("sessions", said.SESSIONS, said.sessions),
    Table("turns", said.TURNS, said.turns),
    Table("states", behind.STATES, behind.states),
    Table("memories", behind.MEMORIES, behind.memories),
    Table("plans", behind.PLANS, behind.plans),
)
"""The tables that each episode adds to."""
