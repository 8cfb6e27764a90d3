"""A reconstructed corpus attacked three ways, beside two baselines and with intervals.

Each attack is made against the original, by its attributes and with all placeholders in (what an
attacker who broke in would hold), and against the complaint that the reconstruction was written
from (which is public: what is told of it, and being linked to it, is by design). The baselines show
what the figures mean: `verbatim` is the original itself, `names redacted` the original with nothing
but names taken out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from muspsy_sim.datasets.making.shared_spans import longest_shared_turn
from muspsy_sim.datasets.privacy import attacks
from muspsy_sim.datasets.privacy.attributes import Attributes, seen
from muspsy_sim.datasets.privacy.masking import mask_dialogue
from muspsy_sim.datasets.privacy.matching import client_text, matched
from muspsy_sim.records.base import Language
from muspsy_sim.records.corpus import CorpusSession, Dialogue, Utterance
from muspsy_sim.records.errors import FormatError

Attack = Literal["attributes", "linkage", "membership"]
RESAMPLES = 1_000
FEWEST = 4
"""Dialogues below which no interval is given."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate in [0, 1], None where it is not measured; its 95% interval, by bootstrap."""

    value: float | None
    low: float | None = None
    high: float | None = None
    reason: str = ""


@dataclass(slots=True)
class Checked:
    """What the attacks came to."""

    dialogues: int
    attributes: int
    rates: dict[str, dict[str, Rate]] = field(default_factory=dict)
    """What is measured to who is attacked (`reconstructed`, `verbatim`, `names redacted`)."""
    longest_shared: dict[Language, int] = field(default_factory=dict)
    """The longest stretch of a client turn that stands in a client turn of its original, too: words
    in English, characters in Chinese."""
    unmatched: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        """Everything, for a machine."""
        return {
            "dialogues": self.dialogues,
            "attributes": self.attributes,
            "longest_shared_span": self.longest_shared,
            "unmatched": self.unmatched,
            "rates": {
                name: {
                    who: {"value": r.value, "low": r.low, "high": r.high, "reason": r.reason}
                    for who, r in rates.items()
                }
                for name, rates in self.rates.items()
            },
        }


def check_privacy(
    originals: Sequence[Dialogue],
    reconstructed: Sequence[Dialogue],
    *,
    complaints: Sequence[str] | None = None,
    strangers: Sequence[Dialogue] | None = None,
    attributes: Attributes | None = None,
    seed: int = 0,
) -> Checked:
    """Attack reconstructions of dialogues.

    They are matched by id, by the hash of a source, or by their order (`matching`).

    `complaints`: the texts that each was written from, in the originals' order. `strangers`:
    dialogues of people who are not in the corpus. `attributes`: what is known of each client.

    Raises:
        FormatError: nothing can be matched.
    """
    pairs, unmatched = matched(originals, reconstructed)
    if not pairs:
        raise FormatError(
            "no reconstruction can be matched with an original",
            hint="give both the same ids, or the same number of dialogues in the same order",
        )
    before = [pair[0] for pair in pairs]
    said = [client_text(each) for each in before]
    attacked = {
        "reconstructed": [client_text(pair[1]) for pair in pairs],
        "verbatim": said,
        "names redacted": [
            client_text(mask_dialogue(each, kinds=frozenset({"name"}))[0]) for each in before
        ],
    }
    masked = [client_text(mask_dialogue(each)[0]) for each in before]
    known = [_known(each, attributes) for each in before]
    result = Checked(len(pairs), sum(map(len, known)), unmatched=unmatched)
    rng = np.random.default_rng(seed)
    _attribute_rates(result, attacked, known, rng)
    _link_rates(result, "linked to the masked original", attacked, masked, rng)
    _membership_rates(result, attacked, masked, strangers, rng)
    if complaints is not None:
        if len(complaints) != len(originals):
            raise FormatError(
                f"there are {len(complaints)} complaints for {len(originals)} originals",
                hint="give one complaint for each original, in their order",
            )
        at = {id(each): n for n, each in enumerate(originals)}
        own = [complaints[at[id(each)]] for each in before]
        _link_rates(result, "linked to the complaint", attacked, own, rng)
        told = [seen(_as_dialogue(text, each)) for text, each in zip(own, before, strict=True)]
        _attribute_rates(result, attacked, told, rng, "attributes of the complaint extracted")
        _membership_rates(result, attacked, own, None, rng, "membership of the complaint, AUC")
    for one, other in pairs:
        language = one.language or "en"
        known_so_far = result.longest_shared.get(language, 0)
        result.longest_shared[language] = longest_shared_turn(
            _client_turns(other), _client_turns(one), known_so_far
        )
    return result


def _client_turns(dialogue: Dialogue) -> list[str]:
    return [turn.text for turn in dialogue.utterances() if turn.speaker == "client"]


def _as_dialogue(text: str, like: Dialogue) -> Dialogue:
    """A complaint as what a client says once, so that rules see it as they see a dialogue."""
    said = Utterance(speaker="client", text=text)
    return Dialogue(
        id=like.id,
        format=like.format,
        language=like.language,
        sessions=[CorpusSession(number=1, utterances=[said])],
    )


def _known(dialogue: Dialogue, attributes: Attributes | None) -> tuple[str, ...]:
    if attributes is not None and dialogue.id in attributes:
        return attributes[dialogue.id]
    return seen(dialogue)


Texts = dict[str, list[str]]


def _attribute_rates(
    result: Checked,
    attacked: Texts,
    known: list[tuple[str, ...]],
    rng: np.random.Generator,
    name: str = "attributes extracted",
) -> None:
    rates = result.rates.setdefault(name, {})
    for who, texts in attacked.items():
        counted = [attacks.extracted(t, k) for t, k in zip(texts, known, strict=True)]
        found = np.array([n for n, _ in counted], dtype=float)
        there = np.array([n for _, n in counted], dtype=float)
        rates[who] = _rate(
            lambda at, found=found, there=there: (  # type: ignore[misc]
                float(found[at].sum() / there[at].sum()) if there[at].sum() else None
            ),
            len(texts),
            rng,
            "there is no attribute to find",
        )


def _link_rates(
    result: Checked, name: str, attacked: Texts, targets: list[str], rng: np.random.Generator
) -> None:
    rates = result.rates.setdefault(name, {})
    for who, texts in attacked.items():
        first = attacks.link(texts, targets).first
        rates[who] = _mean(first, rng)
    chance = 1 / len(set(targets))
    rates["chance"] = Rate(chance)


def _membership_rates(
    result: Checked,
    attacked: Texts,
    members: list[str],
    strangers: Sequence[Dialogue] | None,
    rng: np.random.Generator,
    name: str = "membership, AUC",
) -> None:
    rates = result.rates.setdefault(name, {})
    outside = None
    if strangers is not None:
        outside = [client_text(mask_dialogue(each)[0]) for each in strangers]
    for who, texts in attacked.items():
        inside_scores, outside_scores = attacks.membership(texts, members, outside)
        rates[who] = _auc(inside_scores, outside_scores, rng)
    rates["chance"] = Rate(0.5)


def _auc(inside: attacks.Scores, outside: attacks.Scores, rng: np.random.Generator) -> Rate:
    value = attacks.auc(inside, outside)
    if value is None or min(len(inside), len(outside)) < FEWEST:
        return Rate(value, reason=f"fewer than {FEWEST} dialogues: no interval")
    drawn = [
        attacks.auc(
            inside[rng.integers(0, len(inside), len(inside))],
            outside[rng.integers(0, len(outside), len(outside))],
        )
        for _ in range(RESAMPLES)
    ]
    low, high = np.quantile([d for d in drawn if d is not None], [0.025, 0.975])
    return Rate(value, float(low), float(high))


def _mean(values: NDArray[np.float64], rng: np.random.Generator) -> Rate:
    return _rate(lambda at: float(values[at].mean()), len(values), rng, "")


def _rate(
    measure: Callable[[NDArray[np.int64]], float | None],
    count: int,
    rng: np.random.Generator,
    why_not: str,
) -> Rate:
    value = measure(np.arange(count))
    if value is None:
        return Rate(None, reason=why_not)
    if count < FEWEST:
        return Rate(value, reason=f"fewer than {FEWEST} dialogues: no interval")
    drawn = [measure(rng.integers(0, count, count)) for _ in range(RESAMPLES)]
    low, high = np.quantile([each for each in drawn if each is not None], [0.025, 0.975])
    return Rate(value, float(low), float(high))
