"""What is shown and how: consoles, numbers as people read them, and text that is only text.

Text from models and files is data. `plain` takes out what could move a cursor or look like markup
before a console ever sees it.
"""

from __future__ import annotations

import os
import re
import sys
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

PIPE_WIDTH = 120
"""Columns where no terminal says how many it has."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def console(file: IO[str] | None = None, *, colour: bool = True) -> Console:
    """A console on stdout, or on `file`. Without a terminal: no colour, a fixed width."""
    from rich.console import Console

    made = Console(
        file=file or sys.stdout,
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=False,
        no_color=None if colour else True,
        color_system="auto" if colour else None,
    )
    if not made.is_terminal and not os.environ.get("COLUMNS"):
        made.width = PIPE_WIDTH
    return made


def interactive(screen: Console) -> bool:
    """Whether a person watches and the screen can be redrawn."""
    return screen.is_terminal and not screen.is_dumb_terminal


def plain(text: str) -> str:
    """Text without control signs (escape sequences, direction marks); line ends stay."""
    return _CONTROL.sub(lambda m: f"\\x{ord(m[0]):02x}", text.replace("\r\n", "\n"))


def styled(text: str, style: str = "") -> Text:
    """Text that is shown as it is, in one style."""
    from rich.text import Text

    return Text(plain(text), style=style)


def count(number: float) -> str:
    """A count with thousands set apart: `12,345`."""
    return f"{number:,.0f}"


def duration(seconds: float) -> str:
    """A time as people say it: `8 s`, `3 min 20 s`, `2 h 5 min`."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def size(octets: int) -> str:
    """A size on the disk: `812 B`, `4.2 MB`."""
    value = float(octets)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            return f"{value:.0f} {unit}" if unit == "B" or value >= 100 else f"{value:.1f} {unit}"
        value /= 1000
    raise AssertionError("the loop returns")


def money(amount: float | None) -> str:
    """An amount in the recipe's currency; `unknown` where a model has no price."""
    if amount is None:
        return "unknown"
    return f"{amount:.2f}" if amount == 0 or amount >= 0.1 else f"{amount:.4f}"
