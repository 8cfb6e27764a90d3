"""Whether one set of scores is worse than another: the sign of a pair.

Only items that were scored on both sides are compared, each on its own scale and in its own
direction; of a checklist, the yes answers are counted.
"""

from __future__ import annotations

from collections.abc import Iterable

from muspsy_sim.evaluation.instruments.spec import Instrument
from muspsy_sim.records.scores import Score

_EPSILON = 1e-9

Scores = dict[tuple[int | None, str], float]
"""Session and item to goodness: 0 the worst end of the item's scale, 1 the best."""


def goodness(instrument: Instrument, scores: Iterable[Score]) -> Scores:
    """The scored items of an instrument, each as how good it is, in [0, 1]."""
    found: Scores = {}
    for score in scores:
        if score.value is None or score.instrument != instrument.id or score.repeat:
            continue
        item = instrument.item(score.item)
        scale = instrument.scale_of(item)
        level = (score.value - scale.low) / (scale.high - scale.low)
        better = instrument.better_of(item)
        found[score.session, score.item] = level if better == "higher" else 1.0 - level
    return found


def sign_of(good: Scores, spoiled: Scores) -> int | None:
    """-1 where the spoiled one is worse, 1 where better, 0 the same; `None`: nothing to compare."""
    both = good.keys() & spoiled.keys()
    if not both:
        return None
    difference = sum(spoiled[key] - good[key] for key in both)
    if abs(difference) < _EPSILON:
        return 0
    return -1 if difference < 0 else 1
