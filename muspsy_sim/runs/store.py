"""A run's folder: `run.yaml`, `episodes/ID.json`, `journal/ID.jsonl`.

`run.yaml` is written before the first call. An episode is whole or absent: it is written to a
temporary file and renamed. One process at a time writes to a run.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from muspsy_sim.records.content import content_path
from muspsy_sim.records.episode import Episode
from muspsy_sim.records.errors import RunError
from muspsy_sim.records.files import canonical_json, clear_leftovers, storage_error, write_atomic

RUN_FILE = "run.yaml"


@dataclass(frozen=True, slots=True)
class Run:
    """A run's folder."""

    folder: Path

    @property
    def file(self) -> Path:
        """What was run, and with what."""
        return self.folder / RUN_FILE

    def episode_file(self, episode: str) -> Path:
        """Where an episode is kept once whole."""
        return self.folder / "episodes" / f"{episode}.json"

    def journal_file(self, episode: str) -> Path:
        """Where an episode's answers are kept as they arrive."""
        return self.folder / "journal" / f"{episode}.jsonl"

    def episode_ids(self) -> list[str]:
        """Ids of the episodes that are whole."""
        return sorted(p.stem for p in (self.folder / "episodes").glob("*.json"))

    def journal_ids(self) -> list[str]:
        """Ids of the episodes that were begun."""
        return sorted(p.stem for p in (self.folder / "journal").glob("*.jsonl"))

    def forks(self) -> list[Run]:
        """Runs forked from this one."""
        return [Run(p.parent) for p in sorted((self.folder / "forks").glob(f"*/{RUN_FILE}"))]


def default_folder(recipe_file: Path) -> Path:
    """The folder beside a recipe in which its results lie.

    For a recipe that ships with an installed package: `runs/NAME` where the user is.
    """
    if recipe_file.suffix not in (".yaml", ".yml"):
        return recipe_file.with_name(f"{recipe_file.name}-results")
    folder = recipe_file.with_suffix("")
    return Path("runs", folder.name) if "_content" in recipe_file.parts else folder


def find_run(name: str | Path) -> Run:
    """A run by its folder, or by its recipe's path or name. Raises `RunError` for none."""
    path = Path(name)
    tried = [path, path.with_suffix("")] if path.suffix in (".yaml", ".yml") else [path]
    if path.name == str(name) and path.name != "..":
        tried.append(Path("runs", path.stem if path.suffix == ".yaml" else path.name))
        tried.append(content_path("runs", path.stem if path.suffix == ".yaml" else path.name))
    for folder in tried:
        if (folder / RUN_FILE).is_file():
            return Run(folder)
    known = sorted(p.parent.name for p in content_path("runs").glob(f"*/{RUN_FILE}"))
    near = get_close_matches(path.name, known, 1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    raise RunError(
        f"there is no run here: {RUN_FILE} is missing",
        file=path,
        hint=f"{hint}name a folder that `muspsy run` wrote",
    )


def read_run_file(run: Run) -> dict[str, Any]:
    """`run.yaml` as it was written. Raises `RunError` when it cannot be read."""
    import yaml

    try:
        read = yaml.load(run.file.read_bytes(), Loader=yaml.CSafeLoader)
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise RunError(
            "cannot be read", file=run.file, hint="restore it, or begin anew with --restart"
        ) from error
    if not isinstance(read, dict) or not isinstance(read.get("recipe"), dict):
        raise RunError(
            "does not describe a run",
            file=run.file,
            hint="restore it, or begin anew with --restart",
        )
    return read


def write_run_file(run: Run, described: dict[str, Any]) -> None:
    """Write `run.yaml` whole."""
    import yaml

    # The writer in C, with PyYAML wherever its reader in C is; nobody asks before it is written.
    text = yaml.dump(
        described, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True, width=100
    )
    write_atomic(run.file, text.encode())


def episode_bytes(episode: Episode) -> bytes:
    """An episode as its file holds it: canonical, so equal episodes are equal bytes."""
    return canonical_json(episode.model_dump(mode="json"))


def write_episode(run: Run, episode: Episode) -> None:
    """Write an episode whole and at once."""
    write_content(run, episode.id, episode_bytes(episode))


def write_content(run: Run, episode: str, content: bytes) -> None:
    """Write whole and at once what `episode_bytes` makes of an episode."""
    write_atomic(run.episode_file(episode), content)


def remove_episode(run: Run, episode: str) -> None:
    """Remove an episode that goes on, and so is not whole any more. Its journal stays."""
    try:
        run.episode_file(episode).unlink(missing_ok=True)
    except OSError as error:
        raise storage_error(run.episode_file(episode), error, "remove") from error


def read_content(run: Run, episode: str) -> bytes:
    """An episode's file as it is. Raises `RunError` naming the nearest id where there is none."""
    path = run.episode_file(episode)
    try:
        return path.read_bytes()
    except FileNotFoundError:
        near = get_close_matches(episode, run.episode_ids(), 1)
        hint = f"did you mean {near[0]!r}?" if near else "see `muspsy status`"
        raise RunError(f"there is no episode {episode!r}", file=run.folder, hint=hint) from None
    except OSError as error:
        raise storage_error(path, error, "read") from error


def read_episode(run: Run, episode: str) -> Episode:
    """Read an episode. Raises `RunError` naming the nearest id, or what is wrong with the file."""
    raw = read_content(run, episode)
    try:
        return Episode.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors()[0]
        raise RunError(
            f"is no episode: {first['msg']}",
            file=run.episode_file(episode),
            field=".".join(map(str, first["loc"])) or None,
            hint="delete it and run again: the journal has its answers",
        ) from error


def episodes(run: Run) -> Iterator[Episode]:
    """All whole episodes, one at a time."""
    for episode in run.episode_ids():
        yield read_episode(run, episode)


@contextmanager
def writing(run: Run) -> Iterator[int]:
    """Hold the run for writing. Raises `RunError` while another process does.

    Gives the open lock: who inherits it holds the run as well, for as long as it lives.
    """
    try:
        _make_folders(run)
        lock = os.open(run.folder / ".lock", os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise storage_error(run.folder, error, "write") from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise RunError(
                "another process is running this", file=run.folder, hint="wait for it, or use --out"
            ) from error
        clear_leftovers(run.folder / "episodes")
        yield lock
    finally:
        os.close(lock)


def _make_folders(run: Run) -> None:
    for part in ("episodes", "journal"):
        (run.folder / part).mkdir(parents=True, exist_ok=True)


def clear(run: Run) -> None:
    """Remove what a run made, to begin anew; a folder that holds no run is left alone."""
    if not run.file.is_file():
        return
    try:
        for part in ("episodes", "journal", "forks", "scores", "tables", "exports"):
            if (run.folder / part).exists():
                shutil.rmtree(run.folder / part)
        # Last, so that a clearing which is cut short is seen for a run and cleared again.
        run.file.unlink()
        _make_folders(run)
    except OSError as error:
        raise storage_error(run.folder, error, "write") from error
