"""Benchmarks as Markdown: docs/performance.md, written by the command that it names."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version

from muspsy_sim.report.bench.figures import BenchResult, Figure

_READING = """\
Each figure with a limit is a ratio of two things measured in the same process or run, or a share
or a size; the command leaves with exit code 1 when one does not hold. A goal is aimed at on two
quiet cores, and nothing fails by it. Where seconds of the processor count, neighbours on the
machine disturb by slowing caches and clocks; where the wall counts, they disturb much more.
CI holds a quick run of every part to its limits, with a slack of a half where times are compared.

- `orchestration`: the same courses as bare nodes, through LangGraph, and as `muspsy run` lives
  them, over a model that answers at once. The table of shares is a profile of the main thread; a
  profiler slows Python's own calls most.
- `http`: a server in a process of its own that answers after 200 ms. The plain requests are the
  same bodies over aiohttp with nothing around them. All episodes begin in one moment and ask about
  in step, which makes queues that real models, each with another length of answer, do not make.
- `storage`: a finished run is resumed from what is known of its episodes (`.known.json`, checked
  against each file's size, inode and times), and replayed from its journals.
- `prompts`: the share of each agent's prompts that the same episode had sent before, by
  characters, with offline answers. `muspsy run` and `muspsy status` tell the same share of any
  run, of tokens where the server counts them.
- `workers` and `ray`: one worker, then two, over the same offline episodes. By processor time: what
  the one took over what the busier of the two took, which is what two free cores give. On the wall:
  from the first turn to the last episode, neighbours included. `ray` needs the extra `[ray]`.
"""


_BY_HAND = re.compile(r"<!-- by hand -->\n.*?<!-- end -->\n", re.DOTALL)
"""What a person wrote above the tables, such as what the figures do not reach."""
_SECTION = re.compile(r"^## (\w+)\n.*?(?=^## |\Z)", re.DOTALL | re.MULTILINE)


def page_of(results: Sequence[BenchResult], command: str, before: str = "") -> str:
    """The whole page.

    Of `before`, the page as it stands, what is marked as written by hand is kept, and so is each
    section of a benchmark that was not run now, with the words and the date that it bears.
    """
    lines = ["# Performance", "", f"    {command} --page docs/performance.md", ""]
    lines += [
        f"wrote this page on {datetime.now(UTC).date().isoformat()}: {_machine()}.",
        "",
        *_BY_HAND.findall(before),
        _READING,
    ]
    for result in results:
        lines += [f"## {result.bench}", "", f"{result.about[0].upper()}{result.about[1:]}.", ""]
        lines += ["| figure | value | limit or goal | |", "|---|---:|---|---|"]
        lines += [
            f"| {figure.name}{f' ({figure.note})' if figure.note else ''} | {value_of(figure)} "
            f"| {limit_of(figure)} | {verdict_of(figure)} |"
            for figure in result.figures
        ]
        if result.lines:
            lines += ["", "```", *result.lines, "```"]
        lines.append("")
    run = {result.bench for result in results}
    kept = [m[0].strip("\n") + "\n" for m in _SECTION.finditer(before) if m[1] not in run]
    return "\n".join([*lines, *kept])


def value_of(figure: Figure) -> str:
    """The value with its unit; `-` where it was not measured."""
    if figure.value is None:
        return "-"
    return f"{figure.value:,g} {figure.unit}".strip()


def limit_of(figure: Figure) -> str:
    """What it is held to, or what is aimed at."""
    if figure.at_most is not None:
        return f"at most {figure.at_most:g}"
    if figure.at_least is not None:
        return f"at least {figure.at_least:g}"
    return f"goal: {figure.goal}" if figure.goal else ""


def verdict_of(figure: Figure) -> str:
    """Whether the limit is kept; empty where there is none."""
    return {True: "holds", False: "NOT KEPT", None: ""}[figure.holds]


def _machine() -> str:
    parts = [f"{os.cpu_count()} cores", f"Python {platform.python_version()}"]
    parts += [f"{name} {version(name)}" for name in ("langgraph", "pydantic", "aiohttp")]
    return ", ".join(parts)
