"""What a parent and its workers tell each other. All of it can be pickled; none of it is stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from muspsy_sim.agents.live import Schedule
from muspsy_sim.llm.counting import UsageCount
from muspsy_sim.llm.prefixes import Sent
from muspsy_sim.llm.seam import Role
from muspsy_sim.records.episode import CourseEnd, Usage
from muspsy_sim.records.profile import Profile
from muspsy_sim.runs.provenance import Hashes
from muspsy_sim.runs.recipe import Recipe


class WorkerDied(Exception):
    """A worker is gone, and what it had under way is owed again."""


class WorkerBug(Exception):
    """What nobody foresaw happened in a worker; the text is its traceback."""


@dataclass(frozen=True, slots=True)
class Share:
    """One worker's share of what each endpoint bears.

    `first_in_s`: seconds after which its first call begins, so that not all begin at once.
    """

    calls_at_once: int
    calls_per_minute: float | None
    first_in_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Lease:
    """What a worker may spend in all, live calls only: tokens and money, infinite for no limit.

    `spent`: the budget is gone, as its kind, what was spent of it and what it was.
    """

    tokens: float = float("inf")
    money: float = float("inf")
    spent: tuple[str, float, float] | None = None


@dataclass(frozen=True, slots=True)
class Setup:
    """What a worker is told before its first episode."""

    recipe: Recipe
    schedule: Schedule
    hashes: dict[str, Hashes]
    """Arm -> what the parent makes it with; a worker with other content refuses."""
    place: str
    """The run's folder, or the URL of a place elsewhere."""
    beside: str
    """What `run.yaml` holds where a folder is shared: its hash, so that another one is noticed."""
    upload_every_s: float = 10.0
    """Seconds between two uploads of a growing journal, for a place elsewhere."""


@dataclass(frozen=True, slots=True)
class Order:
    """One episode to live, and the share of calls to live it by."""

    id: str
    profile: Profile
    arm: str
    seed: int
    recorded: bool
    """Whether a journal of it may be there."""
    go_on: bool
    """Whether it was whole, and what failed it is owed again."""
    share: Share | None = None
    deaths: int = 0
    """How many workers have died while they had it."""


@dataclass(slots=True)
class Standing:
    """How far some episodes are, as sums."""

    sessions: int = 0
    turns: int = 0
    weeks: int = 0
    count: UsageCount = field(default_factory=UsageCount)

    def add(self, other: Standing) -> None:
        """Add others."""
        self.sessions += other.sessions
        self.turns += other.turns
        self.weeks += other.weeks
        self.count.add_all(other.count)


@dataclass(frozen=True, slots=True)
class Done:
    """An episode is whole where it belongs."""

    end: CourseEnd
    standing: Standing
    sent: dict[Role, Sent]


@dataclass(frozen=True, slots=True)
class News:
    """What a parent tells a worker from time to time.

    `paused`: seconds left of pauses that an endpoint asked another worker for, by its number.
    """

    share: Share | None = None
    lease: Lease | None = None
    paused: dict[int, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pulse:
    """What a worker tells its parent from time to time; sums are since it began."""

    standing: Standing
    spent: dict[str, Usage]
    """Model -> what its live calls took."""
    wants_lease: bool
    paused: dict[int, float]
    processor_s: float = 0.0


class Hand(Protocol):
    """A worker as its parent sees it. Every call raises `WorkerDied` once it is gone."""

    async def open(self, setup: Setup) -> str:
        """Make it ready; who it is, for messages. Raises what a user can mend."""
        ...

    async def live(self, order: Order) -> Done:
        """Live an episode to its end."""
        ...

    async def exchange(self, news: News) -> Pulse:
        """Tell it news, and hear of it: soon, or at once when it wants something."""
        ...

    async def echo(self, order: Order) -> Order:
        """The order itself: what handing an episode over costs."""
        ...

    async def close(self) -> Pulse | None:
        """End it, what is under way being kept as far as it is; its last words, if it had any."""
        ...
