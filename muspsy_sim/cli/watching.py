"""One line that says how far a work is: redrawn on a terminal, else printed now and then."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from muspsy_sim.cli.screen import interactive

if TYPE_CHECKING:
    from rich.console import Console

_REDRAW_S = 0.25
_LINE_S = 3.0


@asynccontextmanager
async def watching_line(
    line: Callable[[float], str], screen: Console | None, every_s: float = _LINE_S
) -> AsyncIterator[None]:
    """Show `line` of the monotonic time on `screen` while the body runs; on `None`, nothing.

    `every_s`: seconds between two lines where nothing can be redrawn.
    """
    if screen is None:
        yield
        return
    shown = asyncio.create_task(_shown(line, screen, every_s))
    try:
        yield
    finally:
        shown.cancel()
        await asyncio.gather(shown, return_exceptions=True)


async def _shown(line: Callable[[float], str], screen: Console, every_s: float) -> None:
    if not interactive(screen):
        try:
            while True:
                await asyncio.sleep(every_s)
                print(line(time.monotonic()), file=screen.file, flush=True)
        finally:
            print(line(time.monotonic()), file=screen.file, flush=True)
    from rich.live import Live
    from rich.text import Text

    with Live(Text(""), console=screen, auto_refresh=False) as live:
        try:
            while True:
                await asyncio.sleep(_REDRAW_S)
                live.update(Text(line(time.monotonic())), refresh=True)
        finally:
            live.update(Text(line(time.monotonic())), refresh=True)
