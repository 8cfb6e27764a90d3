"""The journal: every answer and every failed attempt of one episode, appended as it arrives.

It is the checkpoint. Resume, fork and replay run the graph again and read answers from here until
it ends.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from muspsy_sim.llm.journal_sync import GroupSync
from muspsy_sim.llm.journal_text import (
    Entry,
    Header,
    JournalText,
    check_header,
    encode_line,
    read_journal,
)
from muspsy_sim.llm.seam import Model, ModelFailure, Reply, Request
from muspsy_sim.records.errors import JournalError, ModelSetupError
from muspsy_sim.records.files import storage_error


class Journal:
    """The journal of one episode, open for reading what is there and appending what comes."""

    def __init__(
        self, path: Path, header: Header, text: JournalText, fd: int | None, sync: GroupSync
    ) -> None:
        self.path = path
        self.header = header
        self.asked = 0
        """Attempts asked of a model in this process; the rest were read."""
        self.voided = text.voided
        """Attempts that answer nothing any more, and were paid for all the same."""
        self._recorded: dict[str, list[Entry]] = {}
        for entry in text.entries:
            self._recorded.setdefault(entry.key, []).append(entry)
        self._next: dict[str, int] = {}
        self._fd = fd
        self._size = text.whole_bytes
        self._lines = text.lines
        self.sync = sync

    @classmethod
    def open(cls, path: Path, header: Header, sync: GroupSync) -> Journal:
        """Open or begin a journal for appending. Raises `JournalError` if it is not this run's."""
        try:
            fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        except OSError as error:
            raise storage_error(path, error, "write") from error
        try:
            text = read_journal(path) if os.fstat(fd).st_size else JournalText.of_nothing()
            if text.header is not None:
                check_header(path, text.header, header)
            if text.torn:
                os.ftruncate(fd, text.whole_bytes)
        except OSError as error:
            os.close(fd)
            raise storage_error(path, error, "write") from error
        except BaseException:
            os.close(fd)
            raise
        journal = cls(path, header, text, fd, sync)
        if text.header is None:
            journal._write(header.as_line())
        return journal

    @classmethod
    def for_replay(cls, path: Path, header: Header, sync: GroupSync) -> Journal:
        """Open a journal for reading alone. Raises `JournalError` if it is another's or missing."""
        text = read_journal(path)
        if text.header is None:
            raise JournalError("the journal is missing or empty", file=path, hint="run it first")
        check_header(path, text.header, header)
        return cls(path, header, text, None, sync)

    def take(self, key: str) -> Entry | None:
        """The next recorded attempt at this call, each once, in order; `None` when it is owed."""
        at = self._next.get(key, 0)
        attempts = self._recorded.get(key, [])
        if at >= len(attempts):
            return None
        self._next[key] = at + 1
        return attempts[at]

    def holds_more(self, key: str) -> bool:
        """Whether another attempt at this call is recorded and not taken yet."""
        return self._next.get(key, 0) < len(self._recorded.get(key, ()))

    def attempts(self, key: str) -> int:
        """How many attempts at this call were taken or made so far."""
        return self._next.get(key, 0)

    def append(self, entry: Entry) -> None:
        """Add an attempt. It counts from here on. Raises `StorageError` when the disk refuses."""
        self._write(entry.as_line())
        self._next[entry.key] = self._next.get(entry.key, 0) + 1
        self.asked += 1

    def void(self, key: str) -> None:
        """Owe a call again whose attempts all failed before this was opened (`--retry-failed`)."""
        self._write({"kind": "retry", "key": key, "at": round(time.time(), 3)})
        self.voided += self._recorded.pop(key, [])
        self._next.pop(key, None)

    def owe_failed(self) -> None:
        """Owe every call again whose recorded attempts all failed (`--retry-failed`)."""
        answered = {entry.key for entry in self.recorded() if entry.outcome == "ok"}
        for key in [key for key in self._recorded if key not in answered]:
            self.void(key)

    @property
    def writable(self) -> bool:
        """Whether attempts can be added (not so in a replay)."""
        return self._fd is not None

    def untaken(self) -> list[str]:
        """Calls recorded and not read back: the run took another way than when it was recorded."""
        return [key for key in self._recorded if self.holds_more(key)]

    def recorded(self) -> Iterator[Entry]:
        """All attempts that were recorded when it was opened. What came since is on the disk."""
        for attempts in self._recorded.values():
            yield from attempts

    def close(self) -> None:
        """Bring what is written to the disk and close. Raises `StorageError`."""
        if self._fd is not None:
            fd, self._fd = self._fd, None
            try:
                self.sync.forget(fd)
            finally:
                os.close(fd)

    def _write(self, line: dict[str, Any]) -> None:
        if self._fd is None:
            raise JournalError("the journal is open for replay only", file=self.path)
        written = encode_line(line, self._lines + 1)
        try:
            done = os.write(self._fd, written)
            while done < len(written):  # A disk that fills up takes a part; it says why next.
                done += os.write(self._fd, written[done:])
        except OSError as error:
            # What was half written would otherwise be a damaged line once more is appended.
            with contextlib.suppress(OSError):
                os.ftruncate(self._fd, self._size)
            raise storage_error(self.path, error, "write") from error
        self._size += len(written)
        self._lines += 1
        self.sync.mark(self._fd, self.path)


class Journalled:
    """A model whose attempts are read from the journal while it lasts, then made and recorded."""

    def __init__(self, inner: Model | None, journal: Journal) -> None:
        self._inner = inner
        self._journal = journal

    @property
    def name(self) -> str:
        """The inner model's name."""
        return self._inner.name if self._inner is not None else "replay"

    async def reply(self, request: Request) -> Reply:
        """The recorded attempt, or a new one, recorded. Raises `ModelFailure`, `JournalError`.

        A failure that every other call would meet as well is none of this call's: it is not
        recorded, and raised as `ModelSetupError`, which ends the whole run until it is mended.
        """
        key = str(request.key)
        entry = self._journal.take(key)
        if entry is not None:
            if entry.request != request.fingerprint:
                raise JournalError(
                    f"the recorded call {key} was asked otherwise than it is asked now",
                    file=self._journal.path,
                    hint="the code or content changed: use --restart, or another --out",
                )
            if entry.outcome == "ok":
                return Reply(entry.text, entry.reasoning, entry.usage, recorded=True)
            raise self._failure_of(entry)
        if self._inner is None or not self._journal.writable:
            raise ModelFailure("not_recorded", f"the journal holds no answer to {key}")
        started, clock = time.time(), time.perf_counter()

        def entry_of(outcome: Literal["ok", "error"], **rest: Any) -> Entry:
            return Entry(
                key=key,
                attempt=self._journal.attempts(key) + 1,
                role=request.role,
                model=self.name,
                request=request.fingerprint,
                outcome=outcome,
                at=started,
                ms=(time.perf_counter() - clock) * 1000.0,
                **rest,
            )

        try:
            reply = await self._inner.reply(request)
        except ModelFailure as failure:
            if failure.standing:
                raise ModelSetupError(
                    f"{self.name}: {failure.message}",
                    hint="mend that and give the same command again: it goes on from here",
                ) from None
            self._journal.append(
                entry_of(
                    "error",
                    kind=failure.kind,
                    message=failure.message,
                    retry_after=failure.retry_after,
                    usage=failure.usage,
                )
            )
            raise
        self._journal.append(
            entry_of("ok", text=reply.text, reasoning=reply.reasoning, usage=reply.usage)
        )
        return reply

    def _failure_of(self, entry: Entry) -> ModelFailure:
        failure = ModelFailure(entry.kind, entry.message, retry_after=entry.retry_after)
        failure.recorded = True
        failure.usage = entry.usage
        if self._journal.holds_more(entry.key):
            failure.again = True
        elif not self._journal.writable:
            failure.again = False
        return failure
