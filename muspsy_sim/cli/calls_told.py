"""How far many calls are, told on stderr every few seconds."""

from __future__ import annotations

import time
from typing import Protocol

import typer

_LINE_S = 5.0


class Calls(Protocol):
    """Where the asking stands; it changes while it is told."""

    calls: int
    done: int
    failed: int


class CallsTold:
    """Called after each call; says a line when it is time for one."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._next = time.monotonic() + _LINE_S

    def __call__(self) -> None:
        """Note that a call is done."""
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + _LINE_S
        failed = f", {self._calls.failed} failed" if self._calls.failed else ""
        typer.echo(f"{self._calls.done} of {self._calls.calls} calls{failed}", err=True)
