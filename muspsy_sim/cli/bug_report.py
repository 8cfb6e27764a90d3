"""The report of a bug: what a person can send along, with keys taken out."""

from __future__ import annotations

import os
import platform
import tempfile
import traceback
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version

from muspsy_sim import __version__
from muspsy_sim.llm.redaction import Secret, redact

_KEY_NAMES = ("KEY", "TOKEN", "SECRET", "PASSWORD")
_LIBRARIES = ("langgraph", "langchain-openai", "pydantic", "networkx", "aiohttp", "typer", "rich")


def write_bug_report(error: BaseException, arguments: Sequence[str]) -> str | None:
    """Write a report into the temporary folder. Returns its path, `None` where that failed."""
    lines = [
        f"muspsy {__version__}, Python {platform.python_version()}, {platform.platform()}",
        ", ".join(f"{name} {_version(name)}" for name in _LIBRARIES),
        f"command: muspsy {' '.join(arguments)}",
        "",
        *traceback.format_exception(error),
    ]
    text = redact("\n".join(lines), _keys())
    try:
        handle, path = tempfile.mkstemp(prefix="muspsy-bug-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except OSError:
        return None
    return path


def _keys() -> Iterator[Secret]:
    """Whatever in the environment is called a key, since a message may quote one."""
    for name, value in os.environ.items():
        if value and any(word in name.upper() for word in _KEY_NAMES):
            yield Secret(value)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"
