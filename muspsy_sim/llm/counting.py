"""What calls took, per role, over as many episodes as share the count.

It stands outside the journal, so that what was recorded is counted like what is asked now, and the
sums of a resumed run are those of an uninterrupted one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from muspsy_sim.llm.prefixes import Prefixes, Sent
from muspsy_sim.llm.seam import FailureKind, Model, ModelFailure, Reply, Request, Role
from muspsy_sim.records.episode import Usage


@dataclass(slots=True)
class UsageSum:
    """Usage that is added up often: plain numbers, which a record is made of when it is asked for.

    Validating a new record for each sum was as dear as writing the journal.
    """

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    estimated: int = 0

    def add(self, usage: Usage | UsageSum) -> None:
        """Add what a call took, or another sum."""
        self.calls += usage.calls
        self.prompt_tokens += usage.prompt_tokens
        self.completion_tokens += usage.completion_tokens
        self.cached_tokens += usage.cached_tokens
        self.estimated += usage.estimated

    def usage(self) -> Usage:
        """The sum as a record."""
        return Usage(
            calls=self.calls,
            prompt_tokens=self.prompt_tokens,
            completion_tokens=self.completion_tokens,
            cached_tokens=self.cached_tokens,
            estimated=self.estimated,
        )


@dataclass(slots=True)
class UsageCount:
    """Usage by role, failed attempts included; `failed` counts those by kind.

    `recorded` are the attempts that were read from journals rather than made. `sent` counts each
    prompt once, however many attempts it takes, and none that was never taken in.
    """

    _sums: dict[Role, UsageSum] = field(default_factory=dict)
    failed: dict[str, int] = field(default_factory=dict)
    attempts: int = 0
    recorded: int = 0
    sent: dict[Role, Sent] = field(default_factory=dict)
    """Prompts by role, and what of them the same episode had sent before."""

    def add(
        self,
        role: Role,
        usage: Usage,
        *,
        recorded: bool = False,
        failed: FailureKind | None = None,
        prompt: tuple[int, int] | None = None,
    ) -> None:
        """Add one attempt, and the prompt that it took in: its characters, and those again."""
        self.attempts += 1
        self.recorded += recorded
        if failed is not None:
            self.failed[failed] = self.failed.get(failed, 0) + 1
        held = self._sums.get(role)
        if held is None:
            held = self._sums[role] = UsageSum()
        held.add(usage)
        if prompt is not None:
            sent = self.sent.get(role)
            if sent is None:
                sent = self.sent[role] = Sent()
            sent.add(*prompt, 0 if usage.estimated else usage.prompt_tokens)

    def add_all(self, other: UsageCount) -> None:
        """Add all of another count."""
        self.attempts += other.attempts
        self.recorded += other.recorded
        for kind, times in other.failed.items():
            self.failed[kind] = self.failed.get(kind, 0) + times
        for role, used in other._sums.items():
            self._sums.setdefault(role, UsageSum()).add(used)
        for role, sent in other.sent.items():
            self.sent.setdefault(role, Sent()).add_all(sent)

    @property
    def by_role(self) -> dict[Role, Usage]:
        """What each role took."""
        return {role: held.usage() for role, held in self._sums.items()}

    @property
    def total(self) -> Usage:
        """All roles together."""
        return sum(self.by_role.values(), Usage())


class Counted:
    """A model whose every attempt is counted. Stands outside the journal, inside the retries.

    `prefixes` are those of the episode, shared by the models of all its roles.
    """

    __slots__ = ("_counts", "_inner", "_prefixes")

    def __init__(self, inner: Model, *counts: UsageCount, prefixes: Prefixes | None = None) -> None:
        self._inner = inner
        self._counts = counts
        self._prefixes = prefixes

    @property
    def name(self) -> str:
        """The inner model's name."""
        return self._inner.name

    async def reply(self, request: Request) -> Reply:
        """Ask and count. Raises `ModelFailure`."""
        prompt = None if self._prefixes is None else self._prefixes.to_add(request)
        try:
            reply = await self._inner.reply(request)
        except ModelFailure as failure:
            if self._prefixes is not None and prompt is not None and not failure.usage.calls:
                self._prefixes.owe(request, prompt)
                prompt = None
            for count in self._counts:
                count.add(
                    request.role,
                    failure.usage,
                    recorded=failure.recorded,
                    failed=failure.kind,
                    prompt=prompt,
                )
            raise
        for count in self._counts:
            count.add(request.role, reply.usage, recorded=reply.recorded, prompt=prompt)
        return reply
