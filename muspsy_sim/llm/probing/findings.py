"""What was found of a model, and how it is told in JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from muspsy_sim.llm.seam import ModelFailure

Verdict = Literal["yes", "partly", "no", "unknown"]

_NEEDED: Final = ("answers", "chat template", "JSON schema")
"""What a model must do, at least in part, to take any role."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was probed: what came out, in words, and what to do about it, if anything."""

    what: str
    verdict: Verdict
    found: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """All that was found of one model. `calls`: all attempts; `seconds` are a clock's."""

    model: str
    findings: tuple[Finding, ...]
    calls: int
    seconds: float

    @property
    def usable(self) -> bool | None:
        """Whether it can take any role in a run; `None` where that could not be found out."""
        verdicts = [found.verdict for found in self.findings if found.what in _NEEDED]
        if "no" in verdicts:
            return False
        return None if "unknown" in verdicts else True


def unanswered(what: str, failure: ModelFailure, done: Sequence[str] = ()) -> Finding:
    """That nothing is known, since a call was not answered. `done`: what was found before it."""
    advice = "mend that and ask again" if failure.standing else "ask again later"
    if failure.kind == "server":
        advice += "; where it stays so, the server's log says why"
    found = "; ".join((*done, f"no answer ({failure.kind}: {failure.message})"))
    return Finding(what, "unknown", found, advice)


def as_json(checked: Checked) -> dict[str, Any]:
    """What was found, as it is printed with `--json`. `usable` is null where it is not known."""
    return {
        "model": checked.model,
        "usable": checked.usable,
        "calls": checked.calls,
        "seconds": round(checked.seconds, 3),
        "findings": [
            {"what": f.what, "verdict": f.verdict, "found": f.found, "advice": f.advice}
            for f in checked.findings
        ],
    }
