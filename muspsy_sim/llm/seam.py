"""The one seam to language models: `prompt + view -> answer`.

A `Prompt` names what is asked, of which role, from which view, for which answer. A `Model` turns a
`Request` into a `Reply` or raises `ModelFailure`. All else (retry, limits, budget, journal, counts)
wraps a `Model`; nothing above this seam knows what answers.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any, Generic, Literal, Protocol, TypeVar

from muspsy_sim.records.base import Record
from muspsy_sim.records.episode import Usage
from muspsy_sim.records.values import unchanging

Role = Literal["client", "appraiser", "counselor", "judge", "annotator", "writer"]
"""The roles that a recipe gives models to; a `writer` writes both parties of a corpus."""

V = TypeVar("V", bound=Record)
A = TypeVar("A", bound=Record)

FailureKind = Literal[
    "rate_limit",
    "server",
    "timeout",
    "unreachable",
    "cut_off",
    "malformed",
    "refused",
    "auth",
    "bad_request",
    "not_recorded",
]
"""Why a call failed. `malformed`: the reply is no chat completion, or its text is no valid answer;
`cut_off`: it hit the length limit or the connection broke; `not_recorded`: a replay has no line."""

RETRYABLE: frozenset[FailureKind] = frozenset(
    {"rate_limit", "server", "timeout", "unreachable", "cut_off", "malformed"}
)


@unchanging
class Message:
    """One chat message."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Prompt(Generic[V, A]):
    """A named prompt: who is asked, what it sees, what it answers.

    `template` is the file's path inside `agents/`; a `plain` prompt is answered in text, which
    becomes the answer's only field, and its template's `dialogue` is sent as chat messages.
    """

    name: str
    role: Role
    view: type[V]
    answer: type[A]
    template: str
    plain: bool = False


@dataclass(frozen=True, slots=True)
class Sampling:
    """How a model is sampled. `max_tokens` bounds the completion."""

    temperature: float = 0.7
    top_p: float = 1.0
    max_tokens: int = 1024


@unchanging
class CallKey:
    """Which call of an episode this is. `turn` 0 = not at a turn (notes, plans, reflections)."""

    episode: str
    session: int
    turn: int
    prompt: str

    def __str__(self) -> str:
        return f"s{self.session}t{self.turn}/{self.prompt}"


@unchanging
class Request:
    """One attempt at one call. `view` is exactly what `messages` were rendered from.

    `fingerprint` hashes what can change the answer (messages, schema, sampling, seed) and leaves
    out what can't (the model's address, the attempt). `seed` is a keyed draw: never by arm.
    """

    key: CallKey
    role: Role
    view: Record
    answer: type[Record]
    messages: tuple[Message, ...]
    schema: dict[str, Any] | None
    sampling: Sampling
    seed: int
    fingerprint: str
    attempt: int = 1

    def again(self, *extra: Message, fingerprint: str | None = None) -> Request:
        """The next attempt, with messages added if any (a repair quotes the error)."""
        return replace(
            self,
            messages=(*self.messages, *extra),
            attempt=self.attempt + 1,
            fingerprint=fingerprint or self.fingerprint,
        )


@unchanging
class Reply:
    """What a model said. `reasoning` is what it thought aloud: private, shown to nobody."""

    text: str
    reasoning: str | None = None
    usage: Usage = field(default_factory=Usage)
    recorded: bool = False
    """Whether it was read from a journal rather than asked for now."""


class ModelFailure(Exception):
    """A call that did not give a reply. It never carries a key, a header or a URL's user part."""

    def __init__(
        self, kind: FailureKind, message: str, *, retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.kind: FailureKind = kind
        self.message = message
        self.retry_after = retry_after
        """Seconds that the server asked to wait."""
        self.recorded = False
        """Whether it was read from a journal, so that nobody waits before the next attempt."""
        self.again: bool | None = None
        """What a journal knows of a next attempt: it holds one, or (in a replay) there was none."""
        self.usage = Usage()
        """What it cost all the same: an answer cut off at its length was paid for."""
        self.attempts = 1
        """How many attempts were made, once nobody tries again."""
        self.standing = False
        """Whether every call to this model would fail alike until somebody mends it."""

    @property
    def retryable(self) -> bool:
        """Whether another attempt may succeed."""
        return self.kind in RETRYABLE


class Model(Protocol):
    """Anything that answers requests."""

    @property
    def name(self) -> str:
        """The model string, without secrets."""
        ...

    async def reply(self, request: Request) -> Reply:
        """Answer one attempt, or raise `ModelFailure`."""
        ...


Ask = Callable[[Request], Awaitable[Reply]]
