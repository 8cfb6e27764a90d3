"""Across sessions: what is carried on, what is asked anew, what never was said."""

from __future__ import annotations

from muspsy_sim.llm.offline.judge.findings import Finding, share
from muspsy_sim.llm.offline.judge.reading import Reading, words_of
from muspsy_sim.llm.offline.judge.references import Reference, references
from muspsy_sim.llm.offline.judge.rules.homework import asked_quotes, tasks_before
from muspsy_sim.records.scores import Quote

_ENOUGH = 3
"""References in one session from which on more of them show nothing more."""


def _split(reading: Reading) -> tuple[list[Reference], list[Reference]]:
    """References that earlier sessions bear out, and those that nothing does."""
    found = references(reading)
    true = [one for one in found if one.found == "earlier"]
    false = [one for one in found if one.found == "nowhere"]
    return true, false


def threads(reading: Reading) -> Finding:
    """Whether what was begun before is carried on."""
    true, false = _split(reading)
    carried = _carried(reading)
    return Finding(
        min(1.0, 0.3 * len(true) + carried) - 0.3 * len(false),
        f"{len(true)} references to earlier sessions hold, {len(false)} do not",
        [one.quote for one in true] or _first_line(reading, carried),
        [one.quote for one in false],
    )


def _carried(reading: Reading) -> float:
    """How much of what the client says was its subject before, in [0, 0.4]."""
    before = words_of("\n".join(t.line.text for t in reading.earlier_client), reading.language)
    now = words_of("\n".join(t.line.text for t in reading.client), reading.language)
    return 0.4 * share(len(now & before), max(1, len(now)))


def _first_line(reading: Reading, carried: float) -> list[Quote]:
    if carried <= 0.05 or not reading.client:
        return []
    return reading.lines_of(reading.client[:1])


def agrees(reading: Reading) -> Finding:
    """Whether nothing contradicts what was said and done before."""
    true, false = _split(reading)
    anew = reading.cued("amnesia")
    return Finding(
        1.0 - 0.5 * len(false) - 0.3 * len(anew),
        f"{len(false)} references to earlier sessions are not borne out by them",
        [one.quote for one in true],
        [*(one.quote for one in false), *anew],
    )


def known(reading: Reading) -> Finding:
    """Whether the two meet as people who know each other."""
    true, false = _split(reading)
    anew = reading.cued("amnesia")
    level = 0.5 + min(0.5, 0.25 * len(true)) - 0.35 * len(anew) - 0.25 * len(false)
    return Finding(
        level,
        f"{len(true)} turns show that they have met, {len(anew)} ask as if they had not",
        [one.quote for one in true],
        [*anew, *(one.quote for one in false)],
    )


def recalled(reading: Reading) -> Finding:
    """How much of what was truly said before is brought back."""
    true, _ = _split(reading)
    return Finding(
        min(1.0, len(true) / _ENOUGH),
        f"{len(true)} things said in earlier sessions are brought back",
        [one.quote for one in true],
    )


def missed(reading: Reading) -> Finding:
    """How often something that was told before is asked anew, or what was agreed passed over."""
    anew = reading.cued("amnesia")
    tasks = tasks_before(reading)
    passed = tasks if tasks and not asked_quotes(reading) else []
    count = len(anew) + (1 if passed else 0)
    return Finding(
        min(1.0, count / _ENOUGH),
        f"{len(anew)} questions ask for what was told before; what was agreed was "
        + ("passed over" if passed else "not passed over"),
        [*anew, *passed[-1:]],
    )


def false(reading: Reading) -> Finding:
    """How often something is called up that earlier sessions do not bear out."""
    _, wrong = _split(reading)
    return Finding(
        min(1.0, len(wrong) / _ENOUGH),
        f"{len(wrong)} references are borne out by nothing that was said",
        [one.quote for one in wrong],
    )
