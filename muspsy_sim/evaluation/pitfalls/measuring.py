"""All pitfalls of one episode, by the names of the catalogue."""

from __future__ import annotations

from muspsy_sim.evaluation.pitfalls.brevity import minimal_responses, turn_words
from muspsy_sim.evaluation.pitfalls.contradicting import contradictions
from muspsy_sim.evaluation.pitfalls.disclosing import (
    disclosure_per_elicitation,
    premature_disclosure,
    sensitive_disclosure,
    unlicensed_disclosure,
)
from muspsy_sim.evaluation.pitfalls.findings import Finding
from muspsy_sim.evaluation.pitfalls.following import (
    agreement_openings,
    capitulation,
    capitulation_turn,
    compliance_slope,
)
from muspsy_sim.evaluation.pitfalls.leaving import farewell_loops
from muspsy_sim.evaluation.pitfalls.reading import Reading, read
from muspsy_sim.evaluation.pitfalls.remembering import false_recall, planted_recall
from muspsy_sim.evaluation.pitfalls.repeating import (
    lack_of_variety,
    repetition_across,
    repetition_within,
)
from muspsy_sim.evaluation.pitfalls.roles import role_inversion
from muspsy_sim.records.base import Speaker
from muspsy_sim.records.episode import Episode

_SIDES: tuple[Speaker, ...] = ("client", "counselor")


def measure(episode: Episode) -> dict[str, Finding]:
    """Every pitfall of one episode; `shared_5grams.client` takes several, and is not among them.

    Raises `ContentError` where the cues of its language cannot be read.
    """
    return measure_reading(read(episode))


def measure_reading(reading: Reading) -> dict[str, Finding]:
    """`measure`, for a caller who has read the episode already."""
    found = {
        "capitulation_turn.client": capitulation_turn(reading),
        "capitulation.client": capitulation(reading),
        "compliance_slope.client": compliance_slope(reading),
        "agreement_openings.client": agreement_openings(reading),
        "sensitive_disclosure.client": sensitive_disclosure(reading),
        "premature_disclosure.client": premature_disclosure(reading),
        "unlicensed_disclosure.client": unlicensed_disclosure(reading),
        "disclosure_per_elicitation.client": disclosure_per_elicitation(reading),
        "farewell_loops.both": farewell_loops(reading),
        "minimal_responses.client": minimal_responses(reading),
    }
    recalled = planted_recall(reading)
    for side in _SIDES:
        found[f"role_inversion.{side}"] = role_inversion(reading, side)
        found[f"repetition_within.{side}"] = repetition_within(reading, side)
        found[f"repetition_across.{side}"] = repetition_across(reading, side)
        found[f"distinct_2.{side}"] = lack_of_variety(reading, side)
        found[f"turn_words.{side}"] = turn_words(reading, side)
        found[f"false_recall.{side}"] = false_recall(reading, side)
        found[f"contradictions.{side}"] = contradictions(reading, side)
        for lag, finding in recalled[side].items():
            found[f"recall.{side}.lag{lag}"] = finding
    return found
