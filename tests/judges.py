"""Fake judges at the project's own seam: they rate by a function of the view, at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from muspsy_sim.llm.seam import ModelFailure, Reply, Request
from muspsy_sim.records.episode import Usage
from muspsy_sim.records.judging import (
    ItemVerdict,
    JudgeAnswer,
    JudgeView,
    PairAnswer,
    PairItem,
    PairView,
    ShownItem,
)
from muspsy_sim.records.scores import Quote

Rate = Callable[[JudgeView, ShownItem, Random], ItemVerdict]


def first_words(view: JudgeView) -> Quote:
    """The first words of what is judged."""
    session = next(s for s in view.sessions if s.number in view.judged)
    return Quote(turn=session.lines[0].id, text=session.lines[0].text[:30])


def rated(view: JudgeView, item: ShownItem, score: float | None) -> ItemVerdict:
    """A verdict with a quote that is there."""
    return ItemVerdict(
        item=item.id, evidence=[first_words(view)], reasoning="As quoted.", score=score
    )


def at_random(view: JudgeView, item: ShownItem, rng: Random) -> ItemVerdict:
    """Any value of the scale."""
    steps = round((item.high - item.low) / item.step)
    return rated(view, item, item.low + rng.randint(0, steps) * item.step)


def flattering(view: JudgeView, item: ShownItem, rng: Random) -> ItemVerdict:
    """The best value, always."""
    return rated(view, item, item.high if item.better == "higher" else item.low)


def middling(view: JudgeView, item: ShownItem, rng: Random) -> ItemVerdict:
    """The lower middle, always."""
    steps = round((item.high - item.low) / item.step)
    return rated(view, item, item.low + steps // 2 * item.step)


@dataclass
class FakeJudge:
    """A judge that keeps what it was sent. `stop_after`: it hangs from that call on."""

    rate: Rate = middling
    name: str = "fake"
    stop_after: int | None = None
    fails: Callable[[Request], bool] = lambda request: False
    asked: list[Request] = field(default_factory=list)

    async def reply(self, request: Request) -> Reply:
        """An answer to one rating."""
        if self.stop_after is not None and len(self.asked) >= self.stop_after:
            await asyncio.sleep(3600)
        self.asked.append(request)
        if self.fails(request):
            raise ModelFailure("refused", "it would not")
        view = request.view
        rng = Random(request.seed)
        if isinstance(view, PairView):
            answer: JudgeAnswer | PairAnswer = PairAnswer(
                items=[self._pair(view, item) for item in view.instrument.items]
            )
        else:
            assert isinstance(view, JudgeView)
            answer = JudgeAnswer(
                items=[self.rate(view, item, rng) for item in view.instrument.items]
            )
        used = Usage(calls=1, prompt_tokens=10, completion_tokens=5)
        return Reply(answer.model_dump_json(), usage=used)

    def _pair(self, view: PairView, item: ShownItem) -> PairItem:
        return PairItem(item=item.id, reasoning="As it came first.", better="first")
