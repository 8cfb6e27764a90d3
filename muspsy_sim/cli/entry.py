"""From arguments to an exit code: whatever goes wrong is one clear line, never a traceback.

0 = done; 1 = done, but something in the results is not as it should be; 2 = the user has something
to mend; 70 = a bug in this program; 130 and 143 = stopped by Ctrl-C or by a signal.
"""

from __future__ import annotations

import logging
import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from typing import NoReturn

import typer

from muspsy_sim.records.errors import MuspsyError, one_line

USER_ERROR = 2
BUG = 70
INTERRUPTED = 130

# Both are names that typer offers; their bases are click's, wherever this typer keeps it.
_UsageError: type[Exception] = typer.BadParameter.__mro__[1]
_ClickException: type[Exception] = typer.BadParameter.__mro__[2]


def run_command_line(arguments: Sequence[str]) -> int:
    """Run one command line, told on stdout and stderr. Returns its exit code."""
    _quiet_libraries()
    _open_what_is_closed()
    _speak_any_encoding()
    try:
        code = _invoke(list(arguments))
        sys.stdout.flush()
    except MuspsyError as error:
        for problem in error.problems:
            tell(str(problem))
        return error.exit_code
    except KeyboardInterrupt:
        tell("Stopped.")
        return INTERRUPTED
    except BrokenPipeError:
        _drop_stdout()
        return 1
    except OSError as error:
        return _told_by_the_disk(error)
    except Exception as error:  # noqa: BLE001 - the last net: all else here is a bug
        return _told_as_bug(error, arguments)
    return code


@contextmanager
def clear_errors() -> Iterator[None]:
    """A user's mistake becomes its line on stderr and its exit code."""
    try:
        yield
    except MuspsyError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(error.exit_code) from None


def leave(code: int) -> NoReturn:
    """Leave the process. A pipe that was closed or a full disk behind stdout says nothing twice."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        _drop_stdout()
    sys.exit(code)


def tell(line: str) -> None:
    """One line on stderr, whatever is in it."""
    print(one_line(line), file=sys.stderr)


def _invoke(arguments: list[str]) -> int:
    from muspsy_sim.cli.app import app

    command = typer.main.get_command(app)
    try:
        with command.make_context("muspsy", arguments) as context:
            command.invoke(context)
    except typer.Exit as left:
        return left.exit_code
    except typer.Abort:
        raise KeyboardInterrupt from None
    except _ClickException as error:
        return _told_usage(error)
    return 0


def _told_usage(error: Exception) -> int:
    """A command line that could not be read: where, what, and what was probably meant."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "muspsy"
    if type(error).__name__ == "NoArgsIsHelpError":
        print(error, end="")  # With rich, typer has printed the help while making the error.
        return USER_ERROR
    formatted: str = getattr(error, "format_message", lambda: str(error))()
    message = one_line(formatted).rstrip(".").replace("Value error, ", "")
    wrong = getattr(error, "option_name", None)
    if wrong and context is not None:
        message = f"no such option {wrong}"
        known = [o for p in context.command.params for o in p.opts if o.startswith("--")]
        near = get_close_matches(wrong, [*known, "--help"], 1)
        message += f"; did you mean {near[0]}?" if near else ""
    if not message.endswith("?"):
        message += f"; see `{path} --help`"
    tell(f"{path}: {message[0].lower()}{message[1:]}")
    return USER_ERROR


def _told_by_the_disk(error: OSError) -> int:
    """What the disk refused without anybody naming it: mostly a full one behind stdout."""
    from muspsy_sim.records.files import storage_error

    if error.filename is not None:
        tell(str(storage_error(os.fsdecode(error.filename), error, "write or read")))
    else:
        tell(str(storage_error("the output", error, "write")))
    _drop_stdout()
    return USER_ERROR


def _told_as_bug(error: Exception, arguments: Sequence[str]) -> int:
    from muspsy_sim.cli.bug_report import write_bug_report
    from muspsy_sim.llm.redaction import shown

    what = f"{type(error).__name__}: {shown(str(error))}".rstrip(": ")
    where = write_bug_report(error, arguments)
    tell(
        f"This is a bug in muspsy, not in what you did: {what}; "
        + (f"a full report is in {where}" if where else "no report could be written")
    )
    return BUG


def _quiet_libraries() -> None:
    """Warnings become one line each; what asyncio logs about cancelled tasks is nobody's news."""

    def show(message: Warning | str, *_: object, **__: object) -> None:
        tell(f"Note: {message}")

    warnings.showwarning = show
    logging.getLogger("asyncio").addHandler(logging.NullHandler())


def _open_what_is_closed() -> None:
    """Give a process that was started with stdout or stderr closed (`>&-`) somewhere to write."""
    # Open until the process ends, as the streams that they stand for would be.
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115


def _speak_any_encoding() -> None:
    """Let a terminal that knows no Chinese show `?` rather than stop the program."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def _drop_stdout() -> None:
    """Point stdout at nothing, so that Python's own flush at the end does not fail again."""
    try:
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, sys.stdout.fileno())
    except (OSError, ValueError):
        return  # stdout is no file (a test's capture): nothing will be flushed to it.
