"""The process that writes for this one, asked from any thread.

It is started when a checkpoint is first needed, and again where it ended: with half as many rows at
once if the system killed it, as it does where memory runs out.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import itertools
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from muspsy_sim.llm.local.calls import Asked, Counts, Facts, Failed, Greeting, Stage, Written
from muspsy_sim.llm.local.frames import Sender, receive
from muspsy_sim.records.errors import ModelSetupError

_CLOSE_S = 5.0
"""Seconds that a process is given to end by itself."""

_PATIENT = {"OMP_WAIT_POLICY": "PASSIVE"}
"""Threads that share an operation sleep until there is one. As they are they look for it without
pause, and where others want the processor too, a step takes ten to sixty times as long."""

_PIPE = 1 << 20
"""Bytes that can be asked before anybody reads: who asks is an event loop, and must not wait."""

Done = Callable[[Written | Failed], None]
Moved = Callable[[Stage], None]


class Writer:
    """A checkpoint's process. Raises `ModelSetupError` where it can't be loaded."""

    def __init__(
        self, name: str, where: str, environ: Mapping[str, str], halvings: int = 0
    ) -> None:
        self.halvings = halvings
        self.heard = time.monotonic()
        """When it last said something of a call, in seconds of the monotonic clock."""
        self._numbers = itertools.count()
        self._asked: dict[int, tuple[Callable[[Any], None], Moved]] = {}
        self._lock = threading.Lock()
        self._over = False
        settings = {k: v for k, v in environ.items() if k.startswith("MUSPSY_LOCAL_")}
        # It finds what this process finds, wherever that was started from.
        paths = os.pathsep.join(dict.fromkeys(path or str(Path.cwd()) for path in sys.path))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "muspsy_sim.llm.local.serving"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pipesize=_PIPE,
            env={**_PATIENT, **os.environ, "PYTHONPATH": paths},
        )
        assert self._process.stdin is not None  # noqa: S101 - piped
        assert self._process.stdout is not None  # noqa: S101 - piped
        self._sender = Sender(self._process.stdin)
        self._answers = self._process.stdout
        with _loading(name, self._process):
            self.facts = self._greet(Greeting(name, where, settings, halvings))
        self._thread = threading.Thread(target=self._listen, name=f"muspsy {name}", daemon=True)
        self._thread.start()

    def _greet(self, greeting: Greeting) -> Facts:
        with contextlib.suppress(OSError):  # It ended at once; what is read below says so.
            self._sender.send(greeting)
        said = receive(self._answers)
        if isinstance(said, Facts):
            return said
        self._end()
        if isinstance(said, ModelSetupError):
            raise said
        raise ModelSetupError(
            f"{greeting.name} can't be loaded (its process ended{self._why()})",
            hint="a smaller model or type of weights takes less memory",
        )

    @property
    def alive(self) -> bool:
        """Whether it can be asked."""
        return not self._over

    @property
    def killed(self) -> bool:
        """Whether the system killed it, as it does where memory runs out."""
        return self._over and self._process.poll() == -signal.SIGKILL

    def ask(self, asked: Asked, done: Done, moved: Moved = lambda _: None) -> int:
        """Ask, and be told in another thread what came of it. The number is for `forget`.

        `moved` is told there too when it is begun, and when it has to wait again.
        """
        return self._say(asked, done, moved)

    def counts(self) -> Counts:
        """What it has done so far; nothing where it has ended."""
        told: queue.SimpleQueue[Counts | Failed] = queue.SimpleQueue()
        self._say(None, told.put, lambda _: None)
        said = told.get()
        return Counts() if isinstance(said, Failed) else said

    def _say(self, thing: Asked | None, done: Callable[[Any], None], moved: Moved) -> int:
        number = next(self._numbers)
        with self._lock:
            over = self._over
            if not over:
                self._asked[number] = done, moved
        if over:
            done(self._ended())
        else:
            # Where it has ended, who listens to it tells all that wait.
            with contextlib.suppress(OSError, ValueError):
                self._sender.send((number, thing))
        return number

    def forget(self, number: int) -> None:
        """Nobody waits for this any more."""
        if self._asked.pop(number, None) is not None:
            with contextlib.suppress(OSError, ValueError):
                self._sender.send(number)

    def close(self) -> None:
        """End it. Calls that wait are failed."""
        self._end()
        self._thread.join()

    def _end(self) -> None:
        self._sender.close()
        try:
            self._process.wait(_CLOSE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _listen(self) -> None:
        while (said := receive(self._answers)) is not None:
            number, outcome = said
            if not isinstance(outcome, Counts):
                self.heard = time.monotonic()
            if isinstance(outcome, Stage):
                if (waits := self._asked.get(number)) is not None:
                    waits[1](outcome)
            elif (waits := self._asked.pop(number, None)) is not None:
                waits[0](outcome)
        self._process.wait()
        with self._lock:
            self._over = True
            waiting = list(self._asked.values())
            self._asked.clear()
        self._answers.close()
        self._sender.close()
        for done, _ in waiting:
            done(self._ended())

    def _ended(self) -> Failed:
        return Failed("server", f"the process that wrote for it ended{self._why()}")

    def _why(self) -> str:
        code = self._process.returncode
        if code == -signal.SIGKILL:
            return ": it was killed, as systems do where memory runs out"
        return f" with code {code}" if code else ""


_writers: dict[str, Writer] = {}
_opening = threading.Lock()


def writer_for(name: str, where: str, environ: Mapping[str, str]) -> Writer:
    """The process that writes for a checkpoint, started where there is none. `ModelSetupError`."""
    with _opening:
        if name in _abandoned:
            raise ModelSetupError(f"{name} is not wanted any more")
        writer = _writers.get(name)
        if writer is None or not writer.alive:
            halvings = 0 if writer is None else writer.halvings + writer.killed
            writer = _writers[name] = Writer(name, where, environ, halvings)
        return writer


async def writer_wanted(name: str, where: str, environ: Mapping[str, str]) -> Writer:
    """The same without blocking the event loop. Loading ends once all who wanted it are cancelled.

    Else a run that is stopped would wait for minutes until the weights of a large model are read.
    """
    if not _wanted[name]:
        _abandoned.discard(name)
    _wanted[name] += 1
    try:
        return await asyncio.to_thread(writer_for, name, where, environ)
    except asyncio.CancelledError:
        if _wanted[name] == 1:
            _abandon(name)
        raise
    finally:
        _wanted[name] -= 1


_wanted: Counter[str] = Counter()
_abandoned: set[str] = set()
_processes: dict[str, subprocess.Popen[bytes]] = {}
"""Those that are loading."""


@contextlib.contextmanager
def _loading(name: str, process: subprocess.Popen[bytes]) -> Iterator[None]:
    _processes[name] = process
    try:
        if name in _abandoned:
            process.kill()
        yield
    finally:
        del _processes[name]


def _abandon(name: str) -> None:
    """End the loading of a checkpoint, under way or about to begin."""
    _abandoned.add(name)
    if (process := _processes.get(name)) is not None:
        process.kill()


def close_writers() -> None:
    """End all processes that write for this one."""
    with _opening:
        while _writers:
            _writers.popitem()[1].close()


atexit.register(close_writers)
