"""Where one exchange's time goes: a profile of the main thread, by part of the project.

The profiler slows Python's own calls more than what is done inside C, so shares are the thing to
read. Built-in functions count for whoever called them.
"""

from __future__ import annotations

import cProfile
import pstats
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

_PARTS: tuple[tuple[str, str], ...] = (
    ("/report/bench/", "the model of the benchmark"),
    ("/llm/prompting", "prompts: rendering and fingerprint"),
    ("/llm/kept_text", "prompts: rendering and fingerprint"),
    ("/llm/templates", "prompts: rendering and fingerprint"),
    ("/llm/prefixes", "counting, budget, prefixes"),
    ("/llm/counting", "counting, budget, prefixes"),
    ("/llm/budget", "counting, budget, prefixes"),
    ("/llm/journal", "journal"),
    ("/llm/", "asking and reading answers"),
    ("/agents/client/", "client: dynamics, stance, view"),
    ("/agents/", "counselor and appraiser: views"),
    ("/graphs/", "graphs"),
    ("/runs/", "orchestrator and files"),
    ("/records/chance", "keyed draws"),
    ("/records/", "records and files"),
    ("/jinja2/", "prompts: rendering and fingerprint"),
    ("<template>", "prompts: rendering and fingerprint"),
    ("/pydantic", "pydantic: records checked"),
    ("/langgraph/", "LangGraph"),
    ("/langchain_core/", "LangGraph"),
    ("/asyncio/", "asyncio"),
    ("selectors.py", "asyncio"),
)
_REST = "Python's own library"


async def profiled(work: Callable[[], Awaitable[object]], exchanges: int) -> list[str]:
    """One line for each part: its share, and milliseconds for one exchange under the profiler."""
    profile = cProfile.Profile()
    profile.enable()
    await work()
    profile.disable()
    parts = _by_part(pstats.Stats(profile))
    whole = sum(parts.values())
    lines = [f"share  ms an exchange  (main thread, profiled; {exchanges:,} exchanges)"]
    for part, seconds in parts.most_common():
        if seconds / whole >= 0.005:
            lines.append(f"{seconds / whole:5.1%}  {seconds / exchanges * 1000:14.3f}  {part}")
    return lines


def _by_part(stats: pstats.Stats) -> Counter[str]:
    parts: Counter[str] = Counter()
    table: dict[tuple[str, int, str], Any] = stats.stats  # type: ignore[attr-defined]
    for (file, _, _), (_, _, own, _, callers) in table.items():
        if file != "~":
            parts[_part(file)] += own
            continue
        for (caller, _, _), (_, _, inside, _) in callers.items():
            parts[_part(caller)] += inside
    return parts


def _part(file: str) -> str:
    return next((part for mark, part in _PARTS if mark in file), _REST)
