"""Asking one model about a set of items: journalled, so many at once, answers in the items' order.

What appraiser checks and replies to recorded histories share. The same command goes on where it
stopped; a replay asks nobody.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

from muspsy_sim.llm.counting import UsageCount
from muspsy_sim.llm.journal import Journal, Journalled
from muspsy_sim.llm.journal_sync import GroupSync
from muspsy_sim.llm.journal_text import Header
from muspsy_sim.llm.prompting import load_template, schema_digest
from muspsy_sim.llm.seam import Model, Prompt
from muspsy_sim.records.errors import RunError
from muspsy_sim.records.files import storage_error
from muspsy_sim.runs.provenance import code_version
from muspsy_sim.runs.together import first_cause

I = TypeVar("I")  # noqa: E741 - an item
T = TypeVar("T")

Mode = Literal["go on", "restart", "retry failed", "replay"]


@dataclass(slots=True)
class Asking:
    """Where the asking stands; read by displays while it changes."""

    calls: int = 0
    done: int = 0
    failed: int = 0
    count: UsageCount = field(default_factory=UsageCount)


def header_for(episode: str, prompt: Prompt[Any, Any], content: Mapping[str, str]) -> Header:
    """The header of a set's journal. `content`: what decides the answers, each with its hash."""
    return Header(
        episode=episode,
        recipe="",
        content=dict(content),
        prompts={prompt.name: load_template(prompt.template).digest},
        schemas={prompt.name: schema_digest(prompt.answer)},
        code_version=code_version(),
    )


@contextmanager
def journalled(
    model: Model, folder: Path | None, name: str, header: Header, mode: Mode, sync: GroupSync
) -> Iterator[Model]:
    """The model behind `folder/NAME.journal.jsonl`; without a folder the model itself.

    Raises:
        JournalError: the journal is damaged, or was made under another header.
        RunError: there is none to replay.
        StorageError: the disk refuses.
    """
    if folder is None:
        yield model
        return
    path = _journal_file(folder, name, mode)
    opened = Journal.for_replay if mode == "replay" else Journal.open
    journal = opened(path, header, sync)
    try:
        if mode == "retry failed":
            journal.owe_failed()
        yield Journalled(model, journal)
    finally:
        journal.close()


def _journal_file(folder: Path, name: str, mode: Mode) -> Path:
    path = folder / f"{name}.journal.jsonl"
    try:
        if mode == "replay":
            if not path.is_file():
                raise RunError(
                    "there is no journal to replay", file=path, hint="run it without --replay first"
                )
            return path
        folder.mkdir(parents=True, exist_ok=True)
        if mode == "restart":
            path.unlink(missing_ok=True)
    except OSError as error:
        raise storage_error(folder, error, "write to") from error
    return path


async def in_order(
    items: Sequence[I], at_once: int, act: Callable[[I, int], Awaitable[T]]
) -> list[T]:
    """What comes of every item, in order, so many at once; places are counted from 1.

    Raises what the first of them raised that a user can mend.
    """
    room = asyncio.Semaphore(at_once)

    async def one(item: I, place: int) -> T:
        async with room:
            return await act(item, place)

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(item, place)) for place, item in enumerate(items, 1)]
    except BaseExceptionGroup as several:
        raise first_cause(several) from None
    return [task.result() for task in tasks]
