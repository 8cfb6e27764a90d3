"""What a counselor does, as a mixture of behaviours per stage of a session: no words, no model.

`agents/client/counselor_mixtures.yaml` holds one for each counselor that the client is tried
against. A turn is drawn by the client's case, seed, session and turn, as everything else is.
"""

from __future__ import annotations

from functools import cache
from typing import Literal, get_args

from pydantic import Field, model_validator

from muspsy_sim.records.appraisal import Appraisal, Behaviour, Coded
from muspsy_sim.records.base import Id, Record
from muspsy_sim.records.chance import Chance
from muspsy_sim.records.content import content_path
from muspsy_sim.records.errors import ContentError
from muspsy_sim.records.profile import Fact, Profile
from muspsy_sim.records.strict_yaml import load_strict

Stage = Literal["first_opening", "opening", "early", "late", "closing"]
"""Where in a session a turn stands: the first of the first session, the first of a later one, up to
the fourth, the rest, and the last of all."""

_EARLY = 4
"""The last exchange that is early."""


class Shown(Record):
    """One kind of turn: what it shows, how well it meets the client, and how often it comes."""

    shows: list[Behaviour] = Field(min_length=1)
    quality: int = Field(default=0, ge=-2, le=2)
    weight: float = Field(gt=0.0)


class StageMix(Record):
    """The turns of one stage."""

    turns: list[Shown] = Field(min_length=1)
    touches: list[float] = Field(
        default_factory=lambda: [0.0] * 4,
        min_length=4,
        max_length=4,
        description="chance that a turn comes close to a fact of sensitivity 0, 1, 2, 3",
    )


class Mixture(Record):
    """One counselor."""

    id: Id
    arm: Id = Field(description="the arm of graphs/ that it stands for")
    about: str = Field(min_length=1)
    stages: dict[Stage, StageMix]

    @model_validator(mode="after")
    def _every_stage(self) -> Mixture:
        if missing := [name for name in get_args(Stage) if name not in self.stages]:
            raise ValueError(f"stages lacks {', '.join(missing)}")
        return self


class Mixtures(Record):
    """All counselors, and where the mixtures come from."""

    version: Literal[1]
    about: str = Field(min_length=1)
    counselors: list[Mixture] = Field(min_length=1)

    def named(self, name: str) -> Mixture:
        """The counselor of this id. Raises `ContentError` where there is none."""
        for each in self.counselors:
            if each.id == name:
                return each
        known = ", ".join(each.id for each in self.counselors)
        raise ContentError(_path(), None, name, f"names no counselor; there are {known}")

    def for_arm(self, arm: str) -> Mixture | None:
        """The counselor that stands for an arm; `None` where none does (a waiting list)."""
        return next((each for each in self.counselors if each.arm == arm), None)


def stage_of(session: int, exchange: int, exchanges: int) -> Stage:
    """The stage of a turn; both are counted from 1."""
    if exchange >= exchanges and exchange > 1:
        return "closing"
    if exchange == 1:
        return "first_opening" if session == 1 else "opening"
    return "early" if exchange <= _EARLY else "late"


def drawn_turn(
    mix: StageMix, profile: Profile, told: set[str], chance: Chance, session: int, turn: int
) -> tuple[Appraisal, str]:
    """A turn of this stage: its appraisal, and the cue of the fact that it touches, or nothing."""
    at = chance.uniform(session, turn, "wordless/turn") * sum(each.weight for each in mix.turns)
    chosen = mix.turns[-1]
    for each in mix.turns:
        at -= each.weight
        if at <= 0.0:
            chosen = each
            break
    shown = [Coded(behaviour=name, quote=name.replace("_", " ")) for name in chosen.shows]
    touched = _touched(mix, profile, told, chance, session, turn)
    cue = touched.cues[0] if touched is not None else ""
    return Appraisal(behaviours=shown, quality=chosen.quality), cue


def _touched(
    mix: StageMix, profile: Profile, told: set[str], chance: Chance, session: int, turn: int
) -> Fact | None:
    """The fact that a turn comes close to, if it does: one not told yet."""
    at = chance.uniform(session, turn, "wordless/touch")
    for sensitivity, share in enumerate(mix.touches):
        at -= share
        if at <= 0.0:
            near = [
                fact
                for fact in profile.facts
                if fact.sensitivity == sensitivity and fact.cues and fact.id not in told
            ]
            which = chance.uniform(session, turn, "wordless/which")
            return near[int(which * len(near))] if near else None
    return None


def _path() -> str:
    return str(content_path("agents", "client", "counselor_mixtures.yaml"))


@cache
def load_mixtures() -> Mixtures:
    """The counselors in `agents/client/counselor_mixtures.yaml`, read once.

    Raises:
        ContentError: the file is missing or does not fit.
    """
    return load_strict(_path(), Mixtures)
