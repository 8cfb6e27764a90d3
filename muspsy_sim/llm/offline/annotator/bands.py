"""How far a client trusts and how distressed it is, read off its lines by rule, blind to all else.

Cues are weighed where they stand (`band_clauses.py`), summed up over the client's turns, and mapped
to the five bands by weights that were fitted on passages labelled by hand
(`tests/unit/band_cases_*.yaml`, the halves that are not `held`) and on stretches of simulated
clients, labelled by a reader who did not know their state (`benchmarks/blind_readings.yaml`). The
counselor's lines are not looked at.

What is looked for, and why:
- Distress. Words of negative and positive feeling and the share of first-person words go with
  depression and its severity, modestly (Edwards & Holtzman 2017, J Res Pers 68, r = .13);
  absolutist words follow severity more closely than words of feeling (Al-Mosaiwi & Johnstone
  2018, Clin Psychol Sci 6, 529-542). So feeling is weighed by strength, and tone counts where no
  cue stands. Distress is told in the body's words in both languages, in Chinese above all of
  chest, heart, breath and sleep (Lee, Kleinman & Kleinman 2007, Harv Rev Psychiatry 15, 1-8; Ryder
  & Chentsova-Dutton 2012, Psychiatr Clin North Am 35, 15-36).
- Trust. Depth of disclosure, from the impersonal and the "terse refusal" to feeling that is
  explored here and now, as in the Experiencing Scale (Klein, Mathieu, Gendlin & Kiesler 1969);
  withdrawal (minimal answers, denial, generalities, shifts of topic) and confrontation (complaints
  about the counselor or the hour) are the two kinds of rupture (Muran 2019, Psychother Res 29,
  1-14); words of ruptures show distance, negation and little feeling (J Psycholinguist Res 2021,
  50, 143-153). How long turns are counts where no cue stands.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import pairwise
from random import Random
from typing import get_args

from muspsy_sim.llm.offline.annotator.band_clauses import Found, distress_in, trust_in
from muspsy_sim.llm.offline.annotator.band_cues import band_cues, patterns
from muspsy_sim.records.answers import BandsAnswer
from muspsy_sim.records.base import Language
from muspsy_sim.records.views import BandsView, DistressWord, TrustWord

_TRUST: tuple[TrustWord, ...] = get_args(TrustWord)
_DISTRESS: tuple[DistressWord, ...] = get_args(DistressWord)
_MOST_A_TURN = 4.0
"""What one turn's cues can weigh at most: a tenth complaint in one breath adds nothing."""
_DRAWN = 0.5
"""Plain cues that the middle of the scale counts as."""
_HEARD = ((-2.0, 0.0), (-1.0, 0.8), (0.0, 1.0), (0.6, 1.2), (1.0, 2.0), (2.0, 3.0), (3.0, 4.0))
"""Weight of a cue where it stands, and the band it is heard in; between them on straight lines."""
_MOST_QUOTES = 3
_MINIMAL = 0.3
"""Share of the typical length up to which a turn is a minimal answer."""

DISTRESS_MAP: dict[str, float] = {
    "base": 1.7,
    "burden": 0.1,
    "peak": 0.25,
    "relief": -0.2,
    "level": 1.3,
    "absolute": 0.1,
    "first_person": 0.05,
}
"""From features to a band (`benchmarks/fit_bands.py`): ridge regression on stretches labelled by
hand, each weight free to move on its own side of 0 only, stretched to the spread of the labels and
rounded. The stretches: those of both languages that are not `held`, and the first 108 blind
readings of simulated clients, which count twice. The last two came out near 0 beside the cues; they
are kept small, by the literature, for stretches without any."""
TRUST_MAP: dict[str, float] = {
    "base": 1.75,
    "opening": 1.05,
    "closing": -1.2,
    "length": 0.55,
    "minimal": -0.2,
    "feeling": 0.05,
}
"""The same for trust, all stretches counting once."""


def bands(view: BandsView, rng: Random) -> BandsAnswer:
    """The bands of a stretch, with the words that they rest on."""
    said = [line.text for line in view.dialogue if line.speaker == "client"] or [""]
    distress = [distress_in(text, view.language) for text in said]
    trust = [trust_in(text, view.language) for text in said]
    high = mapped(trust_features(said, trust, distress, view.language), TRUST_MAP)
    heavy = mapped(distress_features(said, distress, view.language), DISTRESS_MAP)
    return BandsAnswer(
        trust=_TRUST[high],
        trust_quotes=_quotes(said, trust, high),
        distress=_DISTRESS[heavy],
        distress_quotes=_quotes(said, distress, heavy),
    )


def distress_features(
    said: Sequence[str], found: Sequence[Sequence[Found]], language: Language
) -> dict[str, float]:
    """What is looked at for distress, each over all of the client's turns of a stretch.

    `burden` and `relief` are means over turns of what their cues weigh (0 to 2, on a scale that
    flattens). `peak` is the heaviest cue of a turn (0 to 4), a mean over the heavier half of turns,
    so that it doesn't grow with the number of turns. `level` is the band that the cues speak of,
    from the middle (-2 to 2). The others are shares of all words (0 to 1).
    """
    up = [sum(f.weight for f in turn if f.weight > 0) for turn in found]
    down = [-sum(f.weight for f in turn if f.weight < 0) for turn in found]
    heaviest = sorted((max([0.0, *(f.weight for f in turn)]) for turn in found), reverse=True)
    tone, size = patterns(language).tone, sum(length(text, language) for text in said)
    return {
        "base": 1.0,
        "burden": _mean([_flat(w) for w in up]),
        "peak": _mean(heaviest[: (len(heaviest) + 1) // 2]),
        "relief": _mean([_flat(w) for w in down]),
        "level": _level([cue for turn in found for cue in turn]),
        "absolute": _share(tone["absolute"], said, size),
        "first_person": _share(tone["first_person"], said, size),
    }


def trust_features(
    said: Sequence[str],
    found: Sequence[Sequence[Found]],
    distress: Sequence[Sequence[Found]],
    language: Language,
) -> dict[str, float]:
    """What is looked at for trust.

    `opening` and `closing` are means over turns of what their cues weigh, `length` the mean binary
    logarithm of a turn's length over the typical one (-2 to 2), `minimal` the share of turns that
    are next to nothing, `feeling` the mean of what is shown of the client's own feelings.
    """
    typical = band_cues(language).typical
    sizes = [length(text, language) for text in said]
    shown = [sum(abs(f.weight) for f in turn if f.own) for turn in distress]
    return {
        "base": 1.0,
        "opening": _mean([_flat(sum(f.weight for f in t if f.weight > 0)) for t in found]),
        "closing": _mean([_flat(-sum(f.weight for f in t if f.weight < 0)) for t in found]),
        "length": _mean([max(-2.0, min(2.0, math.log2(max(1, s) / typical))) for s in sizes]),
        "minimal": _mean([float(s <= _MINIMAL * typical) for s in sizes]),
        "feeling": _mean([_flat(w) for w in shown]),
    }


def length(text: str, language: Language) -> int:
    """Words (English) or signs (Chinese) of a text."""
    return len(text.split()) if language == "en" else len(re.findall(r"\w", text))


def _level(cues: Sequence[Found]) -> float:
    """The band that cues speak of, a mean by how plainly they say it, drawn to the middle.

    From -2 (settled) to 2 (overwhelmed). Every cue says which band it is heard in, so that a
    stretch with one plain word of ease is told from one with nothing.
    """
    said = sum(cue.plainly for cue in cues)
    return sum(cue.plainly * (_band_of(cue.weight) - 2.0) for cue in cues) / (said + _DRAWN)


def _band_of(weight: float) -> float:
    """Where on the scale of bands (0 to 4) a cue of this weight is heard."""
    for (low, low_band), (high, high_band) in pairwise(_HEARD):
        if weight <= high:
            share = max(0.0, (weight - low) / (high - low))
            return low_band + share * (high_band - low_band)
    return _HEARD[-1][1]


def _flat(weight: float) -> float:
    return math.log2(1.0 + min(_MOST_A_TURN, max(0.0, weight)))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _share(words: re.Pattern[str], said: Sequence[str], size: int) -> float:
    return sum(len(words.findall(text)) for text in said) / max(1, size)


def mapped(features: dict[str, float], weights: dict[str, float]) -> int:
    """The band, 0 to 4, that the weights make of the features."""
    value = sum(weight * features[name] for name, weight in weights.items())
    return max(0, min(4, math.floor(value + 0.5)))


def _quotes(said: Sequence[str], found: Sequence[Sequence[Found]], band: int) -> list[str]:
    """The words that weigh most toward the band, in the order in which they were said.

    Where nothing was found, what was said at greatest length.
    """
    side = 1.0 if band >= 2 else -1.0
    cues = [(text, cue) for text, turn in zip(said, found, strict=True) for cue in turn]
    ranked = sorted(cues, key=lambda c: -side * c[1].weight)[:_MOST_QUOTES]
    words = [text[cue.start : cue.end].strip() for text, cue in cues if (text, cue) in ranked]
    return list(dict.fromkeys(w for w in words if w)) or [max(said, key=len) or "-"]
