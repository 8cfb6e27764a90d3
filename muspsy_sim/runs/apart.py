"""Work on what a run left behind, done by processes side by side.

For what is read and computed anew, such as replays and tests of sensitivity. Running itself deals
its episodes out by `runs/workers`, which survives the death of a worker; here one stops the work.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import tempfile
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from multiprocessing import connection, get_context, parent_process
from pathlib import Path
from typing import TypeVar

from muspsy_sim.records.errors import RunError
from muspsy_sim.runs.together import tuned_gc

T = TypeVar("T")
Unit = TypeVar("Unit")
Result = TypeVar("Result")


async def done_apart(
    do: Callable[[Unit], Result],
    units: Sequence[Unit],
    workers: int,
    begin: Callable[[T], None],
    told: T,
    *,
    folder: Path,
    hint: str,
) -> AsyncIterator[Result]:
    """Results as they come, of `do` over units, in `workers` processes at most.

    Each process calls `begin` with `told` before all else; both functions are a module's own, and
    what they take and give can be pickled. Raises what `do` raises, and `RunError` with this folder
    and hint when a process is killed.
    """
    loop = asyncio.get_running_loop()
    with tempfile.NamedTemporaryFile(prefix="muspsy-told-") as letter:
        # A process is started by writing to a pipe that it reads, and one that is killed before it
        # has read keeps the writer waiting for ever if a pipe does not hold the whole.
        pickle.dump((begin, told), letter)
        letter.flush()
        pool = ProcessPoolExecutor(
            min(workers, len(units)),
            get_context("spawn"),
            initializer=_begin,
            initargs=(letter.name,),
        )
        try:
            waiting = [loop.run_in_executor(pool, do, unit) for unit in units]
            for next_one in asyncio.as_completed(waiting):
                yield await next_one
        except BrokenProcessPool as error:
            raise RunError("a worker process was killed", file=folder, hint=hint) from error
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


_for_life = ExitStack()
"""What stays entered as long as a worker process lives; nobody else would hold on to it."""


def _begin(letter: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _for_life.enter_context(tuned_gc())
    begin, told = pickle.loads(Path(letter).read_bytes())  # noqa: S301 - the parent wrote it
    begin(told)


def _end_with_parent() -> None:
    """End when the parent does, however it ended: nobody else would tell a worker."""
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
