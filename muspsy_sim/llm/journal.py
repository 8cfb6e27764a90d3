"""The journal: every answer and every failed attempt of one episode, appended as it arrives.

It is the checkpoint. Resume, fork and replay run the graph again and read answers from here until
it ends. An answer counts once its line is complete: a torn last line is owed again, any other
damage is refused with its line. A journal made under another recipe, content, prompt or schema is
refused, naming what differs; another code version only warns.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
import time
import warnings
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

import orjson

from muspsy_sim.llm.seam import FailureKind, Model, ModelFailure, Reply, Request, Role
from muspsy_sim.records.episode import Usage
from muspsy_sim.records.errors import JournalError, StorageError
from muspsy_sim.records.files import storage_error

_SYNC_EVERY_S = 0.05
"""Pause between two rounds of fdatasync over the files written to. A killed process loses nothing
(the line is with the kernel); a power cut can lose this and the round under way (some milliseconds
a file), which is then asked for again."""

_REST = 3.0
_SYNC_AT_LEAST_EVERY_S = 0.5
"""A round that took long, with many journals or a slow disk, is followed by a pause `_REST` times
as long, up to this: disk and interpreter are busy with it a quarter of the time at most."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a journal was made under: name -> hash for each thing that can change an answer."""

    episode: str
    recipe: str
    content: dict[str, str]
    prompts: dict[str, str]
    schemas: dict[str, str]
    code_version: str

    def as_line(self) -> dict[str, Any]:
        """The header as its journal line."""
        return {
            "kind": "header",
            "journal_version": 1,
            "episode": self.episode,
            "recipe": self.recipe,
            "content": self.content,
            "prompts": self.prompts,
            "schemas": self.schemas,
            "code_version": self.code_version,
        }

    @classmethod
    def from_line(cls, line: dict[str, Any]) -> Header:
        """Read a header line. Raises `KeyError` or `TypeError` where it is none."""
        if line["kind"] != "header" or line["journal_version"] != 1:
            raise KeyError("header")
        return cls(
            episode=str(line["episode"]),
            recipe=str(line["recipe"]),
            content=dict(line["content"]),
            prompts=dict(line["prompts"]),
            schemas=dict(line["schemas"]),
            code_version=str(line["code_version"]),
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """One attempt: what was asked (fingerprint), of whom, and what came of it."""

    key: str
    attempt: int
    role: Role
    model: str
    request: str
    outcome: Literal["ok", "error"]
    text: str = ""
    reasoning: str | None = None
    usage: Usage = field(default_factory=Usage)
    kind: FailureKind = "server"
    message: str = ""
    retry_after: float | None = None
    at: float = 0.0
    ms: float = 0.0

    def as_line(self) -> dict[str, Any]:
        """The entry as its journal line."""
        line: dict[str, Any] = {
            "kind": "call",
            "key": self.key,
            "attempt": self.attempt,
            "role": self.role,
            "model": self.model,
            "request": self.request,
            "outcome": self.outcome,
            "usage": self.usage.__dict__,
            "at": round(self.at, 3),
            "ms": round(self.ms, 2),
        }
        if self.outcome == "ok":
            line["text"] = self.text
            if self.reasoning is not None:
                line["reasoning"] = self.reasoning
        else:
            line["error"] = {
                "kind": self.kind,
                "message": self.message,
                "retry_after": self.retry_after,
            }
        return line

    @classmethod
    def from_line(cls, line: dict[str, Any]) -> Entry:
        """Read a call line. Raises `KeyError`, `TypeError` or `ValueError` where it is none."""
        error = line.get("error") or {}
        return cls(
            key=str(line["key"]),
            attempt=int(line["attempt"]),
            role=cast(Role, str(line["role"])),
            model=str(line["model"]),
            request=str(line["request"]),
            outcome=cast(Literal["ok", "error"], line["outcome"]),
            text=str(line.get("text", "")),
            reasoning=line.get("reasoning"),
            usage=Usage.model_validate(line["usage"]),
            kind=cast(FailureKind, error.get("kind", "server")),
            message=str(error.get("message", "")),
            retry_after=error.get("retry_after"),
            at=float(line.get("at", 0.0)),
            ms=float(line.get("ms", 0.0)),
        )


def encode_line(line: dict[str, Any], number: int) -> bytes:
    """A journal line with its checksum in front, newline-terminated.

    The checksum is CRC-32 of the rest, begun at the line's number (from 1): a line that was taken
    out, doubled or moved is seen, as well as one that was changed.
    """
    body = orjson.dumps(line)
    return b'{"crc":"%08x",' % zlib.crc32(body[1:], number) + body[1:] + b"\n"


def decode_line(raw: bytes, number: int) -> dict[str, Any]:
    """The line without its checksum. Raises `ValueError` where that does not hold."""
    if not raw.startswith(b'{"crc":"') or raw[16:18] != b'",':
        raise ValueError("it does not begin with a checksum")
    rest = raw[18:]
    if b"%08x" % zlib.crc32(rest, number) != raw[8:16]:
        raise ValueError("its checksum does not hold, or a line before it is missing")
    line = orjson.loads(b"{" + rest)
    if not isinstance(line, dict):
        raise ValueError("it is no object")
    return line


@dataclass(frozen=True, slots=True)
class JournalText:
    """A journal as read: header, calls in order, and how many bytes of it are whole."""

    header: Header | None
    entries: list[Entry]
    whole_bytes: int
    torn: bool
    lines: int = 0
    """How many whole lines there are, the header's included."""
    voided: list[Entry] = field(default_factory=list)
    """Attempts that answer nothing any more, since their call is owed again. They were paid for."""


def read_journal(path: Path) -> JournalText:
    """Read a journal. A torn last line is left out; damage before it raises `JournalError`."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return JournalText(None, [], 0, False)
    except OSError as error:
        raise JournalError(
            f"cannot be read ({error.strerror})", file=path, hint="check its permissions"
        ) from error
    whole = raw.rfind(b"\n") + 1
    header: Header | None = None
    entries: list[Entry] = []
    voided: set[int] = set()
    for number, bytes_of_line in enumerate(raw[:whole].split(b"\n")[:-1], start=1):
        try:
            line = decode_line(bytes_of_line, number)
            if header is None:
                header = Header.from_line(line)
            elif line["kind"] == "retry":
                voided |= {i for i, e in enumerate(entries) if e.key == line["key"]}
            elif line["kind"] == "call":
                entries.append(Entry.from_line(line))
            else:
                raise ValueError(f"its kind {line['kind']!r} is unknown")
        except (ValueError, KeyError, TypeError) as error:
            reason = str(error) if type(error) is ValueError else "a field is missing or wrong"
            raise JournalError(
                f"the journal is damaged here: {reason}",
                file=path,
                line=number,
                hint="restore the file, or delete it to have this episode made anew",
            ) from error
    kept = [e for i, e in enumerate(entries) if i not in voided]
    given_up = [entries[i] for i in sorted(voided)]
    lines = raw.count(b"\n", 0, whole)
    return JournalText(header, kept, whole, whole < len(raw), lines, given_up)


class GroupSync:
    """Brings written journal lines to the disk together: one fdatasync per file and beat.

    Once the disk refuses, every later `mark` and the end of the `async with` raise `StorageError`:
    the kernel tells of a failed write once, and asking again would look like success.
    """

    def __init__(self) -> None:
        self._dirty: dict[int, Path] = {}
        self._syncing = threading.Lock()
        """Held while one file is brought to the disk, so that nobody closes it meanwhile."""
        self._refused: StorageError | None = None
        self._task: asyncio.Task[None] | None = None

    def mark(self, fd: int, path: Path) -> None:
        """Note that this file has lines that are not on the disk yet. Raises `StorageError`."""
        if self._refused is not None:
            raise self._refused
        self._dirty[fd] = path

    def flush(self) -> None:
        """Bring all to the disk now. Raises `StorageError`."""
        for fd in list(self._dirty):
            self.forget(fd)

    def forget(self, fd: int) -> None:
        """Bring one file to the disk now, before it is closed. Raises `StorageError`."""
        with self._syncing:
            path = self._dirty.pop(fd, None)
            if path is None:
                return
            try:
                os.fdatasync(fd)
            except OSError as error:
                self._refused = storage_error(path, error, "write")
                raise self._refused from error

    async def __aenter__(self) -> GroupSync:
        self._task = asyncio.create_task(self._beat())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self.flush()
        if self._refused is not None:
            raise self._refused

    async def _beat(self) -> None:
        pause = _SYNC_EVERY_S
        while self._refused is None:
            await asyncio.sleep(pause)
            began = time.perf_counter()
            with contextlib.suppress(StorageError):  # `mark` raises it where the run hears of it.
                await asyncio.to_thread(self.flush)
            took = time.perf_counter() - began
            pause = min(_SYNC_AT_LEAST_EVERY_S, max(_SYNC_EVERY_S, _REST * took))


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
        self._sync = sync

    @classmethod
    def open(cls, path: Path, header: Header, sync: GroupSync) -> Journal:
        """Open or begin a journal for appending. Raises `JournalError` if it is not this run's."""
        text = read_journal(path)
        if text.header is not None:
            check_header(path, text.header, header)
        try:
            fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
            os.ftruncate(fd, text.whole_bytes)
        except OSError as error:
            raise storage_error(path, error, "write") from error
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
                self._sync.forget(fd)
            finally:
                os.close(fd)

    def _write(self, line: dict[str, Any]) -> None:
        if self._fd is None:
            raise JournalError("the journal is open for replay only", file=self.path)
        written = encode_line(line, self._lines + 1)
        left = memoryview(written)
        try:
            while left:  # A disk that fills up takes a part, and says why with the next.
                left = left[os.write(self._fd, left) :]
        except OSError as error:
            # What was half written would otherwise be a damaged line once more is appended.
            with contextlib.suppress(OSError):
                os.ftruncate(self._fd, self._size)
            raise storage_error(self.path, error, "write") from error
        self._size += len(written)
        self._lines += 1
        self._sync.mark(self._fd, self.path)


def check_header(path: Path, found: Header, wanted: Header) -> None:
    """Refuse a journal made under anything else that can change an answer, naming it."""
    differs: list[str] = []
    if found.episode != wanted.episode:
        differs.append(f"episode ({found.episode})")
    if found.recipe != wanted.recipe:
        differs.append("recipe")
    for what in ("content", "prompts", "schemas"):
        then, now = getattr(found, what), getattr(wanted, what)
        names = sorted(n for n in then.keys() | now.keys() if then.get(n) != now.get(n))
        differs += [f"{what.removesuffix('s')} {n}" for n in names]
    if differs:
        raise JournalError(
            f"the journal was made under another {', '.join(differs)}",
            file=path,
            hint="put it back as it was, use another --out, or begin anew with --restart",
        )
    if found.code_version != wanted.code_version:
        warnings.warn(
            f"{path.name} was begun by version {found.code_version}, this is {wanted.code_version}",
            stacklevel=2,
        )


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
        """The recorded attempt, or a new one, recorded. Raises `ModelFailure`, `JournalError`."""
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
