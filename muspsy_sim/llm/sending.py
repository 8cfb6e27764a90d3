"""Requests that are written in the step that made them.

Before Python 3.12 aiohttp writes a request's body in a task of its own, one round of the event loop
later. Where many calls are ready at once, all of them then go out after the last was made, their
answers come back together, and every call of every episode waits for the whole crowd.
"""

from __future__ import annotations

import types
from collections.abc import Coroutine, Generator
from typing import Any, cast

import aiohttp
from aiohttp.abc import AbstractStreamWriter
from aiohttp.connector import Connection


class WrittenAtOnce(aiohttp.ClientRequest):
    """A request whose body goes out at once, as far as the connection takes it."""

    def write_bytes(
        self, writer: AbstractStreamWriter, conn: Connection, content_length: int | None = None
    ) -> Coroutine[Any, Any, None]:
        """Write as far as possible now; what is returned writes the rest."""
        writing = super().write_bytes(writer, conn, content_length)
        try:
            waits_for = writing.send(None)
        except StopIteration:
            return _written()
        return cast("Coroutine[Any, Any, None]", _the_rest(writing, waits_for))


async def _written() -> None:
    """Nothing is left to write."""


@types.coroutine
def _the_rest(
    writing: Coroutine[Any, Any, None], waits_for: object
) -> Generator[object, Any, None]:
    """A coroutine that began elsewhere, gone on with: first what it was left waiting for."""
    while True:
        thrown: BaseException | None = None
        try:
            yield waits_for
        except BaseException as error:  # noqa: BLE001 - it is the coroutine's, cancelled as well
            thrown = error
        try:
            waits_for = writing.throw(thrown) if thrown else writing.send(None)
        except StopIteration:
            return
