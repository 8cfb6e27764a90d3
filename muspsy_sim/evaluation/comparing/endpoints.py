"""Endpoints that an episode alone gives: what the client reported, what happened, what was coded.

Each says its kind. `reported` and `course` endpoints are what a study of people could also have;
`coded` ones rest on the appraiser; `judged` on a judge, `process` on one that saw plans or notes;
`latent` ones are the simulator's own state, which no study of people ever sees: they explain, and
are no outcome.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from muspsy_sim.evaluation.comparing import remembering
from muspsy_sim.evaluation.comparing.remembering import Raw as Raw
from muspsy_sim.evaluation.symptoms import reliable_difference, reported_change

Kind = Literal["reported", "course", "coded", "latent", "judged", "process"]
Better = Literal["higher", "lower", "neither"]

_WORD = re.compile(r"[\u4e00-\u9fff]|[A-Za-z0-9]+(?:['’-][A-Za-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint: what it is, its kind, and which way is better."""

    name: str
    about: str
    kind: Kind
    better: Better
    of: Callable[[Raw], float | None] | None = None
    """How it is read off an episode that reached its horizon; `None`: it does not apply."""


def values_of(raw: Raw) -> dict[str, float | None]:
    """All endpoints of an episode that reached its horizon."""
    return {e.name: e.of(raw) for e in ENDPOINTS.values() if e.of is not None}


def horizon(raw: Raw) -> Raw | None:
    """The last report, follow-up included: the same week whatever became of the course."""
    reports = [*(week["report"] for week in raw["weeks"]), *raw["follow_up"]]
    return max(reports, key=lambda report: report["week"], default=None)


def trajectory(raw: Raw) -> dict[str, dict[int, float]]:
    """What is followed by week: measure -> week -> value; week 0 is before session one."""
    found: dict[str, dict[int, float]] = {name: {} for name in TRAJECTORIES}
    reports = [raw["baseline"], *(week["report"] for week in raw["weeks"]), *raw["follow_up"]]
    for report in reports:
        if report is not None:
            found["phq9"][report["week"]] = float(sum(report["phq9"]))
            found["gad7"][report["week"]] = float(sum(report["gad7"]))
    for week in raw["weeks"]:
        found["alliance"][week["number"]] = _alliance(week["values"])
        found["trust"][week["number"]] = float(week["values"]["trust"])
    return found


TRAJECTORIES: dict[str, str] = {
    "phq9": "PHQ-9, reported",
    "gad7": "GAD-7, reported",
    "alliance": "alliance, latent",
    "trust": "trust, latent",
}


def words(text: str) -> int:
    """Words of a text: Latin words, and each Chinese character for one."""
    return len(_WORD.findall(text))


def _change(scale: str) -> Callable[[Raw], float | None]:
    def change(raw: Raw) -> float | None:
        first, last = raw["baseline"], horizon(raw)
        return float(sum(first[scale]) - sum(last[scale])) if first and last else None

    return change


_PHQ9, _GAD7 = _change("phq9"), _change("gad7")


def _both(raw: Raw) -> float | None:
    phq9, gad7 = _PHQ9(raw), _GAD7(raw)
    return phq9 + gad7 if phq9 is not None and gad7 is not None else None


def _response(raw: Raw) -> float | None:
    first, change = raw["baseline"], _PHQ9(raw)
    if change is None or sum(first["phq9"]) < reported_change("phq9").cut_off.value:
        return None
    return float(change >= 0.5 * sum(first["phq9"]))


def _deteriorated(raw: Raw) -> float | None:
    phq9, gad7 = _PHQ9(raw), _GAD7(raw)
    if phq9 is None or gad7 is None:
        return None
    least = [reliable_difference(reported_change(scale)) for scale in ("phq9", "gad7")]
    return float(phq9 < -least[0] or gad7 < -least[1])


def _ended(how: str) -> Callable[[Raw], float]:
    return lambda raw: float(raw["end"] == how)


def _held(raw: Raw) -> list[Raw]:
    return [session for session in raw["sessions"] if session["turns"]]


def _counselor_turns(session: Raw) -> Iterator[Raw]:
    return (turn for turn in session["turns"] if turn["speaker"] == "counselor")


def _homework_done(raw: Raw) -> float | None:
    credit = {"done": 1.0, "partly": 0.5, "not_done": 0.0}
    known = [credit[week["homework"]] for week in raw["weeks"] if week["homework"]]
    return sum(known) / len(known) if known else None


def _quality(raw: Raw) -> float | None:
    coded = [t["appraisal"] for s in _held(raw) for t in _counselor_turns(s) if t["appraisal"]]
    return sum(a["quality"] for a in coded) / len(coded) if coded else None


def _facts_told(raw: Raw) -> float | None:
    told = {d["fact"] for s in _held(raw) for t in s["turns"] for d in t["disclosed"]}
    return float(len(told)) if _held(raw) else None


def _said(speaker: str) -> Callable[[Raw], float | None]:
    def said(raw: Raw) -> float | None:
        held = _held(raw)
        each = (t["text"] for s in held for t in s["turns"] if t["speaker"] == speaker)
        return sum(map(words, each)) / len(held) if held else None

    return said


def _alliance(values: Raw) -> float:
    return float(sum(values["alliance"].values()) / 3.0)


def _last(of: Callable[[Raw], float]) -> Callable[[Raw], float | None]:
    return lambda raw: of(raw["weeks"][-1]["values"]) if raw["weeks"] else None


def _latent(name: str, about: str, better: Literal["higher", "lower"]) -> Endpoint:
    said = f"{about} at the horizon, 0 to 1: the simulator's own state"
    return Endpoint(name, said, "latent", better, _last(lambda values: float(values[name])))


def _latent_alliance(part: str, about: str) -> Endpoint:
    said = f"{about} at the horizon, 0 to 1: the simulator's own state"
    of = _last(lambda values: float(values["alliance"][part]))
    return Endpoint(f"alliance_{part}", said, "latent", "higher", of)


_ALL = (
    Endpoint(
        "phq9_change",
        "PHQ-9, baseline less horizon, in points (-27 to 27)",
        "reported",
        "higher",
        _PHQ9,
    ),
    Endpoint(
        "gad7_change",
        "GAD-7, baseline less horizon, in points (-21 to 21)",
        "reported",
        "higher",
        _GAD7,
    ),
    Endpoint(
        "symptoms_change",
        "PHQ-9 and GAD-7 added (PHQ-ADS), baseline less horizon, in points",
        "reported",
        "higher",
        _both,
    ),
    Endpoint(
        "response",
        "half of the PHQ-9 gone at the horizon; for a baseline at or above its cut-off",
        "reported",
        "higher",
        _response,
    ),
    Endpoint(
        "deteriorated",
        "PHQ-9 or GAD-7 up by a reliable change, as the instruments phq9 and gad7 have it",
        "reported",
        "lower",
        _deteriorated,
    ),
    Endpoint(
        "dropped_out", "the client dropped out", "course", "lower", _ended("client_dropped_out")
    ),
    Endpoint(
        "referred_on", "the client was referred on", "course", "neither", _ended("referred_on")
    ),
    Endpoint(
        "sessions_held", "sessions held", "course", "neither", lambda raw: float(len(_held(raw)))
    ),
    Endpoint(
        "recalls",
        "counselor turns that recall something that was said, per session from the second on",
        "coded",
        "higher",
        remembering.recalls,
    ),
    Endpoint(
        "false_recalls",
        "counselor turns that come back to what was never said, per session from the second on",
        "coded",
        "lower",
        remembering.false_recalls,
    ),
    Endpoint(
        "homework_followed_up",
        "share of sessions after one with homework in which it is asked after",
        "coded",
        "higher",
        remembering.followed_up,
    ),
    Endpoint(
        "homework_done", "homework done, partly counts half", "course", "higher", _homework_done
    ),
    Endpoint(
        "quality", "mean quality of counselor turns, -2 to 2, as coded", "coded", "higher", _quality
    ),
    Endpoint("facts_told", "facts that the client told", "course", "neither", _facts_told),
    Endpoint(
        "counselor_words", "counselor's words per session", "course", "neither", _said("counselor")
    ),
    Endpoint("client_words", "client's words per session", "course", "neither", _said("client")),
    Endpoint(
        "alliance",
        "mean of goal, task and bond at the horizon, 0 to 1: the simulator's own state",
        "latent",
        "higher",
        _last(_alliance),
    ),
    _latent_alliance("goal", "agreement on goals"),
    _latent_alliance("task", "agreement on tasks"),
    _latent_alliance("bond", "bond"),
    _latent("trust", "trust", "higher"),
    _latent("strain", "strain between the two", "lower"),
    _latent("distress", "distress", "lower"),
    _latent("readiness", "readiness to change", "higher"),
    _latent("self_efficacy", "self-efficacy", "higher"),
)

ENDPOINTS: dict[str, Endpoint] = {endpoint.name: endpoint for endpoint in _ALL}

MEMORY_ENDPOINTS = ("recalls", "false_recalls", "homework_followed_up")
"""Endpoints that a counselor who remembers wrongly must lose on; without memory, on all but the
false ones."""


def endpoint_named(name: str) -> Endpoint:
    """The endpoint of this name; one with a dot in it is an instrument's item."""
    return ENDPOINTS.get(name) or Endpoint(name, "as judged", "judged", "higher")
