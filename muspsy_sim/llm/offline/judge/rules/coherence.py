"""Whether a session hangs together: answers that follow, a beginning and an end, no loops."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher

from muspsy_sim.llm.offline.appraiser.sentences import lowered
from muspsy_sim.llm.offline.judge.cues import Cue
from muspsy_sim.llm.offline.judge.findings import Finding, share
from muspsy_sim.llm.offline.judge.reading import Reading, quoted
from muspsy_sim.llm.offline.judge.rules.shared import takes_up
from muspsy_sim.records.scores import Quote
from muspsy_sim.records.views import Line

_ALIKE = 0.85
"""How alike two lines of one speaker may be before one repeats the other."""


def follows(reading: Reading) -> Finding:
    """Whether each answer belongs to what was said before it."""
    answering = reading.answering
    fits = [turn for turn in answering if takes_up(turn)]
    off = [turn for turn in answering if not takes_up(turn)]
    return Finding(
        share(len(fits), len(answering)),
        f"{len(fits)} of {len(answering)} answers follow from what they answer",
        reading.lines_of(fits),
        reading.lines_of(off) if len(off) > len(fits) else [],
    )


def shape(reading: Reading) -> Finding:
    """Whether it opens at the beginning and closes at the end, once."""
    lines = reading.lines
    if not lines:
        return Finding(0.0, "nothing was said")
    edge = 2
    greets = [n for n, line in enumerate(lines) if _found(reading, "greeting", line)]
    leaves = [n for n, line in enumerate(lines) if _closes(reading, line)]
    begins = any(n < edge for n in greets)
    ends = any(n >= len(lines) - edge for n in leaves)
    amid = [n for n in greets if n >= edge]
    amid += [n for n in leaves if n < len(lines) - 2 * edge]
    level = 0.5 * begins + 0.5 * ends - 0.35 * len(amid)
    return Finding(
        level,
        f"it {'opens' if begins else 'does not open'} at its beginning and "
        f"{'closes' if ends else 'does not close'} at its end; {len(amid)} openings or closings "
        "stand elsewhere",
        _quotes(reading, (lines[n] for n in (*greets[:1], *leaves[-1:]))),
        _quotes(reading, (lines[n] for n in amid)),
    )


def roles(reading: Reading) -> Finding:
    """Whether the counselor asks and listens, and the client tells of itself."""
    asks = [turn for turn in reading.counselor if turn.coded.questions]
    own = [t for t in reading.counselor if reading.cues.found("own_trouble", t.low)]
    turned = [t for t in reading.client if _asks_back(reading, t.line)]
    level = share(len(asks), len(reading.counselor)) * 1.4
    level -= 1.5 * share(len(turned), len(reading.client))
    level -= 1.5 * share(len(own), len(reading.counselor))
    turned_lines = [t.line for t in own] + [t.line for t in turned]
    swapped = len(turned) + len(own) >= max(2, len(asks))
    return Finding(
        level,
        f"the counselor asks in {len(asks)} of {len(reading.counselor)} turns, the client in "
        f"{len(turned)} of {len(reading.client)}",
        reading.lines_of(asks),
        _quotes(reading, turned_lines) if swapped else [],
    )


def economy(reading: Reading) -> Finding:
    """Whether nothing is said twice over, and goodbyes are said once."""
    again = _repeats(reading.lines)
    leaves = [line for line in reading.lines if _closes(reading, line)]
    extra = leaves[3:]
    return Finding(
        1.0 - 0.25 * len(again) - 0.3 * len(extra),
        f"{len(again)} lines repeat an earlier one, {len(extra)} say goodbye again",
        _quotes(reading, reading.lines[:1]),
        _quotes(reading, [*again, *extra]),
    )


def _repeats(lines: list[Line]) -> list[Line]:
    """Lines of some length that say again what their speaker said before."""
    found = []
    for place, line in enumerate(lines):
        if len(line.text) < 12:
            continue
        for other in lines[:place]:
            if other.speaker != line.speaker or abs(len(other.text) - len(line.text)) > 20:
                continue
            if other.text == line.text or _alike(other.text, line.text):
                found.append(line)
                break
    return found


def _alike(one: str, other: str) -> bool:
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    if matcher.real_quick_ratio() < _ALIKE or matcher.quick_ratio() < _ALIKE:
        return False
    return matcher.ratio() >= _ALIKE


def _asks_back(reading: Reading, line: Line) -> bool:
    """Whether a client's line asks as a counselor does."""
    return line.text.rstrip().endswith(("?", "？"))


def _closes(reading: Reading, line: Line) -> bool:
    return _found(reading, "farewell", line)


def _found(reading: Reading, cue: Cue, line: Line) -> bool:
    return reading.cues.found(cue, lowered(line.text))


def _quotes(reading: Reading, lines: Iterable[Line]) -> list[Quote]:
    return [quote for line in lines for quote in quoted(line, reading.language)]
