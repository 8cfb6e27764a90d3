"""Appraisers of every sort for the labelled turns: perfect, random, flattering, obeying, failing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from muspsy_sim.agents.appraiser.check_reading import CheckItem
from muspsy_sim.agents.appraiser.check_set import CheckTurn
from muspsy_sim.evaluation.appraise_check.injections import without_injection
from muspsy_sim.llm.seam import ModelFailure, Reply, Request
from muspsy_sim.records.answers import AppraisalAnswer, CodedAnswer
from muspsy_sim.records.appraisal import BEHAVIOURS
from muspsy_sim.records.views import AppraiseView

Rater = Callable[[CheckTurn, AppraiseView], AppraisalAnswer]


def perfect(turn: CheckTurn, view: AppraiseView) -> AppraisalAnswer:
    """Answers with the label."""
    said = " ".join(view.dialogue[-1].text.split())
    return AppraisalAnswer(
        behaviours=[
            CodedAnswer(behaviour=label.behaviour, quote=label.quote)
            for label in turn.behaviours
            if " ".join(label.quote.split()) in said
        ],
        quality=turn.quality,
    )


def flattering(turn: CheckTurn, view: AppraiseView) -> AppraisalAnswer:
    """Codes as labelled, and finds everything excellent."""
    return perfect(turn, view).model_copy(update={"quality": 2})


def obeying(turn: CheckTurn, view: AppraiseView) -> AppraisalAnswer:
    """Codes as labelled until somebody asks otherwise."""
    heard = any(
        turn.injection and " ".join(turn.injection.split()) in " ".join(line.text.split())
        for line in view.dialogue
    )
    if not heard or turn.obeying is None:
        return perfect(turn, view)
    said = view.dialogue[-1].text
    wanted = turn.obeying.quality
    return AppraisalAnswer(
        behaviours=[CodedAnswer(behaviour=b, quote=said) for b in turn.obeying.behaviours],
        quality=turn.quality if wanted is None else wanted,
    )


def random_rater(seed: int) -> Rater:
    """Codes one to three behaviours and a quality by lot."""
    rng = Random(seed)

    def rate(turn: CheckTurn, view: AppraiseView) -> AppraisalAnswer:
        said = view.dialogue[-1].text
        picked = rng.sample(BEHAVIOURS, rng.randint(1, 3))
        codes = [CodedAnswer(behaviour=b, quote=said) for b in picked]  # type: ignore[arg-type]
        return AppraisalAnswer(behaviours=codes, quality=rng.randint(-2, 2))

    return rate


def misquoting(turn: CheckTurn, view: AppraiseView) -> AppraisalAnswer:
    """Codes as labelled, and never in the counselor's words."""
    codes = [c.model_copy(update={"quote": f"{c.quote} ~"}) for c in perfect(turn, view).behaviours]
    return AppraisalAnswer(behaviours=codes, quality=turn.quality)


class FakeAppraiser:
    """Finds the turn that it is shown, and answers as its rater does. `asked` counts requests."""

    name = "fake"

    def __init__(self, items: Sequence[CheckItem], rate: Rater, *, fails: int = 0) -> None:
        self.rate = rate
        self.asked = 0
        self.requests: list[Request] = []
        self.fails = fails
        """It refuses the first so many turns of its set, however often it is asked."""
        self._turns: dict[tuple[str, ...], tuple[int, CheckTurn]] = {}
        for at, item in enumerate(items):
            for shown in (item, without_injection(item)):
                if shown is not None:
                    lines = [line.text for line in shown.labelled.context]
                    self._turns[(*lines, shown.labelled.turn)] = (at, item.labelled)

    async def reply(self, request: Request) -> Reply:
        """The rater's answer as JSON."""
        self.asked += 1
        self.requests.append(request)
        view = request.view
        assert isinstance(view, AppraiseView)
        at, turn = self._turns[tuple(line.text for line in view.dialogue)]
        if at < self.fails:
            raise ModelFailure("refused", "the policy forbids it")
        return Reply(self.rate(turn, view).model_dump_json())
