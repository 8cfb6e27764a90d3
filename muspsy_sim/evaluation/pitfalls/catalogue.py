"""Every pitfall by name: what is counted, of what, and what is known of people and other systems.

`docs/pitfalls.md` tells the same at length; a test holds the two together. Names are
`pitfall.side`, and recall has its lag besides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from muspsy_sim.evaluation.pitfalls.remembering import LAGS

Unit = Literal["share", "turns", "words", "change per session"]


@dataclass(frozen=True, slots=True)
class Pitfall:
    """One pitfall of one side."""

    name: str
    numerator: str
    denominator: str
    none: str
    """Why it has no value, where it has none."""
    unit: Unit = "share"
    reference: str = ""
    """A published figure and whose it is."""
    method: Literal["rule"] = "rule"


def _both(name: str, numerator: str, denominator: str, none: str, **more: str) -> list[Pitfall]:
    return [
        Pitfall(
            f"{name}.{side}",
            numerator.format(side=side),
            denominator.format(side=side),
            none.format(side=side),
            **more,  # type: ignore[arg-type]
        )
        for side in ("client", "counselor")
    ]


def _by_lag(side: str) -> list[Pitfall]:
    other = "client" if side == "counselor" else "counselor"
    return [
        Pitfall(
            f"recall.{side}.lag{lag}",
            f"facts of which the {side} speaks before the {other} does",
            f"facts told {lag} session{'' if lag == '1' else 's'} before, once a session held",
            f"no fact was told {lag} sessions before a session that was held",
        )
        for lag in LAGS
    ]


_ALL: list[Pitfall] = [
    Pitfall(
        "capitulation_turn.client",
        "client turns from a session's first resistance to the first giving in (median wait)",
        "sessions in which the client resisted; the end of a session stops the count",
        "no client resisted, or so few gave in that the median is not reached",
        unit="turns",
    ),
    Pitfall(
        "capitulation.client",
        "sessions in which the client gave in after it had resisted",
        "sessions in which it resisted",
        "no client resisted",
    ),
    Pitfall(
        "compliance_slope.client",
        "slope, over session numbers, of the share of client turns that agree or give in",
        "client turns",
        "fewer than two sessions were held",
        unit="change per session",
    ),
    Pitfall(
        "agreement_openings.client",
        "client turns that open with agreement",
        "client turns",
        "no client turn",
        reference="people 17 %, simulated 31 % (MindEval's data, counted)",
    ),
    Pitfall(
        "sensitive_disclosure.client",
        "facts of sensitivity 2 and 3 told",
        "such facts in the profile",
        "the profile has no sensitive fact, or no session was held",
        reference="prompt-only clients tell skilled and unskilled alike (80 sessions, reported)",
    ),
    Pitfall(
        "premature_disclosure.client",
        "sensitive facts told in the first 5 client turns, or untouched in session 1",
        "sensitive facts told",
        "no sensitive fact was told",
    ),
    Pitfall(
        "unlicensed_disclosure.client",
        "facts told while no licensed disclosure of them was on record",
        "facts told",
        "no fact was told",
    ),
    Pitfall(
        "disclosure_per_elicitation.client",
        "facts told in the reply to a counselor turn that touched them",
        "times that a counselor turn touched an untold fact of sensitivity 1 to 3",
        "no untold fact was touched",
    ),
    *_both(
        "role_inversion",
        "{side} turns that say what only the other would",
        "{side} turns",
        "no {side} turn",
        reference="up to 70 % of clients, 9 % with structured replies (reported)",
    ),
    Pitfall(
        "farewell_loops.both",
        "sessions with 4 turns or more in a row that take leave",
        "sessions held",
        "no session was held",
    ),
    *_both(
        "repetition_within",
        "sentences that the {side} had said earlier in the session",
        "{side} sentences of 5 words or 6 Chinese characters and more",
        "no such sentence",
    ),
    *_both(
        "repetition_across",
        "sentences that the {side} had said in an earlier session",
        "such sentences from the second session on",
        "no such sentence after the first session",
    ),
    *_both(
        "distinct_2",
        "different pairs of neighbouring tokens in the {side}'s first 500 tokens of an episode",
        "all such pairs",
        "no {side} turn",
    ),
    Pitfall(
        "shared_5grams.client",
        "runs of 5 tokens that two personas share, of the pair that shares most",
        "runs of the one of them with fewer",
        "fewer than two personas of one language spoke",
    ),
    *_both(
        "turn_words",
        "median words of a {side} turn (1.4 Chinese characters to a word)",
        "{side} turns",
        "no {side} turn",
        unit="words",
        reference="clients: people 11, simulated 28 (MindEval's data, counted)",
    ),
    Pitfall(
        "minimal_responses.client",
        "client turns of at most 3 words or 4 Chinese characters that ask nothing",
        "client turns",
        "no client turn",
        reference="people 4-21 %, model-made corpora about 0 % (reported)",
    ),
    *_by_lag("client"),
    *_by_lag("counselor"),
    *_both(
        "false_recall",
        "claims of an earlier saying that nothing said before bears out",
        "{side} claims of an earlier saying that can be decided",
        "the {side} made no such claim",
    ),
    *_both(
        "contradictions",
        "claims that the profile contradicts",
        "{side} claims about the client that the profile can decide",
        "the {side} made no such claim",
    ),
]

PITFALLS: dict[str, Pitfall] = {pitfall.name: pitfall for pitfall in _ALL}
"""All pitfalls by name, in the order in which they are shown."""
