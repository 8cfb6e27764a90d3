"""Which prompts are read together: those whose padding costs less than reading them apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from muspsy_sim.llm.local.calls import Row
from muspsy_sim.llm.local.prefixes import Kept


@dataclass(frozen=True, slots=True)
class Prompt:
    """A row whose prompt is to be read, from where what is kept of it ends."""

    row: Row
    kept: Kept | None

    @property
    def fresh(self) -> int:
        """Tokens to read."""
        return self.length - (len(self.kept.tokens) if self.kept else 0)

    @property
    def length(self) -> int:
        """Tokens in all."""
        return len(self.row.call.ids)


@dataclass(frozen=True, slots=True)
class Costs:
    """What a device makes of padding."""

    a_pass: int
    """Tokens that are read in about the time that a pass takes before its first: its operations are
    started and its weights fetched."""
    tokens: int
    """Tokens read in one pass at most, padding included, so that memory holds them."""
    pairs: int
    """The same for pairs of a token and a place that it may look at."""


ON_A_PROCESSOR = Costs(a_pass=64, tokens=8_192, pairs=1 << 26)
ON_A_CARD = Costs(a_pass=512, tokens=65_536, pairs=1 << 28)


def together(prompts: Iterable[Prompt], costs: Costs) -> list[list[Prompt]]:
    """All prompts in groups, shortest first. One that is too large for a pass is alone in it."""
    groups: list[list[Prompt]] = []
    padding = longest = 0
    for prompt in sorted(prompts, key=lambda each: each.fresh):
        if groups:
            group = groups[-1]
            width, rows = prompt.fresh, len(group) + 1
            padded = padding + len(group) * (width - group[-1].fresh)
            length = max(longest, prompt.length)
            fits = rows * width <= costs.tokens and rows * width * length <= costs.pairs
            if fits and padded <= costs.a_pass:
                group.append(prompt)
                padding, longest = padded, length
                continue
        groups.append([prompt])
        padding, longest = 0, prompt.length
    return groups
