"""A run whose results lie elsewhere: claimed by one parent, and copied to a folder of this machine.

The copy is what every other command reads. It holds what the place held when the run began, and all
that was made since once it has ended.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import orjson

from muspsy_sim.records.errors import RunError, StorageError
from muspsy_sim.records.files import content_hash, write_atomic
from muspsy_sim.runs.workers.places import Place, fetch, shown

CLAIM = "writer.json"
_BEAT_S = 10.0
_STALE_S = 60.0
"""Seconds after which a claim that is not renewed is nobody's: its holder was killed."""
_SETTLE_S = 0.5
"""Seconds after which two who claimed at the same moment look who was last."""


def copy_folder(beside: Path, url: str) -> Path:
    """Where the copy of a run elsewhere lies: beside where its results would lie here."""
    return beside.with_name(f"{beside.name}-at-{content_hash(shown(url).encode())[:8]}")


@asynccontextmanager
async def claimed(place: Place) -> AsyncIterator[None]:
    """Hold a place for writing. Raises `RunError` while another process holds it."""
    token = secrets.token_hex(8)
    await asyncio.to_thread(_refuse_another, place, token)
    await asyncio.to_thread(_renew, place, token)
    await asyncio.sleep(_SETTLE_S)
    await asyncio.to_thread(_refuse_another, place, token)
    beat = asyncio.create_task(_beats(place, token))
    try:
        yield
    finally:
        beat.cancel()
        await asyncio.gather(beat, return_exceptions=True)
        with contextlib.suppress(StorageError):
            await asyncio.to_thread(place.remove, CLAIM)


def _refuse_another(place: Place, token: str) -> None:
    held = place.read(CLAIM)
    if held is None:
        return
    try:
        claim = orjson.loads(held)
        age, host, whose = time.time() - float(claim["at"]), str(claim["host"]), claim["token"]
    except (ValueError, KeyError, TypeError):
        return  # Nobody that this program knows.
    if whose != token and age < _STALE_S:
        raise RunError(
            f"another process is running this on {host}, or was {max(0.0, age):.0f} s ago",
            file=place.url,
            hint=f"wait for it; a claim that is {_STALE_S:.0f} s old does not count",
        )


def _renew(place: Place, token: str) -> None:
    claim = {"token": token, "host": socket.gethostname(), "at": time.time()}
    place.write(CLAIM, orjson.dumps(claim))


async def _beats(place: Place, token: str) -> None:
    while True:
        await asyncio.sleep(_BEAT_S)
        with contextlib.suppress(StorageError):  # The workers' own writing tells of it.
            await asyncio.to_thread(_renew, place, token)


def fetch_before(place: Place, folder: Path) -> None:
    """Make the copy hold what the place holds, `run.yaml` with it."""
    _fetch(place, folder)
    described = place.read("run.yaml")
    if described is not None:
        write_atomic(folder / "run.yaml", described)
    else:
        (folder / "run.yaml").unlink(missing_ok=True)


def fetch_after(place: Place, folder: Path) -> None:
    """Make the copy hold what was made since."""
    _fetch(place, folder)


def _fetch(place: Place, folder: Path) -> None:
    fetched = folder / ".fetched.json"
    try:
        known = {str(k): str(v) for k, v in orjson.loads(fetched.read_bytes()).items()}
    except (OSError, ValueError, AttributeError):
        known = {}
    tags = fetch(place, folder, known)
    write_atomic(fetched, orjson.dumps(tags))
