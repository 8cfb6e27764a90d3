"""Where scores lie: `RUN/scores/EPISODE.json`, the journals they came from, and the instruments.

scores/EPISODE.json              all scores of one episode, whole or absent
scores/journal/EPISODE~J.jsonl   what was asked of one judge, and answered
scores/instruments/ID.json       the instruments as they were when they were used
scores/checks/J.json             what `muspsy judge-check` found of a judge
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from pydantic import ValidationError

from muspsy_sim.evaluation.instruments.spec import Instrument
from muspsy_sim.records.errors import RunError
from muspsy_sim.records.files import canonical_json, storage_error, write_atomic
from muspsy_sim.records.scores import EpisodeScores
from muspsy_sim.runs.store import Run


@dataclass(frozen=True, slots=True)
class ScoreStore:
    """The scores of one run."""

    run: Run

    @property
    def folder(self) -> Path:
        """Where all of it lies."""
        return self.run.folder / "scores"

    def file(self, episode: str) -> Path:
        """The scores of an episode."""
        return self.folder / f"{episode}.json"

    def journal(self, episode: str, judge: str) -> Path:
        """What one judge was asked about an episode."""
        return self.folder / "journal" / f"{episode}~{slug(judge)}.jsonl"

    def journals(self, episode: str) -> list[Path]:
        """The journals of all judges about an episode."""
        return sorted((self.folder / "journal").glob(f"{episode}~*.jsonl"))

    def episode_ids(self) -> list[str]:
        """Episodes that have scores, by id."""
        return sorted(path.stem for path in self.folder.glob("*.json"))

    def read(self, episode: str) -> EpisodeScores | None:
        """An episode's scores, `None` where there are none. Raises `RunError` for a bad file."""
        path = self.file(episode)
        try:
            raw = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise storage_error(path, error, "read") from error
        try:
            return EpisodeScores.model_validate_json(raw)
        except ValidationError as error:
            first = error.errors()[0]
            raise RunError(
                f"holds no scores: {first['msg']}",
                file=path,
                field=".".join(map(str, first["loc"])) or None,
                hint="delete it and evaluate again: the journal has its answers",
            ) from error

    def all(self) -> Iterator[EpisodeScores]:
        """The scores of all episodes that have some, one at a time."""
        for episode in self.episode_ids():
            found = self.read(episode)
            if found is not None:
                yield found

    def write(self, scores: EpisodeScores) -> None:
        """Write an episode's scores whole."""
        write_atomic(self.file(scores.episode), scores_bytes(scores))

    def forget(self, episode: str) -> None:
        """Remove an episode's scores and journals, since the episode is another now."""
        try:
            for path in (self.file(episode), *self.journals(episode)):
                path.unlink(missing_ok=True)
        except OSError as error:
            raise storage_error(self.file(episode), error, "remove") from error

    def clear(self) -> None:
        """Remove scores and journals; checks of judges stay."""
        try:
            for path in self.folder.glob("*.json"):
                path.unlink()
            for part in ("journal", "instruments", "pairs"):
                if (self.folder / part).exists():
                    shutil.rmtree(self.folder / part)
        except OSError as error:
            raise storage_error(self.folder, error, "remove") from error

    def keep_instrument(self, instrument: Instrument) -> None:
        """Keep an instrument as it was used."""
        path = self.folder / "instruments" / f"{instrument.id}.json"
        content = canonical_json(instrument.model_dump(mode="json"))
        if not path.is_file() or path.read_bytes() != content:
            write_atomic(path, content)

    def instruments(self) -> dict[str, Instrument]:
        """The instruments that were used, by id. Raises `RunError` for a file that is none."""
        found: dict[str, Instrument] = {}
        for path in sorted((self.folder / "instruments").glob("*.json")):
            try:
                found[path.stem] = Instrument.model_validate_json(path.read_bytes())
            except ValidationError as error:
                raise RunError(
                    "holds no instrument", file=path, hint="delete it and evaluate again"
                ) from error
        return found


def scores_bytes(scores: EpisodeScores) -> bytes:
    """Scores as their file holds them: equal scores are equal bytes."""
    return canonical_json(scores.model_dump(mode="json"))


def slug(judge: str) -> str:
    """A judge's name as a part of a file's name: readable, and one judge's alone."""
    plain = re.sub(r"[^A-Za-z0-9.]+", "-", judge).strip("-.")[-40:].strip("-.")
    return f"{plain}-{blake2b(judge.encode(), digest_size=4).hexdigest()}"
