"""Variants of a persona: the same person at another time of the same life.

`vary` moves severity, resistance, stage of change, talkativeness and supports, spread over their
ranges, and what goes with them (starting trust, homework, beliefs, risk). No sentence is written or
changed: a variant says what its persona would say, more or less of it and sooner or later. It keeps
`source_case`, so that splits and resampling hold it together with its persona.
"""

from __future__ import annotations

from typing import get_args

from pydantic import JsonValue

from muspsy_sim.personas.shifting import shifted, shifted_risk
from muspsy_sim.personas.spread import Point, pick, spread
from muspsy_sim.records.chance import Chance
from muspsy_sim.records.errors import ProfileError
from muspsy_sim.records.profile import Profile, ResistanceStyle, StageOfChange, Temperament

AXES = (
    *("severity", "anxiety", "resistance", "style", "stage", "talkativeness", "supports"),
    "reactivity",
)
"""What variants are spread over. `anxiety` is what GAD-7 does beyond what severity does to both."""

MOST = 999
"""Variants of one persona in one go."""

_BOTH = 0.7
"""Share of severity in anxiety; depression and anxiety rise and fall together, not as one."""
_LEAST, _HIGHEST = 0.05, 0.95
"""Nobody's temperament is put at the very end of a scale."""
_TALK = 0.3
"""How far talkativeness moves to either side. The lines stay, so the voice stays recognisable."""
_STAGES_AWAY = 2
"""How many stages of change a variant may be from its persona."""
_OWN_STYLE = 0.6
"""Share of variants that keep their distance in the persona's own way."""

_NEAR_STYLES: dict[ResistanceStyle, tuple[ResistanceStyle, ...]] = {
    "withdrawing": ("minimising",),
    "minimising": ("withdrawing", "deferring"),
    "deferring": ("minimising",),
    "intellectualising": ("externalising", "confronting"),
    "externalising": ("intellectualising", "confronting"),
    "confronting": ("externalising", "intellectualising"),
}
"""Ways of keeping one's distance in which the same guarded lines can be said."""


def vary(profile: Profile, number: int, seed: int) -> list[Profile]:
    """`number` variants of `profile`, with ids `ID.v1` and on; the same seed gives the same ones.

    `extra.variant` says what each was made from and what differs.

    Raises:
        ProfileError: `number` is not between 1 and 999, or an id would grow too long.
    """
    if not 1 <= number <= MOST:
        raise ProfileError(
            f"{number} variants cannot be made", field="n", hint=f"ask for 1 to {MOST}"
        )
    if len(f"{profile.id}.v{number}") > 120:
        raise ProfileError("the id leaves no room for .v1", field="id", hint="shorten it")
    chance = Chance(profile.source_case, seed)
    points = spread(chance, [f"{profile.id}/{axis}" for axis in AXES], number)
    named = [{axis: point[f"{profile.id}/{axis}"] for axis in AXES} for point in points]
    return [_variant(profile, n, number, seed, point) for n, point in enumerate(named, start=1)]


def _variant(base: Profile, number: int, of: int, seed: int, point: Point) -> Profile:
    severity, resistance = _signed(point["severity"]), _signed(point["resistance"])
    anxiety = _BOTH * severity + (1.0 - _BOTH**2) ** 0.5 * _signed(point["anxiety"])
    stage = _stage(base.temperament.stage_of_change, point["stage"])
    supports = _kept(base, point["supports"], seed, number)
    held = len(supports) / len(base.supports) if base.supports else 0.5
    made = base.model_copy(
        deep=True,
        update={
            "id": f"{base.id}.v{number}",
            "temperament": _temperament(base, point, severity, resistance, stage, held),
            "symptoms": shifted(
                base.symptoms,
                severity,
                max(-1.0, min(1.0, anxiety)),
                ideation=base.risk.ideation != "none",
            ),
            "risk": shifted_risk(base.risk, severity),
            "supports": supports,
            "provenance": f"{base.provenance}; variant {number} of {base.id}, seed {seed}".lstrip(
                "; "
            ),
        },
    )
    for belief in made.formulation.core_beliefs:
        belief.strength = _within(belief.strength, 0.12 * severity)
    told: dict[str, JsonValue] = {
        "of": base.id,
        "number": number,
        "out_of": of,
        "seed": seed,
        "severity": round(severity, 2),
        "resistance": round(resistance, 2),
        "changed": differences(base, made),
    }
    return made.model_copy(update={"extra": {**base.extra, "variant": told}})


def differences(base: Profile, variant: Profile) -> dict[str, JsonValue]:
    """What differs between a persona and its variant, each as `[from, to]`."""
    pairs: dict[str, tuple[JsonValue, JsonValue]] = {
        "phq9": (sum(base.symptoms.phq9), sum(variant.symptoms.phq9)),
        "gad7": (sum(base.symptoms.gad7), sum(variant.symptoms.gad7)),
        "risk.level": (base.risk.level, variant.risk.level),
        "supports": (len(base.supports), len(variant.supports)),
    }
    for name in Temperament.model_fields:
        if name != "voice":
            pairs[name] = (getattr(base.temperament, name), getattr(variant.temperament, name))
    for ours, theirs in zip(
        base.formulation.core_beliefs, variant.formulation.core_beliefs, strict=True
    ):
        pairs[f"belief {ours.id}"] = (ours.strength, theirs.strength)
    return {name: [before, after] for name, (before, after) in pairs.items() if before != after}


def _temperament(
    base: Profile,
    point: Point,
    severity: float,
    resistance: float,
    stage: StageOfChange,
    held: float,
) -> Temperament:
    """The way of meeting a counselor. The weights are ours: signs as clinicians would expect them.

    More resistance and worse symptoms mean less trust, people to lean on more; who is nearer to
    acting does more homework, who is worse does less; who is worse says less.
    """
    was = base.temperament
    steps = _STAGES.index(stage) - _STAGES.index(was.stage_of_change)
    trust = -0.2 * resistance - 0.05 * severity + 0.05 * (2 * held - 1) + 0.02 * steps
    low, high = max(_LEAST, was.talkativeness - _TALK), min(_HIGHEST, was.talkativeness + _TALK)
    return was.model_copy(
        update={
            "starting_trust": _within(was.starting_trust, trust),
            "reactivity": _within(
                was.reactivity, 0.15 * _signed(point["reactivity"]) + 0.1 * resistance
            ),
            "resistance_style": _style(was.resistance_style, point["style"]),
            "stage_of_change": stage,
            "talkativeness": _within(low + (high - low) * point["talkativeness"], -0.04 * severity),
            "homework_propensity": _within(
                was.homework_propensity, 0.07 * steps - 0.06 * severity - 0.05 * resistance
            ),
        }
    )


_STAGES: tuple[StageOfChange, ...] = get_args(StageOfChange)


def _stage(own: StageOfChange, at: float) -> StageOfChange:
    here = _STAGES.index(own)
    near = _STAGES[max(0, here - _STAGES_AWAY) : here + _STAGES_AWAY + 1]
    return pick(at, near)


def _style(own: ResistanceStyle, at: float) -> ResistanceStyle:
    if at < _OWN_STYLE:
        return own
    return pick((at - _OWN_STYLE) / (1.0 - _OWN_STYLE), _NEAR_STYLES[own])


def _kept(base: Profile, at: float, seed: int, number: int) -> list[str]:
    """Some of the supports, in their order: any number of them, from none to all."""
    how_many = min(int(at * (len(base.supports) + 1)), len(base.supports))
    draws = Chance(base.source_case, seed).rng(0, 0, f"supports/{base.id}/{number}")
    kept = set(draws.sample(range(len(base.supports)), how_many))
    return [text for n, text in enumerate(base.supports) if n in kept]


def _signed(at: float) -> float:
    return 2.0 * at - 1.0


def _within(value: float, by: float) -> float:
    """A value moved by `by`, kept off the ends of its scale unless it was there already."""
    low, high = min(_LEAST, value), max(_HIGHEST, value)
    return round(min(high, max(low, value + by)), 2)
