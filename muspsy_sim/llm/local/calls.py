"""One call to a local model, from asked to written."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal

from muspsy_sim.llm.local.grammar import Guide


@dataclass(frozen=True, slots=True)
class Greeting:
    """What the process that writes is told first. `halvings`: of the rows it writes at once."""

    name: str
    where: str
    environ: dict[str, str]
    halvings: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What a model is written by."""

    device: str
    dtype: str
    threads: int
    rows: int


@dataclass(slots=True)
class Counts:
    """What an engine has done so far."""

    calls: int = 0
    tokens: int = 0
    """Made, of answers that were sent."""
    steps: int = 0
    rows: int = 0
    """Rows over all steps: divided by steps, the mean size of a batch."""
    halved: int = 0
    seconds: float = 0.0
    """Of the processor, for all that its process did."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked, before it is a prompt. `schema`: JSON; `owner`: as in `Call`."""

    messages: list[dict[str, str]]
    max_tokens: int
    temperature: float
    top_p: float
    seed: int
    owner: str
    schema: str | None


@dataclass(frozen=True, slots=True)
class Failed:
    """Why nothing came of a call."""

    kind: Literal["server", "bad_request"]
    message: str


@dataclass(frozen=True, slots=True)
class Written:
    """What came of a call. `finished`: it ended by itself, and not at its limit of tokens."""

    text: str
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int
    """Prompt tokens whose keys and values were kept from the same episode's last prompt."""
    finished: bool


class Stage(Enum):
    """Where a call is that nothing has come of yet."""

    WAITING = "waiting"
    BEGUN = "begun"


def _to_nobody(stage: Stage) -> None:
    """Nobody wants to know."""


@dataclass(slots=True)
class Call:
    """What is asked. `ids`: the prompt's tokens; `done`: called once, by `tell`.

    `moved`: called when it is begun, and when it has to wait again. Both in the engine's thread.
    """

    ids: list[int]
    max_tokens: int
    temperature: float
    top_p: float
    seed: int
    owner: str
    """Whose prompts share a beginning: an episode and a prompt's name."""
    schema: str | None
    done: Callable[[Written | Failed | BaseException], None]
    moved: Callable[[Stage], None] = _to_nobody
    cancelled: bool = False
    alone: bool = False
    """Whether memory ran out with it alone once already."""
    crowd: int = 0
    """Rows that could be written at once when memory first ran out with it among others."""
    told: bool = False

    def tell(self, outcome: Written | Failed | BaseException) -> None:
        """Say what came of it. Only the first time counts."""
        if not self.told:
            self.told = True
            self.done(outcome)


@dataclass(slots=True)
class Row:
    """A call that is being written."""

    call: Call
    guide: Guide | None
    cached: int = 0
    made: list[int] = field(default_factory=list)
    chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        # A stream of its own: what a row draws depends on its seed and on no other row.
        self.chance = random.Random(self.call.seed)

    @property
    def position(self) -> int:
        """The position of the token that was made last."""
        return len(self.call.ids) + len(self.made) - 1

    @property
    def left(self) -> int:
        """Tokens that it may still make."""
        return self.call.max_tokens - len(self.made)


Tensors = list[tuple[Any, Any]]
"""Keys and values of one row in each layer, `[heads, tokens, size]`."""
