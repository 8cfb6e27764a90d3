"""Where a worker puts what it makes: the run's folder itself, or a place elsewhere.

A folder is written to directly. For a place elsewhere an episode is lived on the machine's own
disk: its journal is uploaded again whenever it has grown, and the whole episode after it. A place
that is away for a while is waited for, since what is not there yet was paid for.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self, TypeVar

from muspsy_sim.records.errors import RunError, StorageError
from muspsy_sim.records.files import content_hash
from muspsy_sim.runs.store import Run
from muspsy_sim.runs.workers.messages import Order, Setup
from muspsy_sim.runs.workers.places import Place, PlaceAway, is_elsewhere, open_place
from muspsy_sim.runs.workers.rooms import own_folder

T = TypeVar("T")

_WAITS_S = (1.0, 3.0, 10.0, 30.0, 60.0)
"""Seconds between attempts to reach a place that is away, besides what each attempt takes."""


class Shelf(Protocol):
    """Where episodes and journals are kept."""

    def taken(self, order: Order) -> contextlib.AbstractAsyncContextManager[Run]:
        """The folder to live an episode in, with what is recorded of it; afterwards it is kept."""
        ...

    async def going_on(self, episode: str) -> None:
        """An episode is not whole any more: its journal says what is owed again."""
        ...

    async def keep(self, episode: str) -> None:
        """Put a whole episode, its journal first, where it belongs."""
        ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


def open_shelf(setup: Setup) -> Shelf:
    """The shelf that a setup names. Raises `RunError` where this machine does not see it."""
    if is_elsewhere(setup.place):
        return Elsewhere(open_place(setup.place), setup.upload_every_s)
    run = Run(Path(setup.place))
    try:
        here = content_hash(run.file.read_bytes())
    except OSError:
        here = ""
    if here != setup.beside:
        raise RunError(
            "a worker does not see what the run wrote here",
            file=run.folder,
            hint="name a folder that all machines share, or a URL such as s3://BUCKET/FOLDER",
        )
    return Folder(run)


class Folder:
    """The run's own folder, on this machine or shared by all."""

    def __init__(self, run: Run) -> None:
        self._run = run

    @asynccontextmanager
    async def taken(self, order: Order) -> AsyncIterator[Run]:
        """The run itself: what is recorded lies there."""
        yield self._run

    async def going_on(self, episode: str) -> None:
        """Nothing more is to do."""

    async def keep(self, episode: str) -> None:
        """Nothing more is to do."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        return None


class Elsewhere:
    """A place elsewhere, and a folder of this worker's own to live in."""

    def __init__(self, place: Place, every_s: float) -> None:
        self._place = place
        self._every_s = every_s
        self._open = contextlib.ExitStack()
        self._run = Run(self._open.enter_context(own_folder()))
        self._uploaded: dict[str, int] = {}
        """Episode that is under way -> bytes of its journal that are there."""
        self._busy: dict[str, asyncio.Lock] = {}
        self._task: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def taken(self, order: Order) -> AsyncIterator[Run]:
        """A folder with what is recorded. Whatever happens, the journal is uploaded as it is."""
        name = order.id
        recorded = await _patiently(lambda: self._bring(order))
        self._busy[name] = asyncio.Lock()
        self._uploaded[name] = recorded
        try:
            yield self._run
        except BaseException:
            # Stopped on its way: what is recorded is kept, also while all is being closed.
            await asyncio.shield(self._upload(name, waits=()))
            raise
        finally:
            del self._uploaded[name], self._busy[name]
            self._run.journal_file(name).unlink(missing_ok=True)
            self._run.episode_file(name).unlink(missing_ok=True)

    def _bring(self, order: Order) -> int:
        """Bring down what is recorded; the bytes of the journal."""
        journal = b""
        if order.recorded or order.go_on:
            journal = self._place.read(f"journal/{order.id}.jsonl") or b""
            if journal:
                self._run.journal_file(order.id).write_bytes(journal)
        if order.go_on and (whole := self._place.read(f"episodes/{order.id}.json")):
            self._run.episode_file(order.id).write_bytes(whole)
        return len(journal)

    async def going_on(self, episode: str) -> None:
        """The journal first, then the episode goes: no answer to what failed it is there yet."""
        await self._upload(episode)
        await _patiently(lambda: self._place.remove(f"episodes/{episode}.json"))

    async def keep(self, episode: str) -> None:
        """Upload the journal, then the episode."""
        await self._upload(episode)
        whole = await asyncio.to_thread(self._run.episode_file(episode).read_bytes)
        await _patiently(lambda: self._place.write(f"episodes/{episode}.json", whole))

    async def _upload(self, name: str, waits: Sequence[float] | None = None) -> None:
        """Upload a journal as far as its lines are complete, if it has grown."""
        async with self._busy[name]:
            text = await asyncio.to_thread(_whole_lines, self._run.journal_file(name))
            if len(text) > self._uploaded[name]:
                await _patiently(lambda: self._place.write(f"journal/{name}.jsonl", text), waits)
                self._uploaded[name] = len(text)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self._every_s)
            for name in list(self._uploaded):
                if name in self._uploaded:
                    try:
                        await self._upload(name, waits=())
                    except (StorageError, KeyError):
                        continue  # The next beat tries again, or the episode was kept meanwhile.

    async def __aenter__(self) -> Self:
        for part in ("episodes", "journal"):
            (self._run.folder / part).mkdir()
        self._task = asyncio.create_task(self._beat())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._open.close()


async def _patiently(act: Callable[[], T], waits: Sequence[float] | None = None) -> T:
    """What an act in a thread gives, tried again while the place is away. Raises `StorageError`.

    `waits`: seconds between attempts, `_WAITS_S` by default. Who is cancelled meanwhile still sees
    the attempt under way to its end: a late write must not come over a later one.
    """
    for wait in _WAITS_S if waits is None else waits:
        try:
            return await _to_its_end(act)
        except PlaceAway:
            await asyncio.sleep(wait)
    return await _to_its_end(act)


async def _to_its_end(act: Callable[[], T]) -> T:
    doing = asyncio.ensure_future(asyncio.to_thread(act))
    try:
        return await asyncio.shield(doing)
    except asyncio.CancelledError:
        await asyncio.wait([doing])
        raise


def _whole_lines(journal: Path) -> bytes:
    try:
        text = journal.read_bytes()
    except FileNotFoundError:
        return b""
    return text[: text.rfind(b"\n") + 1]
