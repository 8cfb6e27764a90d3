"""What can go wrong for a user, as types.

Every error that a user can cause or mend is a `MuspsyError` and prints as one clear line,
`FILE:LINE: field: message; what to do`. The command line prints it and leaves with `exit_code`;
nothing here is ever shown as a traceback.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and where. `str()` gives its one line."""

    message: str
    file: str | os.PathLike[str] | None = None
    line: int | None = None
    """Counted from 1; `None` where the whole file is meant."""
    field: str | None = None
    """The path to the value, as `clients[0].goal`; `None` where the whole file is meant."""
    hint: str | None = None
    """What to do about it."""

    def __str__(self) -> str:
        place = "" if self.file is None else os.fspath(self.file)
        if place and self.line is not None:
            place = f"{place}:{self.line}"
        parts = [part for part in (place, self.field, self.message) if part]
        text = ": ".join(parts)
        return one_line(f"{text.removesuffix('.')}; {self.hint}" if self.hint else text)


class MuspsyError(Exception):
    """The base of every error that is a user's to mend.

    `others` are further problems of the same kind, told on lines of their own after the first.
    """

    exit_code = 2

    def __init__(
        self,
        message: str,
        *,
        file: str | os.PathLike[str] | None = None,
        line: int | None = None,
        field: str | None = None,
        hint: str | None = None,
        others: Iterable[Problem] = (),
    ) -> None:
        self.problem = Problem(message=message, file=file, line=line, field=field, hint=hint)
        self.others = tuple(others)
        super().__init__(str(self))

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All that is wrong, first one first."""
        return (self.problem, *self.others)

    @property
    def file(self) -> str | os.PathLike[str] | None:
        """The file that the first problem lies in."""
        return self.problem.file

    @property
    def line(self) -> int | None:
        """The line of the first problem, counted from 1."""
        return self.problem.line

    @property
    def field(self) -> str | None:
        """The path to the value that the first problem is about."""
        return self.problem.field

    @property
    def message(self) -> str:
        """What is wrong, without place and hint."""
        return self.problem.message

    @property
    def hint(self) -> str | None:
        """What to do about the first problem."""
        return self.problem.hint

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)

    def __reduce__(self) -> tuple[object, ...]:
        # The default calls the constructor with the printed text, which loses place and hint.
        return _rebuilt, (type(self), self.problem, self.others)


class ContentError(MuspsyError):
    """A content file (agent, graph, persona, recipe, prompt) does not say what it should."""

    def __init__(
        self,
        file: str | os.PathLike[str] | None,
        line: int | None,
        field: str | None,
        message: str,
        hint: str | None = None,
        others: Iterable[Problem] = (),
    ) -> None:
        super().__init__(message, file=file, line=line, field=field, hint=hint, others=others)


class ProfileError(MuspsyError):
    """A client profile cannot be used or made: unknown age, a minor, a duplicate id."""


class GraphError(MuspsyError):
    """An arm's graph does not hold together: a node is missing, unreachable, or required."""


class RecipeError(MuspsyError):
    """A recipe asks for something that cannot be run."""


class RunError(MuspsyError):
    """A run cannot be started, found, resumed or read."""


class JournalError(MuspsyError):
    """A journal is damaged, or belongs to another recipe, prompt, content or schema."""


class ModelSetupError(MuspsyError):
    """A model cannot be reached or named: unknown scheme, missing key, no server."""


class ExportError(MuspsyError):
    """An export failed its own checks, or would hold what it must not."""


class FormatError(MuspsyError):
    """A corpus is not there, or in no format that is known."""


class StorageError(MuspsyError):
    """The disk refused: full, read-only, no permission, or not what it should be."""


def one_line(text: str) -> str:
    """`text` on a single line, with nothing in it that could move a terminal's cursor."""
    joined = " ".join(text.split())
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in joined)


def _rebuilt(kind: type[MuspsyError], problem: Problem, others: tuple[Problem, ...]) -> MuspsyError:
    error = kind.__new__(kind)
    MuspsyError.__init__(
        error,
        problem.message,
        file=problem.file,
        line=problem.line,
        field=problem.field,
        hint=problem.hint,
        others=others,
    )
    return error
