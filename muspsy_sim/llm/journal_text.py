"""What a journal holds, as text: its header, its lines with their checksums, and how they are read.

An answer counts once its line is complete: a torn last line is owed again, any other damage is
refused with its line. A journal made under another recipe, content, prompt or schema is refused,
naming what differs; another code version only warns.
"""

from __future__ import annotations

import warnings
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

import orjson

from muspsy_sim.llm.seam import FailureKind, Role
from muspsy_sim.records.episode import Usage
from muspsy_sim.records.errors import JournalError
from muspsy_sim.records.values import unchanging


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


@unchanging
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
    rest = orjson.dumps(line)[1:]
    return b'{"crc":"%08x",%b\n' % (zlib.crc32(rest, number), rest)


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

    @classmethod
    def of_nothing(cls) -> JournalText:
        """That of a journal that is not there, or empty."""
        return cls(None, [], 0, False)


def read_journal(path: Path) -> JournalText:
    """Read a journal. A torn last line is left out; damage before it raises `JournalError`."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return JournalText.of_nothing()
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
