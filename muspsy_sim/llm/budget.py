"""What a run may spend, in tokens and in money, shared by all its episodes.

Once it is spent no further live call is made: `BudgetSpent` ends the episode with that reason.
What a journal holds counts as spent, but is never refused. Money is known only where every model
that was used has a price; without one it is `None`, never zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from muspsy_sim.llm.counting import UsageSum
from muspsy_sim.llm.seam import Model, ModelFailure, Reply, Request
from muspsy_sim.records.episode import Usage

_PER = 1_000_000


@dataclass(frozen=True, slots=True)
class Price:
    """What a model costs per million tokens, in the recipe's currency.

    `cached` is the price of prompt tokens that the server had in its cache; `None` = as `prompt`.
    """

    prompt: float
    completion: float
    cached: float | None = None

    def of(self, usage: Usage) -> float:
        """The cost of some usage. Cached tokens are part of `prompt_tokens`, as servers count."""
        cached = min(usage.cached_tokens, usage.prompt_tokens)
        cached_price = self.prompt if self.cached is None else self.cached
        return (
            (usage.prompt_tokens - cached) * self.prompt
            + cached * cached_price
            + usage.completion_tokens * self.completion
        ) / _PER


FREE = Price(prompt=0.0, completion=0.0, cached=0.0)
"""The price of `offline` and of replays, which ask nobody."""


class BudgetSpent(Exception):
    """The budget is spent: no call was made. `of` is `tokens` or `money`."""

    def __init__(self, of: str, spent: float, limit: float) -> None:
        super().__init__(f"the budget of {limit:,g} {of} is spent ({spent:,g})")
        self.of = of
        self.spent = spent
        self.limit = limit


@dataclass(slots=True)
class Budget:
    """Limits and what is spent of them. `tokens` are prompt and completion tokens together.

    `prices` go by model string as `Model.name` has it, or by what follows its scheme or `#`.
    Calls under way when the limit is reached are finished and counted, so the sum can pass it by
    as much as they take.
    """

    tokens: int | None = None
    money: float | None = None
    prices: Mapping[str, Price] = field(default_factory=dict)
    _sum: UsageSum = field(default_factory=UsageSum)
    _known: float = 0.0
    _unpriced: set[str] = field(default_factory=set)
    _found: dict[str, Price | None] = field(default_factory=dict, repr=False)

    def price(self, model: str) -> Price | None:
        """The price of a model, `None` where nobody gave one."""
        if model not in self._found:  # Asked for at every call, of a few models.
            self._found[model] = self._price(model)
        return self._found[model]

    def _price(self, model: str) -> Price | None:
        for name in (model, model.partition("#")[2], model.partition(":")[2]):
            if name and name in self.prices:
                return self.prices[name]
        return FREE if model == "offline" or model.startswith("replay:") else None

    def unpriced(self, models: Iterable[str]) -> list[str]:
        """The models without a price: with these, a limit on money can't be kept."""
        return [name for name in dict.fromkeys(models) if self.price(name) is None]

    def count(self, model: str, usage: Usage) -> None:
        """Add what a call took, live or recorded."""
        if not (usage.calls or usage.prompt_tokens or usage.completion_tokens):
            return
        self._sum.add(usage)
        price = self.price(model)
        if price is None:
            self._unpriced.add(model)
        else:
            self._known += price.of(usage)

    def cost(self, model: str, usage: Usage) -> float | None:
        """What some usage of a model costs, `None` where it has no price."""
        price = self.price(model)
        return None if price is None else price.of(usage)

    @property
    def spent(self) -> Usage:
        """What is spent so far."""
        return self._sum.usage()

    @property
    def spent_tokens(self) -> int:
        """Prompt and completion tokens spent so far."""
        return self._sum.prompt_tokens + self._sum.completion_tokens

    @property
    def spent_money(self) -> float | None:
        """Money spent so far, `None` once a model without a price was used."""
        return None if self._unpriced else self._known

    def check(self) -> None:
        """Raise `BudgetSpent` if nothing is left."""
        if self.tokens is not None and self.spent_tokens >= self.tokens:
            raise BudgetSpent("tokens", self.spent_tokens, self.tokens)
        if self.money is not None and self._known >= self.money:
            raise BudgetSpent("money", self._known, self.money)

    async def admit(self) -> None:
        """Let a call begin. Raises `BudgetSpent`. Where a budget is shared by workers, it waits."""
        self.check()


class Budgeted:
    """A model that is asked only while the budget lasts. Stands inside the journal."""

    __slots__ = ("_budget", "_inner")

    def __init__(self, inner: Model, budget: Budget) -> None:
        self._inner = inner
        self._budget = budget

    @property
    def name(self) -> str:
        """The inner model's name."""
        return self._inner.name

    async def reply(self, request: Request) -> Reply:
        """Ask, and count what it took. Raises `BudgetSpent` before the call, or `ModelFailure`."""
        await self._budget.admit()
        try:
            reply = await self._inner.reply(request)
        except ModelFailure as failure:
            self._budget.count(self.name, failure.usage)
            raise
        self._budget.count(self.name, reply.usage)
        return reply
