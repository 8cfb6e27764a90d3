"""One thread that writes for all: calls wait in a queue, join a batch, and leave it when done.

An engine belongs to one checkpoint and lives as long as the process. A few milliseconds are waited
for company when it is idle; while a batch is being written, those who wait join it as soon as there
is room. Where memory runs out the batch is halved and its rows begin again: what they say depends
on their seeds, so nothing is lost but time.
"""

from __future__ import annotations

import os
import queue
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from muspsy_sim.llm.local.batch import Batch, begin, step
from muspsy_sim.llm.local.calls import Call, Row, Written
from muspsy_sim.llm.local.grammar import Grammars
from muspsy_sim.llm.local.loading import Loaded, load
from muspsy_sim.llm.local.prefixes import Prefixes
from muspsy_sim.records.errors import ModelSetupError

BATCH: Final = "MUSPSY_LOCAL_BATCH"
"""Rows at once, at most, in place of 32 on a processor and 256 on a card."""

KEPT_MB: Final = "MUSPSY_LOCAL_KEPT_MB"
"""Megabytes for kept keys and values, in place of 1,000 on a processor and 4,000 on a card."""

WINDOW_S: Final = 0.004
"""Seconds that an idle engine waits for company after a first call."""

_JOIN_EVERY = 8
"""Steps between two times that others may join, which copies the batch's keys and values."""

_READ_AT_ONCE = {"cpu": 8_192}
_READ_AT_ONCE_ON_A_CARD = 65_536
"""Tokens of prompts, padding included, that are read in one go."""


@dataclass(slots=True)
class Counts:
    """What an engine has done so far."""

    calls: int = 0
    steps: int = 0
    rows: int = 0
    """Rows over all steps: divided by steps, the mean size of a batch."""
    halved: int = 0


class Engine:
    """The writer for one checkpoint. `submit` may be called from any thread."""

    def __init__(
        self, loaded: Loaded, *, rows: int, kept_bytes: int, window_s: float = WINDOW_S
    ) -> None:
        self.loaded = loaded
        self.counts = Counts()
        self.limit = rows
        self._window_s = window_s
        self._grammars = Grammars(loaded.tokenizer, loaded.vocabulary, loaded.stops)
        self._prefixes = Prefixes(kept_bytes if loaded.keeps else 0)
        self._arrivals: queue.SimpleQueue[Call | None] = queue.SimpleQueue()
        self._waiting: deque[Call] = deque()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=f"muspsy {loaded.name}", daemon=True)
        self._thread.start()

    def submit(self, call: Call) -> None:
        """Let a call wait its turn."""
        if self._closed:
            raise RuntimeError("the engine is closed")
        self._arrivals.put(call)

    def close(self) -> None:
        """Stop when the batch under way is written. Calls that wait are failed."""
        self._closed = True
        self._arrivals.put(None)
        self._thread.join()

    def _run(self) -> None:
        import torch

        with torch.inference_mode():
            self._write_on()

    def _write_on(self) -> None:
        batch: Batch | None = None
        since = 0
        while True:
            self._gather(idle=batch is None)
            if self._closed and batch is None:
                break
            room = self.limit - (len(batch.rows) if batch else 0)
            if self._waiting and room > 0 and (batch is None or since >= _JOIN_EVERY):
                batch, since = self._admit(batch, room), 0
            elif batch is not None:
                batch, since = self._advance(batch), since + 1
        for call in self._waiting:
            call.done(RuntimeError("the engine was closed"))

    def _gather(self, *, idle: bool) -> None:
        """Take in who has arrived; an idle engine waits for somebody, and then for company."""
        if idle and not self._waiting:
            self._take(self._arrivals.get())
            until = time.monotonic() + self._window_s
            while len(self._waiting) < self.limit:
                try:
                    self._take(self._arrivals.get(timeout=max(0.0, until - time.monotonic())))
                except queue.Empty:
                    break
        while True:
            try:
                self._take(self._arrivals.get_nowait())
            except queue.Empty:
                return

    def _take(self, call: Call | None) -> None:
        if call is not None and not call.cancelled:
            self._waiting.append(call)

    def _admit(self, batch: Batch | None, room: int) -> Batch | None:
        """Read the prompts of those who wait longest, and let them join."""
        calls = [self._waiting.popleft() for _ in range(min(room, len(self._waiting)))]
        calls = [call for call in calls if not call.cancelled]
        for group in self._groups(calls):
            try:
                if (fresh := self._begun(group)) is not None:
                    batch = fresh if batch is None else batch.joined(fresh)
            except Exception as error:  # noqa: BLE001 - out of memory, or what ends these calls
                batch = self._failed(error, group, batch)
        return batch

    def _groups(self, calls: list[Call]) -> list[list[Call]]:
        """Calls of like length together, so that padding is at most half of what is read."""
        kind = self.loaded.device.type
        most = _READ_AT_ONCE.get(kind, _READ_AT_ONCE_ON_A_CARD)
        groups: list[list[Call]] = []
        for call in sorted(calls, key=lambda each: len(each.ids)):
            if groups:
                group = groups[-1]
                fits = (len(group) + 1) * len(call.ids) <= most
                if fits and len(call.ids) <= 2 * len(group[0].ids) + 64:
                    group.append(call)
                    continue
            groups.append([call])
        return groups

    def _begun(self, calls: list[Call]) -> Batch | None:
        rows = [
            Row(call, None if call.schema is None else self._grammars.guide(call.schema))
            for call in calls
        ]
        found = [self._prefixes.find(call.owner, call.ids) for call in calls]
        self.counts.calls += len(calls)
        return self._settled(begin(self.loaded, rows, found))

    def _advance(self, batch: Batch) -> Batch | None:
        calls = [row.call for row in batch.rows]
        try:
            self.counts.steps += 1
            self.counts.rows += len(batch.rows)
            return self._settled(step(self.loaded, batch))
        except Exception as error:  # noqa: BLE001 - out of memory, or what ends these calls
            return self._failed(error, calls, None)

    def _settled(self, batch: Batch) -> Batch | None:
        """The batch without the rows whose last token ended them; `None` when none is left."""
        gone = {n for n, row in enumerate(batch.rows) if self._ended(batch, n, row)}
        if not gone:
            return batch
        return batch.without(gone) if len(gone) < len(batch.rows) else None

    def _ended(self, batch: Batch, n: int, row: Row) -> bool:
        token = row.made[-1]
        if row.call.cancelled:
            return True
        whole = row.guide.take(token) if row.guide is not None else False
        stopped = token in self.loaded.stops
        if not (whole or stopped or row.left <= 0):
            return False
        # Kept first: who asked may come back with the next turn before this thread goes on.
        self._prefixes.keep(row.call.owner, batch.kept(n))
        made = [each for each in row.made if each not in self.loaded.stops]
        row.call.done(
            Written(
                text=self.loaded.tokenizer.decode(made, skip_special_tokens=True),
                prompt_tokens=len(row.call.ids),
                completion_tokens=len(row.made),
                cached_tokens=row.cached,
                finished=whole or stopped,
            )
        )
        return True

    def _failed(self, error: Exception, calls: list[Call], batch: Batch | None) -> Batch | None:
        """Begin again with half as many where memory ran out; else the calls have failed."""
        if _out_of_memory(error) and (self.limit > 1 or self._prefixes.size):
            self.counts.halved += 1
            self.limit = max(1, min(self.limit, len(calls)) // 2)
            self._prefixes.clear()
            _free_memory()
            rows = [] if batch is None else [row.call for row in batch.rows]
            # Those under way begin again too: their keys and values are what fills the memory.
            self._waiting.extendleft(reversed([*rows, *calls]))
            return None
        for call in calls:
            call.done(error)
        return batch


def _out_of_memory(error: Exception) -> bool:
    import torch

    said = str(error).lower()
    return isinstance(error, (torch.OutOfMemoryError, MemoryError)) or (
        isinstance(error, RuntimeError)
        and ("out of memory" in said or "can't allocate memory" in said)
    )


def _free_memory() -> None:
    import gc

    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


_engines: dict[str, Engine] = {}
_opening = threading.Lock()


def engine_for(name: str, where: str, environ: Mapping[str, str] | None = None) -> Engine:
    """The process's engine for a checkpoint, loaded when first asked for.

    Raises `ModelSetupError`.
    """
    environ = os.environ if environ is None else environ
    with _opening:
        if name not in _engines:
            loaded = load(name, where, environ)
            card = loaded.device.type != "cpu"
            _engines[name] = Engine(
                loaded,
                rows=_number(environ, BATCH, 256 if card else 32),
                kept_bytes=1_000_000 * _number(environ, KEPT_MB, 4_000 if card else 1_000, 0),
            )
        return _engines[name]


def close_engines() -> None:
    """Close all engines of the process and let their memory go."""
    with _opening:
        while _engines:
            _engines.popitem()[1].close()
        _free_memory()


def _number(environ: Mapping[str, str], name: str, default: int, least: int = 1) -> int:
    said = environ.get(name, "").strip()
    if not said:
        return default
    if not said.isdecimal() or int(said) < least:
        raise ModelSetupError(f"{name} is {said!r}", hint=f"set it to a whole number from {least}")
    return int(said)
