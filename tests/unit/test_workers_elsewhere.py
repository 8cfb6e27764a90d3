"""A worker's shelf elsewhere: what is lived is not lost while the place is away for a while."""

from __future__ import annotations

import asyncio
import contextlib
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from muspsy_sim.records.errors import StorageError
from muspsy_sim.runs.workers import shelves
from muspsy_sim.runs.workers.messages import Order
from muspsy_sim.runs.workers.places import Place, PlaceAway
from muspsy_sim.runs.workers.rooms import own_folder
from muspsy_sim.runs.workers.shelves import Elsewhere

ORDER = Order("one", "one", "full", 0, recorded=True, go_on=False)


@dataclass
class Store:
    """A filesystem in memory that raises `errors`, one a call, before it serves."""

    objects: dict[str, bytes] = field(default_factory=dict)
    errors: list[Exception] = field(default_factory=list)
    protocol: str = "memory"
    calls: int = 0
    slow: threading.Event | None = None
    begun: threading.Event = field(default_factory=threading.Event)
    """A write has begun."""
    back: threading.Event = field(default_factory=threading.Event)
    """It has raised all its errors."""

    def _next(self) -> None:
        self.calls += 1
        if self.errors:
            error = self.errors.pop(0)
            if not self.errors:
                self.back.set()
            raise error

    def cat_file(self, path: str) -> bytes:
        self._next()
        try:
            return self.objects[path]
        except KeyError:
            raise FileNotFoundError(path) from None

    def pipe_file(self, path: str, content: bytes) -> None:
        self._next()
        if self.slow is not None:
            slow, self.slow = self.slow, None
            self.begun.set()
            slow.wait(10)
        self.objects[path] = content

    def rm_file(self, path: str) -> None:
        self._next()
        self.objects.pop(path, None)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> tuple[float, ...]:
    quick = (0.0, 0.0, 0.01)
    monkeypatch.setattr(shelves, "_WAITS_S", quick)
    return quick


def away(times: int) -> list[Exception]:
    return [OSError("Could not connect to the endpoint URL") for _ in range(times)]


async def lived(store: Store, every_s: float = 60.0) -> None:
    """Live an episode: a journal, then the whole of it."""
    place = Place("s3://b/run", store, "b/run")
    async with Elsewhere(place, every_s) as shelf, shelf.taken(ORDER) as run:
        run.journal_file("one").write_bytes(b"a line\nanother\nhalf")
        run.episode_file("one").write_bytes(b"{}")
        await shelf.keep("one")


async def test_a_place_that_is_away_for_a_while_is_waited_for(waits: tuple[float, ...]) -> None:
    store = Store(errors=away(3))
    await lived(store)
    assert store.objects == {
        "b/run/journal/one.jsonl": b"a line\nanother\n",
        "b/run/episodes/one.json": b"{}",
    }


async def test_one_that_stays_away_ends_it_and_one_that_refuses_is_not_asked_again(
    waits: tuple[float, ...],
) -> None:
    with pytest.raises(PlaceAway, match="Could not connect"):
        await lived(Store(errors=away(40)))
    for error in (PermissionError("Access Denied"), FileNotFoundError("no such bucket")):
        store = Store(objects={"b/run/journal/one.jsonl": b""}, errors=[])

        def refuse(*_: object, error: Exception = error, store: Store = store) -> None:
            store.calls += 1
            raise error

        store.pipe_file = refuse  # type: ignore[method-assign]
        with pytest.raises(StorageError) as caught:
            await lived(store)
        assert not isinstance(caught.value, PlaceAway)
        # The journal was brought, refused, and offered once more on the way out.
        assert store.calls == 3


async def test_a_beat_that_fails_ends_nothing(waits: tuple[float, ...]) -> None:
    store = Store()
    place = Place("s3://b/run", store, "b/run")
    async with Elsewhere(place, 0.01) as shelf, shelf.taken(ORDER) as run:
        store.errors = away(3)
        run.journal_file("one").write_bytes(b"a line\n")
        run.episode_file("one").write_bytes(b"{}")
        assert await asyncio.to_thread(store.back.wait, 10)
        await shelf.keep("one")
    assert store.objects["b/run/journal/one.jsonl"] == b"a line\n"


async def test_a_late_write_does_not_come_over_a_later_one() -> None:
    store = Store()
    held = threading.Event()
    async with Elsewhere(Place("s3://b/run", store, "b/run"), 60.0) as shelf:

        async def live() -> None:
            async with shelf.taken(ORDER) as run:
                run.journal_file("one").write_bytes(b"first\n")
                store.slow = held
                with _more_on_the_way_out(run.journal_file("one")):
                    await shelf.going_on("one")

        living = asyncio.create_task(live())
        assert await asyncio.to_thread(store.begun.wait, 10)
        living.cancel()
        await asyncio.sleep(0.05)
        held.set()
        with pytest.raises(asyncio.CancelledError):
            await living
    assert store.objects["b/run/journal/one.jsonl"] == b"first\nsecond\n"


@contextlib.contextmanager
def _more_on_the_way_out(journal: Path) -> Iterator[None]:
    try:
        yield
    finally:
        with journal.open("ab") as file:
            file.write(b"second\n")


def test_what_a_killed_worker_left_is_cleared_up_and_no_other_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    long_ago = time.time() - 3600.0

    def aged(name: str, *, lock: bool) -> Path:
        folder = tmp_path / name
        (folder / "journal").mkdir(parents=True)
        if lock:
            (folder / "worker.lock").touch()
        os.utime(folder, (long_ago, long_ago))
        return folder

    killed = [aged("muspsy-worker-a", lock=True), aged("muspsy-worker-b", lock=False)]
    others = [aged("muspsy-other", lock=False), tmp_path / "muspsy-worker-link"]
    others[1].symlink_to(aged("elsewhere", lock=False), target_is_directory=True)
    os.utime(others[1], (long_ago, long_ago), follow_symlinks=False)
    with own_folder() as first:
        os.utime(first, (long_ago, long_ago))
        with own_folder() as second:
            assert first.is_dir()
            assert second.is_dir()
    assert not any(folder.exists() for folder in (first, second, *killed))
    assert all(folder.exists() for folder in others)


def test_a_folder_that_was_made_just_now_is_left_to_whoever_makes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    new = tmp_path / "muspsy-worker-new"
    new.mkdir()
    with own_folder():
        pass
    assert new.is_dir()
