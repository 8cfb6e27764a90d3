"""One limit of calls for all workers: cut into shares that never come to more than the whole.

Who works holds a share; who rests hands it to one that works; a dead worker's waits for whoever
takes its episodes.
"""

from __future__ import annotations

from dataclasses import replace

from muspsy_sim.runs.workers.messages import Share


class Shares:
    """The shares of a run's limits. `parts`: how many workers work at first, at least 1."""

    def __init__(self, calls_at_once: int, per_minute: float | None, parts: int) -> None:
        if not 1 <= parts <= calls_at_once:
            raise ValueError(f"{calls_at_once} calls at once can't be shared by {parts}")
        each = None if per_minute is None else per_minute / parts
        interval = 0.0 if per_minute is None else 60.0 / per_minute
        self._free = [
            Share(calls_at_once // parts + (at < calls_at_once % parts), each, at * interval)
            for at in range(parts)
        ][::-1]
        self._held: dict[int, Share] = {}

    def take(self, worker: int) -> bool:
        """Give a worker a share, if it has none and one is free; whether it holds one now."""
        if worker not in self._held and self._free:
            self._held[worker] = self._free.pop()
        return worker in self._held

    def of(self, worker: int) -> Share | None:
        """A worker's share."""
        return self._held.get(worker)

    @property
    def free(self) -> bool:
        """Whether a share waits for a worker."""
        return bool(self._free)

    def gone(self, worker: int) -> None:
        """Keep a dead worker's share for whoever takes its episodes; its next call waits a beat."""
        if (share := self._held.pop(worker, None)) is not None:
            wait = 60.0 / share.calls_per_minute if share.calls_per_minute else 0.0
            self._free.append(replace(share, first_in_s=wait))

    def rest(self, worker: int) -> None:
        """Hand the share of a worker without episodes to the one that holds least, if any works."""
        if len(self._held) < 2 or worker not in self._held:
            return
        share = self._held.pop(worker)
        other = min(self._held, key=lambda w: self._held[w].calls_at_once)
        mine = self._held[other]
        both = mine.calls_per_minute, share.calls_per_minute
        self._held[other] = replace(
            mine,
            calls_at_once=mine.calls_at_once + share.calls_at_once,
            calls_per_minute=None if None in both else sum(filter(None, both)),
            first_in_s=0.0,
        )
