"""The pitfalls of a run by arm: measured one episode at a time, kept in `tables/pitfalls.json`.

The table holds no clock, so the same episodes give the same bytes. It names the episodes that it
was measured on, with their sizes, so that a table that is out of date is seen for one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from muspsy_sim.evaluation.pitfalls.catalogue import PITFALLS, Pitfall
from muspsy_sim.evaluation.pitfalls.cues import pitfall_cues
from muspsy_sim.evaluation.pitfalls.findings import Place
from muspsy_sim.evaluation.pitfalls.measuring import measure_reading
from muspsy_sim.evaluation.pitfalls.reading import read
from muspsy_sim.evaluation.pitfalls.tallies import Tally
from muspsy_sim.evaluation.pitfalls.tokens import TOKENIZER
from muspsy_sim.evaluation.pitfalls.voices import Voices
from muspsy_sim.records.base import Language, Record, Root
from muspsy_sim.records.episode import Episode
from muspsy_sim.records.files import canonical_json, write_atomic
from muspsy_sim.runs.store import Run, read_episode

VERSION = 1
"""Of the rules: raised when a pitfall comes to mean something else."""

OnPlace = Callable[[str, str, str, Place], None]
"""Called with an arm, an episode, a pitfall's name and a place, for a caller who wants to read it.

What lies between episodes, such as two personas that sound alike, has no episode: `*`.
"""


class PitfallValue(Record):
    """One pitfall in one arm: its value, or `None` with the reason, and the counts behind it."""

    value: float | None
    n: float = Field(description="the numerator, as the catalogue says")
    of: float = Field(description="the denominator")
    method: Literal["rule"]
    reason: str = ""


class ArmPitfalls(Record):
    """The pitfalls of one arm, by name."""

    episodes: int
    control: bool
    pitfalls: dict[str, PitfallValue]


class PitfallTable(Root):
    """The pitfalls of a run."""

    version: int
    tokenizer: str
    cues: dict[Language, str] = Field(description="language to the hash of its cues")
    episodes: dict[str, int] = Field(description="id to the bytes of its file")
    arms: dict[str, ArmPitfalls]


@dataclass(slots=True)
class _Arm:
    """What was counted of one arm so far."""

    control: bool
    episodes: int = 0
    tallies: dict[str, Tally] = field(default_factory=dict)
    voices: Voices = field(default_factory=Voices)


def table_file(run: Run) -> Path:
    """Where a run's table is kept."""
    return run.folder / "tables" / "pitfalls.json"


def measure_run(run: Run, on_place: OnPlace | None = None) -> PitfallTable:
    """Measure all whole episodes of a run, one at a time.

    Raises `RunError` for an episode that cannot be read, `ContentError` for cues that cannot be.
    """
    names = run.episode_ids()
    sizes = {name: run.episode_file(name).stat().st_size for name in names}
    arms = measure_episodes((read_episode(run, name) for name in names), on_place)
    return _table(arms, sizes)


def measure_episodes(
    episodes: Iterable[Episode], on_place: OnPlace | None = None
) -> dict[str, ArmPitfalls]:
    """The pitfalls of these episodes by arm, in the order in which arms first appear."""
    arms: dict[str, _Arm] = {}
    for episode in episodes:
        arm = arms.setdefault(episode.arm, _Arm(episode.control))
        reading = read(episode)
        arm.episodes += 1
        arm.voices.hear(reading)
        for name, finding in measure_reading(reading).items():
            before = arm.tallies.get(name)
            arm.tallies[name] = finding.tally if before is None else before + finding.tally
            if on_place is not None:
                for place in finding.places:
                    on_place(episode.arm, episode.id, name, place)
    return {name: _read_off(name, arm, on_place) for name, arm in arms.items()}


def write_table(run: Run, table: PitfallTable) -> None:
    """Write a run's table whole. Raises `StorageError` when the disk refuses."""
    write_atomic(table_file(run), canonical_json(table))


def kept_or_measured(run: Run, most: int) -> PitfallTable | None:
    """The table that was kept; measured where it is out of date and the episodes are few.

    `None` where there are more than `most` episodes to measure, or none. Nothing is written.
    """
    table = stored_table(run)
    if table is not None or not 0 < len(run.episode_ids()) <= most:
        return table
    return measure_run(run)


def stored_table(run: Run) -> PitfallTable | None:
    """The table that was kept, or `None` where there is none, or it is not of these episodes.

    An episode that was touched after the table was written may have changed, whatever its size.
    """
    try:
        written = table_file(run).stat().st_ctime_ns
        table = PitfallTable.model_validate_json(table_file(run).read_bytes())
        found = {name: run.episode_file(name).stat() for name in run.episode_ids()}
    except (OSError, ValidationError):
        return None
    if any(each.st_ctime_ns >= written for each in found.values()):
        return None
    sizes = {name: each.st_size for name, each in found.items()}
    made_so = table.version == VERSION and table.cues == _cues()
    return table if made_so and table.episodes == sizes else None


def _table(arms: dict[str, ArmPitfalls], sizes: dict[str, int]) -> PitfallTable:
    return PitfallTable(
        version=VERSION, tokenizer=TOKENIZER, cues=_cues(), episodes=sizes, arms=arms
    )


def _cues() -> dict[Language, str]:
    return {language: pitfall_cues(language).digest for language in ("en", "zh")}


def _read_off(name: str, arm: _Arm, on_place: OnPlace | None) -> ArmPitfalls:
    alike = arm.voices.alike()
    if on_place is not None:
        for place in alike.places:
            on_place(name, "*", "shared_5grams.client", place)
    tallies = {**arm.tallies, "shared_5grams.client": alike.tally}
    return ArmPitfalls(
        episodes=arm.episodes,
        control=arm.control,
        pitfalls={p.name: _value(p, tallies[p.name]) for p in PITFALLS.values()},
    )


def _value(pitfall: Pitfall, tally: Tally) -> PitfallValue:
    value = tally.value()
    return PitfallValue(
        value=None if value is None else round(value, 6),
        n=round(tally.n, 6),
        of=round(tally.of, 6),
        method=pitfall.method,
        reason=pitfall.none if value is None else "",
    )
