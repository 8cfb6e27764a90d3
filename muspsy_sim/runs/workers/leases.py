"""One budget for all workers: the parent leases parts of it, and a worker spends what it holds.

Leases grow smaller as the budget does, and a worker that has spent its own waits while others still
hold some, so the sum passes the budget by no more than what the calls under way take.
"""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Callable
from dataclasses import dataclass, field

from muspsy_sim.llm.budget import Budget, BudgetSpent
from muspsy_sim.llm.counting import UsageSum
from muspsy_sim.records.episode import Usage
from muspsy_sim.runs.workers.messages import Lease

_LAST = 0.01
"""Share of a budget below which what is left of it is given whole to who asks first."""

_NO_LEASE = Lease()


@dataclass(slots=True)
class LeasedBudget(Budget):
    """A worker's side: `admit` waits for a lease. `by_model`: what its live calls took."""

    lease: Lease = _NO_LEASE
    wants: bool = False
    ask: Callable[[], None] = lambda: None
    by_model: dict[str, UsageSum] = field(default_factory=dict)
    _told: asyncio.Event = field(default_factory=asyncio.Event)

    def count(self, model: str, usage: Usage) -> None:
        """Add what a call took."""
        # Not `super()`: it does not reach through a dataclass that was made anew with slots.
        Budget.count(self, model, usage)
        self.by_model.setdefault(model, UsageSum()).add(usage)

    async def admit(self) -> None:
        """Let a call begin, once there is a lease for it. Raises `BudgetSpent`."""
        while True:
            if self.lease.spent is not None:
                raise BudgetSpent(*self.lease.spent)
            if self.spent_tokens < self.lease.tokens and self._known < self.lease.money:
                return
            if not self.wants:
                self.wants = True
                self._told.clear()
                self.ask()
            await self._told.wait()

    def take(self, lease: Lease) -> None:
        """Hold this lease from now on."""
        self.lease = lease
        self.wants = False
        self._told.set()


@dataclass(slots=True)
class _Account:
    spent: dict[str, Usage] = field(default_factory=dict)
    tokens: float = 0.0
    money: float = 0.0
    leased_tokens: float = 0.0
    leased_money: float = 0.0


class Purse:
    """The parent's side: what is spent, and what is leased to whom.

    `base`: the run's budget, with what was spent before the workers began.
    """

    def __init__(self, base: Budget, workers: int) -> None:
        self._base = base
        self._workers = workers
        self._accounts: dict[int, _Account] = {}

    @property
    def limited(self) -> bool:
        """Whether there is any limit to keep."""
        return self._base.tokens is not None or self._base.money is not None

    def heard(self, worker: int, spent: dict[str, Usage]) -> None:
        """Take what a worker has spent since it began."""
        account = self._accounts.setdefault(worker, _Account())
        account.spent = spent
        account.tokens = sum(u.prompt_tokens + u.completion_tokens for u in spent.values())
        costs = (self._base.cost(model, used) for model, used in spent.items())
        account.money = sum(cost for cost in costs if cost is not None)

    def gone(self, worker: int) -> None:
        """Take back what a worker has not spent of its lease."""
        account = self._accounts.setdefault(worker, _Account())
        account.leased_tokens, account.leased_money = account.tokens, account.money

    def lease(self, worker: int) -> Lease | None:
        """What a worker may spend in all from now on; `None` where it has to wait for others."""
        if not self.limited:
            return Lease()
        account = self._accounts.setdefault(worker, _Account())
        tokens = self._part("tokens", self._base.tokens, account)
        money = self._part("money", self._base.money, account)
        for part in (tokens, money):
            if isinstance(part, Lease):
                return part
        if tokens is None or money is None:
            return None
        assert not isinstance(tokens, Lease)  # noqa: S101 - told apart above
        assert not isinstance(money, Lease)  # noqa: S101 - told apart above
        account.leased_tokens, account.leased_money = tokens, money
        return Lease(tokens, money)

    def _part(self, of: str, limit: float | None, account: _Account) -> float | Lease | None:
        if limit is None:
            return float("inf")
        here = _of(account, of)
        others = [_of(a, of) for a in self._accounts.values() if a is not account]
        before = self._base.spent_tokens if of == "tokens" else self._base.spent_money or 0.0
        spent = before + here[0] + sum(used for used, _ in others)
        out = sum(max(0.0, leased - used) for used, leased in others)
        left = limit - spent - out
        if left <= 0.0:
            return None if out > 0.0 and spent < limit else Lease(spent=(of, spent, limit))
        return here[0] + (left if left < _LAST * limit else left / (2 * self._workers))

    def shown(self) -> Budget:
        """The run's budget with all that was spent, for displays."""
        shown = copy.copy(self._base)
        shown._sum = copy.copy(self._base._sum)
        shown._unpriced = set(self._base._unpriced)
        for account in self._accounts.values():
            for model, used in account.spent.items():
                shown.count(model, used)
        return shown


def _of(account: _Account, of: str) -> tuple[float, float]:
    if of == "tokens":
        return account.tokens, account.leased_tokens
    return account.money, account.leased_money
