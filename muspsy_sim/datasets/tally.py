"""What an export counted on its way: the figures of its card and manifest."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from muspsy_sim.datasets.reading import Source
from muspsy_sim.datasets.rows import Opening
from muspsy_sim.datasets.selecting import Selection
from muspsy_sim.datasets.splits import SPLITS, Split


def published_name(model: str) -> str:
    """A model's name as a card gives it: whose machine it ran on is nobody's business."""
    return model.partition("#")[2] or model


@dataclass(slots=True)
class Tally:
    """Figures of one export. `rows` is config -> split -> rows."""

    run: str
    format: str
    opening: Opening | None
    """`None` where there are no training rows."""
    selection: Selection
    unfinished: int
    splits: dict[str, Split]
    rows: dict[str, Counter[Split]] = field(default_factory=dict)
    files: dict[str, dict[Split, str]] = field(default_factory=dict)
    passed: dict[str, Counter[str]] = field(default_factory=dict)
    """By config: what gave no row, by reason."""
    episodes: Counter[Split] = field(default_factory=Counter)
    sessions: int = 0
    turns: int = 0
    languages: Counter[str] = field(default_factory=Counter)
    arms: Counter[str] = field(default_factory=Counter)
    seeds: set[int] = field(default_factory=set)
    models: dict[str, set[str]] = field(default_factory=dict)
    licences: Counter[str] = field(default_factory=Counter)
    code_versions: set[str] = field(default_factory=set)

    def saw(self, source: Source) -> None:
        """Count an episode that was taken."""
        episode = source.episode
        self.episodes[self.splits[episode.source_case]] += 1
        self.sessions += sum(1 for session in episode.sessions if session.turns)
        self.turns += sum(len(session.turns) for session in episode.sessions)
        self.languages[episode.language] += 1
        self.arms[episode.arm] += 1
        self.seeds.add(episode.seed)
        self.licences[episode.profile.licence] += 1
        self.code_versions.add(episode.provenance.code_version)
        for role, model in episode.provenance.models.items():
            self.models.setdefault(role, set()).add(published_name(model))

    def wrote(self, config: str, split: Split, file: str, rows: int) -> None:
        """Count the rows of a file that is part of a config."""
        self.rows.setdefault(config, Counter())[split] += rows
        self.files.setdefault(config, {})[split] = file

    def cases(self, split: Split) -> list[str]:
        """The source cases of a split, sorted."""
        return sorted(case for case, found in self.splits.items() if found == split)

    def total(self) -> int:
        """All rows of all configs."""
        return sum(sum(counted.values()) for counted in self.rows.values())

    def as_json(self) -> dict[str, Any]:
        """The figures as the manifest holds them."""
        return {
            "muspsy_export": 1,
            "run": self.run,
            "format": self.format,
            "opening": self.opening,
            "episodes": dict(self.episodes),
            "sessions": self.sessions,
            "turns": self.turns,
            "arms": dict(sorted(self.arms.items())),
            "languages": dict(sorted(self.languages.items())),
            "seeds": sorted(self.seeds),
            "models": {role: sorted(names) for role, names in sorted(self.models.items())},
            "code_versions": sorted(self.code_versions),
            "offline_roles": self.selection.offline_roles(),
            "splits": {split: self.cases(split) for split in SPLITS},
            "configs": {
                name: {
                    split: {"file": self.files[name][split], "rows": counted[split]}
                    for split in SPLITS
                    if split in self.files[name]
                }
                for name, counted in self.rows.items()
            },
            "gave_no_row": {name: dict(sorted(why.items())) for name, why in self.passed.items()},
            "left_out": dict(sorted(self.selection.left_out.items())),
            "unfinished": self.unfinished,
        }
