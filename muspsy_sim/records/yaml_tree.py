"""YAML read with the line of every value, in the small part of the language that content needs.

One document of mappings, lists and plain values, in UTF-8. Aliases, anchors, tags and merge keys
are refused (an alias can make a small file expand without end), and so are duplicate keys. Plain
values follow YAML 1.2: only `true` and `false` are booleans, so that `no` and `on` stay words, and
dates and times stay text.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from muspsy_sim.records.errors import ContentError
from muspsy_sim.records.files import storage_error

# The C parser is some ten times faster; a PyYAML built without libyaml still works.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

MAX_BYTES = 16 * 1024 * 1024
MAX_DEPTH = 100

Key = str | int
Loc = tuple[Key, ...]

_INTEGER = re.compile(r"[-+]?[0-9]{1,4000}")
_HEX_OR_OCTAL = re.compile(r"0x[0-9a-fA-F]{1,4000}|0o[0-7]{1,4000}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NAMED: dict[str, object] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


@dataclass(frozen=True, slots=True)
class Tree:
    """A YAML file as plain dicts, lists and values, with the line that each stands on."""

    path: Path
    value: object
    lines: dict[Loc, int]
    """For each value's path: the line of its key, or of itself in a list; from 1."""

    def line(self, *loc: Key) -> int:
        """The line of the value at `loc`, or of the nearest part of it that the file has."""
        for end in range(len(loc), -1, -1):
            if loc[:end] in self.lines:
                return self.lines[loc[:end]]
        return 1

    def error(self, loc: Loc, message: str, hint: str | None = None) -> ContentError:
        """An error about the value at `loc`, to be raised by whoever found it."""
        return ContentError(self.path, self.line(*loc), dotted(loc) or None, message, hint)


def dotted(loc: Loc) -> str:
    """A path as a reader writes it: `clients[0].goal`."""
    text = ""
    for key in loc:
        if isinstance(key, int):
            text += f"[{key}]"
        else:
            text += f".{key}" if text else key
    return text


def read_content(path: str | os.PathLike[str]) -> str:
    """The text of a UTF-8 content file of any kind, without a byte-order mark.

    Raises:
        ContentError: it is missing, a folder, not a regular file, unreadable, larger than 16 MiB,
            or not UTF-8 (with the line of the first wrong byte).
    """
    file = Path(path)
    if file.is_dir():
        raise ContentError(file, None, None, "is a folder", "name a file in it")
    if not file.exists():
        raise ContentError(file, None, None, "no such file", "check the name and the folder")
    if not file.is_file():
        raise ContentError(file, None, None, "is not a regular file", "name a text file")
    try:
        with file.open("rb") as opened:
            raw = opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise storage_error(file, error, "read") from error
    return decode_content(raw, file)


def decode_content(raw: bytes, path: Path) -> str:
    """`raw` as text; `path` is only named in errors. Raises as `read_content` does."""
    if len(raw) > MAX_BYTES:
        raise ContentError(path, None, None, "is larger than 16 MiB", "split it into several files")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ContentError(path, line, None, "is not UTF-8", "save the file as UTF-8") from error


def read_tree(path: str | os.PathLike[str]) -> Tree:
    """Read a YAML file.

    Raises:
        ContentError: the file cannot be read as UTF-8 text, is empty, is not YAML, or uses a part
            of YAML that is refused here.
    """
    return parse_tree(read_content(path), Path(path))


def parse_tree(text: str, path: Path) -> Tree:
    """Parse YAML text; `path` is only named in errors. Raises as `read_tree` does."""
    builder = _Builder(path)
    try:
        for event in _events(text):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = None if mark is None else mark.line + 1
        what = error.problem or error.context or "cannot be read"
        raise ContentError(path, line, None, f"is not YAML: {what}", _syntax_hint(what)) from error
    except yaml.YAMLError as error:
        raise _unreadable(path, text, error) from error
    if not builder.documents:
        raise ContentError(path, None, None, "is empty", "write at least one 'key: value' line")
    return Tree(path=path, value=builder.root, lines=builder.lines)


def _events(text: str) -> Iterator[yaml.Event]:
    # Events, not the composer: composing recurses in C and crashes on deep nesting.
    loader = _Loader(text)
    try:
        while loader.check_event():
            yield loader.get_event()
    finally:
        loader.dispose()


@dataclass(slots=True)
class _Open:
    """A mapping or list that is being filled."""

    container: dict[object, object] | list[object]
    loc: Loc
    key: object = None
    has_key: bool = False
    key_lines: dict[object, int] = field(default_factory=dict)


class _Builder:
    """Turns parser events into values and lines, refusing what content must not use."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.root: object = None
        self.lines: dict[Loc, int] = {}
        self.documents = 0
        self._open: list[_Open] = []

    def take(self, event: yaml.Event) -> None:
        line = 1 if event.start_mark is None else event.start_mark.line + 1
        match event:
            case yaml.DocumentStartEvent():
                self.documents += 1
                if self.documents > 1:
                    raise self._refuse(line, "a second document begins", "remove the '---' line")
                self.lines[()] = line
            case yaml.AliasEvent():
                raise self._refuse(line, f"alias *{event.anchor} is refused", "write the value out")
            case yaml.ScalarEvent():
                self._check_plain(event, line)
                self._put(_scalar(event), line)
            case yaml.MappingStartEvent():
                self._check_plain(event, line)
                self._begin({}, line)
            case yaml.SequenceStartEvent():
                self._check_plain(event, line)
                self._begin([], line)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self._open.pop()

    def _check_plain(self, event: yaml.NodeEvent, line: int) -> None:
        if event.anchor is not None:
            raise self._refuse(
                line, f"anchor &{event.anchor} is refused", "remove it and write the value out"
            )
        tag = getattr(event, "tag", None)
        if tag is not None:
            raise self._refuse(line, f"tag {tag!r} is refused", "remove it; quote text instead")

    def _begin(self, container: dict[object, object] | list[object], line: int) -> None:
        if len(self._open) >= MAX_DEPTH:
            raise self._refuse(
                line, f"is nested deeper than {MAX_DEPTH} levels", "make it flatter", ()
            )
        if self._awaits_key():
            raise self._refuse(line, "a key must be a single value", "quote it, or indent the rest")
        loc = self._put(container, line)
        self._open.append(_Open(container=container, loc=loc))

    def _awaits_key(self) -> bool:
        return bool(self._open) and (
            isinstance(self._open[-1].container, dict) and not self._open[-1].has_key
        )

    def _put(self, value: object, line: int) -> Loc:
        """Place a value in what is open, and return its path."""
        if not self._open:
            self.root = value
            self.lines[()] = line
            return ()
        top = self._open[-1]
        if isinstance(top.container, list):
            loc = (*top.loc, len(top.container))
            top.container.append(value)
            self.lines[loc] = line
            return loc
        if not top.has_key:
            self._set_key(top, value, line)
            return top.loc
        top.container[top.key] = value
        top.has_key = False
        return (*top.loc, _as_loc(top.key))

    def _set_key(self, top: _Open, key: object, line: int) -> None:
        if key is None or isinstance(key, bool | float):
            raise self._refuse(line, f"key {key!r} is not text", "quote the key", top.loc)
        if key == "<<":
            raise self._refuse(line, "a merge key is refused", "write the keys out", top.loc)
        loc = (*top.loc, _as_loc(key))
        if key in top.key_lines:
            first = top.key_lines[key]
            raise self._refuse(
                line, f"this key stands on line {first} already", "keep one of the two", loc
            )
        top.key, top.has_key = key, True
        top.key_lines[key] = line
        self.lines[loc] = line

    def _refuse(self, line: int, message: str, hint: str, loc: Loc | None = None) -> ContentError:
        if loc is None:
            loc = self._here()
        return ContentError(self.path, line, dotted(loc) or None, message, hint)

    def _here(self) -> Loc:
        if not self._open:
            return ()
        top = self._open[-1]
        if isinstance(top.container, list):
            return (*top.loc, len(top.container))
        return (*top.loc, _as_loc(top.key)) if top.has_key else top.loc


def _as_loc(key: object) -> Key:
    return key if isinstance(key, str | int) else str(key)


def _scalar(event: yaml.ScalarEvent) -> object:
    # `implicit[0]` is true only for a value that was written without quotes.
    return plain_value(event.value) if event.implicit[0] else event.value


def plain_value(text: str) -> object:
    """What `text` means when it stands without quotes."""
    if text in _NAMED:
        return _NAMED[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _HEX_OR_OCTAL.fullmatch(text):
        return int(text, 0)
    # A number too large for a float stays text, and a field that wants a number refuses it; so do
    # `.inf` and `.nan`, which no content needs.
    if _FLOAT.fullmatch(text) and math.isfinite(number := float(text)):
        return number
    return text


def _syntax_hint(problem: str) -> str:
    if "mapping values are not allowed" in problem:
        return "quote a text that holds ': '"
    if "cannot start any token" in problem:
        return "indent with spaces, and quote a text that begins with a special sign"
    return "check indentation and quotes on this line and the one before"


def _unreadable(path: Path, text: str, error: yaml.YAMLError) -> ContentError:
    position = getattr(error, "position", None)
    line = text.count("\n", 0, position) + 1 if isinstance(position, int) else None
    return ContentError(
        path, line, None, "holds a character that YAML forbids", "remove control characters"
    )
