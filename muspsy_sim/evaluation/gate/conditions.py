"""What must hold for the simulator to be believed: each condition a pure function over outcomes.

A condition has a figure, an interval, a limit and a status: `holds`, `broken`, or `unmeasured` with
the reason, which is neither. Clients are the units: a client's seeds are averaged first, and arms
are compared within clients.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from muspsy_sim.evaluation.gate.intervals import Interval, mean_interval, ratio_interval
from muspsy_sim.evaluation.gate.outcomes import Outcome
from muspsy_sim.evaluation.gate.paired import ROUNDING, by_client, difference, mean_of, paired
from muspsy_sim.records.base import Record

Status = Literal["holds", "broken", "unmeasured"]
Unit = Literal["points", "courses", "share", "ratio", "kappa"]

MOST_RESPONDING = 0.65
"""Under the good counselor not nearly everyone gets well. In trials 41% (38 to 43) of those in
psychotherapy responded at two months (Cuijpers and others 2021); 65% is far above any of them."""
MOST_TOLD_TO_NODDING = 0.25
LEAST_KAPPA = 0.4
"""Where "moderate" agreement begins (Landis and Koch 1977)."""


class Condition(Record):
    """One condition, what was found, and whether it holds."""

    id: str
    title: str
    about: Literal[
        "order_arms", "order_scripts", "shuffled", "frozen", "response", "telling", "fidelity"
    ]
    figure: float | None = None
    low: float | None = None
    high: float | None = None
    level: float = Field(default=0.95, description="of the interval")
    unit: Unit
    limit: str = Field(description="what the figure or interval is held against, in words")
    status: Status
    clients: int = 0
    words: str = Field(default="", description="what broke, or why nothing was measured")
    detail: str = ""


def order_condition(
    outcomes: Sequence[Outcome], better: str, worse: str, *, held_out: bool = False
) -> Condition:
    """Under `better` clients improve more than under `worse`: the interval lies above 0.

    All three comparisons of an order must exclude 0, so no correction for their number is due: a
    chance find in one of them opens no gate.
    """
    found = difference(outcomes, better, worse, 0.95)
    condition = Condition(
        id=f"order:{better}-{worse}",
        title=f"{better} - {worse}",
        about="order_scripts" if held_out else "order_arms",
        unit="points",
        limit="interval above 0",
        status="unmeasured",
        clients=found.clients,
    )
    if found.interval is None:
        return condition.model_copy(update={"words": found.why})
    holds = found.interval.excludes_below(0.0)
    words = (
        ""
        if holds
        else f"clients do not reliably improve more under {better} than under {worse}"
        + (" (scripts written apart from the appraiser's cues)" if held_out else "")
    )
    return _settled(condition, found.interval, holds, words)


def shuffled_condition(
    outcomes: Sequence[Outcome],
    real: Sequence[Outcome],
    better: str,
    worse: str,
    comparisons: int = 3,
) -> Condition:
    """With appraisals shuffled between arms the difference is gone: the interval includes 0.

    `comparisons`: how many such intervals must all include 0; each is widened so that together they
    miss a true 0 in 5% (Bonferroni). `real` are the courses with their own appraisals, for what is
    left of the difference.
    """
    level = 1.0 - 0.05 / comparisons
    found = difference(outcomes, better, worse, level)
    condition = Condition(
        id=f"shuffled:{better}-{worse}",
        title=f"{better} - {worse}, appraisals shuffled",
        about="shuffled",
        level=level,
        unit="points",
        limit="interval includes 0",
        status="unmeasured",
        clients=found.clients,
    )
    if found.interval is None:
        return condition.model_copy(update={"words": found.why})
    own = difference(real, better, worse, 0.95).interval
    detail = f"{own.figure:+.2f} with their own appraisals" if own is not None else ""
    holds = found.interval.includes(0.0)
    words = (
        ""
        if holds
        else f"{better} and {worse} still differ when their appraisals are shuffled: something "
        "other than what the counselor is seen to do moves the clients"
    )
    return _settled(condition, found.interval, holds, words, detail)


def frozen_state_condition(outcomes: Sequence[Outcome]) -> Condition:
    """No value of a frozen client's state moves in any course."""
    courses = [o for o in outcomes if o.arm == "frozen"]
    moved = [o for o in courses if o.moved]
    condition = Condition(
        id="frozen:state",
        title="frozen: courses whose state moved",
        about="frozen",
        unit="courses",
        limit="0",
        status="unmeasured",
        clients=len({o.client for o in courses}),
    )
    if not courses:
        return condition.model_copy(update={"words": "there is no course of a frozen client"})
    names = sorted({name for o in moved for name in o.moved})
    return condition.model_copy(
        update={
            "figure": float(len(moved)),
            "status": "broken" if moved else "holds",
            "detail": f"of {len(courses)} courses",
            "words": f"a client that is frozen moved all the same: {', '.join(names)}"
            if moved
            else "",
        }
    )


def frozen_report_condition(outcomes: Sequence[Outcome]) -> Condition:
    """What frozen clients report changes by measurement error alone: the mean is 0 within it."""
    found = by_client([o for o in outcomes if o.arm == "frozen"], lambda o: o.change)
    condition = Condition(
        id="frozen:report",
        title="frozen: reported improvement",
        about="frozen",
        unit="points",
        limit="interval includes 0",
        status="unmeasured",
        clients=len(found),
    )
    interval, why = mean_of(list(found.values()), 0.95)
    if interval is None:
        return condition.model_copy(update={"words": why})
    holds = interval.includes(0.0)
    words = "" if holds else "clients that are frozen report a change beyond measurement error"
    return _settled(condition, interval, holds, words)


def response_condition(outcomes: Sequence[Outcome], arm: str = "full") -> Condition:
    """Fewer than 65% respond under the good counselor (see `outcomes.RESPONSE`)."""
    counted = [o for o in outcomes if o.arm == arm and o.responded is not None]
    found = by_client(counted, lambda o: float(o.responded or 0))
    condition = Condition(
        id=f"response:{arm}",
        title=f"response under {arm}",
        about="response",
        unit="share",
        limit=f"below {MOST_RESPONDING:.0%}",
        status="unmeasured",
        clients=len(found),
    )
    if not found:
        return condition.model_copy(
            update={"words": f"no client under {arm} has a PHQ-9 of 10 or more to begin with"}
        )
    interval = mean_interval(list(found.values()))
    holds = round(interval.figure, ROUNDING) < MOST_RESPONDING
    words = "" if holds else f"nearly everyone gets well under {arm}, as no trial has seen"
    left_out = sum(1 for o in outcomes if o.arm == arm) - len(counted)
    detail = f"{len(counted)} courses; {left_out} begin below a PHQ-9 of 10"
    return _settled(condition, interval, holds, words, detail)


def telling_condition(
    outcomes: Sequence[Outcome], nodding: str = "nodding", good: str = "full"
) -> Condition:
    """Who merely nods is told at most a quarter of the sensitive facts that the good one hears."""
    told = {
        arm: paired(outcomes, arm, lambda o: float(o.sensitive_told)) for arm in (nodding, good)
    }
    clients = sorted(told[nodding].keys() & told[good].keys())
    condition = Condition(
        id=f"telling:{nodding}/{good}",
        title=f"sensitive facts told to {nodding} / {good}",
        about="telling",
        unit="ratio",
        limit=f"at most {MOST_TOLD_TO_NODDING}",
        status="unmeasured",
        clients=len(clients),
    )
    if not clients:
        words = f"no client met both {nodding} and {good}"
        return condition.model_copy(update={"words": words})
    above = [told[nodding][c] for c in clients]
    below = [told[good][c] for c in clients]
    if not sum(below):
        return condition.model_copy(
            update={
                "status": "broken",
                "words": f"no sensitive fact is told to {good}, so that nothing can open a client",
            }
        )
    interval = ratio_interval(above, below)
    assert interval is not None  # noqa: S101 - `below` has something in it
    holds = round(interval.figure, ROUNDING) <= MOST_TOLD_TO_NODDING
    words = "" if holds else f"clients tell what is sensitive to {nodding} nearly as to {good}"
    counts = {arm: sum(o.sensitive_told for o in outcomes if o.arm == arm) for arm in told}
    detail = f"{counts[nodding]} and {counts[good]} facts, found in the client's words"
    return _settled(condition, interval, holds, words, detail)


def fidelity_condition(
    what: Literal["trust", "distress"],
    interval: Interval | None,
    clients: int,
    detail: str,
    why: str = "",
) -> Condition:
    """The blind annotator's bands agree with the state: quadratic weighted kappa of 0.4 or more."""
    condition = Condition(
        id=f"fidelity:{what}",
        title=f"{what} heard in the client's words",
        about="fidelity",
        unit="kappa",
        limit=f"at least {LEAST_KAPPA}",
        status="unmeasured",
        clients=clients,
        detail=detail,
    )
    if interval is None:
        return condition.model_copy(update={"words": why})
    holds = round(interval.figure, ROUNDING) >= LEAST_KAPPA
    words = "" if holds else f"a reader cannot tell the client's {what} from its words"
    return _settled(condition, interval, holds, words, detail)


def _settled(
    condition: Condition, interval: Interval, holds: bool, words: str, detail: str = ""
) -> Condition:
    return condition.model_copy(
        update={
            "figure": interval.figure,
            "low": interval.low,
            "high": interval.high,
            "status": "holds" if holds else "broken",
            "words": words,
            "detail": detail,
        }
    )
