"""Workers that are Ray actors: one a core, on this machine or on all of a cluster.

Each is an async actor that lives many episodes at once. Ray restarts nothing by itself: a dead
actor's episodes are dealt out again, and another actor is asked for in its place.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

from muspsy_sim.llm.redaction import redact
from muspsy_sim.records.errors import RunError, one_line
from muspsy_sim.runs.workers.dealing import Hire
from muspsy_sim.runs.workers.messages import Done, News, Order, Pulse, Setup, WorkerDied
from muspsy_sim.runs.workers.places import INSTALL
from muspsy_sim.runs.workers.wire import carried
from muspsy_sim.runs.workers.worker import Worker

_CLOSE_S = 20.0
_CONNECT_S = 10.0
_CALLS_AT_ONCE = 10_000
"""Calls that one actor takes at once: episodes, and a few beside them."""


_SETTINGS = b"\0\0\0\x04"
"""How a frame of settings begins, with which each side of HTTP/2 does: a length, then type 4."""
_HELLO = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + _SETTINGS + b"\0" * 5
"""What a client of HTTP/2, as those of gRPC are, says first (RFC 9113, sections 3.4 and 6.5)."""


class WorkerActor:
    """A `Worker` whose every call answers, so that errors come back as they are."""

    def __init__(self) -> None:
        self._worker = Worker()

    async def call(self, method: str, *arguments: object) -> tuple[bool, Any]:
        """Whether it went well, and what came of it or what was raised."""
        try:
            return True, await getattr(self._worker, method)(*arguments)
        except Exception as error:  # noqa: BLE001 - told to the parent
            return False, carried(error)


@asynccontextmanager
async def ray_actors(address: str | None, workers: int | None) -> AsyncIterator[tuple[Hire, int]]:
    """Starts actors in the cluster at `address`, or in one of this machine's own that ends with it.

    With how many there are to be: `workers`, or one for each core. Raises `RunError` where Ray is
    not installed or no cluster answers.
    """
    ray = _ray()
    _init(ray, address, workers)
    try:
        cores = int(ray.cluster_resources().get("CPU", 1))
        actor = ray.remote(num_cpus=1, max_restarts=0, max_task_retries=0)(WorkerActor)

        async def hire() -> ActorHand:
            made = actor.options(max_concurrency=_CALLS_AT_ONCE).remote()
            return ActorHand(ray, made)

        yield hire, workers or max(1, cores)
    finally:
        ray.shutdown()


def _ray() -> Any:
    # It reports on its use by itself otherwise.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
    except ImportError:
        raise RunError("`--engine ray` needs Ray, which is not installed", hint=INSTALL) from None
    return ray


def _init(ray: Any, address: str | None, workers: int | None) -> None:
    """Connect. Ray puts signal handlers of its own in place of those that stop a run cleanly."""
    signals = (signal.SIGINT, signal.SIGTERM)
    before = {signum: signal.getsignal(signum) for signum in signals}
    if address is not None:
        _knock(address)
    quiet = {"log_to_driver": False, "logging_level": "error", "configure_logging": True}
    try:
        if address is None:
            ray.init(address="local", num_cpus=workers, include_dashboard=False, **quiet)
        else:
            ray.init(address=address, **quiet)
    except (ConnectionError, OSError, RuntimeError, ValueError) as error:
        raise RunError(
            f"no Ray cluster answers: {redact(one_line(str(error)))[:300]}",
            field="--address" if address is not None else None,
            hint="start one with `ray start --head`, or leave --address out; where it asks for a "
            "token, set RAY_AUTH_MODE=token",
        ) from None
    finally:
        for signum, handler in before.items():
            with contextlib.suppress(ValueError, TypeError):
                signal.signal(signum, handler)


def _knock(address: str) -> None:
    """See that a gRPC server listens at HOST:PORT: Ray itself would try for minutes."""
    host, colon, port = address.removeprefix("ray://").rpartition(":")
    if not (colon and port.isdigit()):
        return  # `auto`, or something that Ray will know.
    try:
        with socket.create_connection((host.strip("[]"), int(port)), _CONNECT_S) as line:
            line.settimeout(_CONNECT_S)
            line.sendall(_HELLO)
            said = line.recv(len(_SETTINGS))
    except (OSError, OverflowError) as error:
        raise _nobody(address, one_line(str(error))) from None
    encrypted = os.environ.get("RAY_USE_TLS", "0").lower() in ("1", "true")
    if not encrypted and said[3:4] != _SETTINGS[3:4]:
        raise _nobody(address, "something else listens there (a dashboard?)")


def _nobody(address: str, why: str) -> RunError:
    return RunError(
        f"no Ray cluster answers at {redact(address)}: {why}",
        field="--address",
        hint="start one with `ray start --head`, or leave --address out",
    )


class ActorHand:
    """A Ray actor as its parent sees it."""

    def __init__(self, ray: Any, actor: Any) -> None:
        self._ray = ray
        self._actor = actor

    async def _call(self, method: str, *arguments: object) -> Any:
        try:
            well, value = await self._actor.call.remote(method, *arguments)
        except self._ray.exceptions.RayError as error:
            # Also when it can only not be reached: it is ended in `close`, so that no two live one.
            raise WorkerDied(one_line(str(error))[:300]) from None
        if not well:
            raise value
        return value

    async def open(self, setup: Setup) -> str:
        """Make it ready, once there is a core for it."""
        return cast(str, await self._call("open", setup))

    async def live(self, order: Order) -> Done:
        """Have an episode lived."""
        return cast(Done, await self._call("live", order))

    async def exchange(self, news: News) -> Pulse:
        """Tell and hear."""
        return cast(Pulse, await self._call("exchange", news))

    async def echo(self, order: Order) -> Order:
        """Have it handed back."""
        return cast(Order, await self._call("echo", order))

    async def close(self) -> Pulse | None:
        """End it in order, then by force."""
        last: Pulse | None = None
        with contextlib.suppress(WorkerDied, TimeoutError):
            async with asyncio.timeout(_CLOSE_S):
                last = cast("Pulse | None", await self._call("close"))
        with contextlib.suppress(Exception):
            self._ray.kill(self._actor)
        return last
