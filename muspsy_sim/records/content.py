"""Where the content lies that a researcher edits: agents, graphs, personas and runs.

In a source checkout or an editable install it is read from the repository, so that an edit is
live; in an installed wheel it is `muspsy_sim/_content`. The environment variable `MUSPSY_CONTENT`
names a copy made by `muspsy init DIR` and goes before both.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from muspsy_sim.records.errors import ContentError, StorageError
from muspsy_sim.records.files import storage_error

CONTENT_FOLDERS = ("agents", "graphs", "personas", "runs")
CONTENT_VARIABLE = "MUSPSY_CONTENT"
CONTENT_SUFFIXES = frozenset({".yaml", ".md", ".j2"})

_PACKAGE = Path(__file__).resolve().parent.parent


def content_root() -> Path:
    """The folder that holds `agents`, `graphs`, `personas` and `runs`.

    Raises:
        ContentError: `MUSPSY_CONTENT` names a folder that does not hold them, or the installation
            is incomplete.
    """
    named = os.environ.get(CONTENT_VARIABLE)
    if named:
        return _whole(
            Path(named).expanduser(),
            f"make one with 'muspsy init {named}', or unset {CONTENT_VARIABLE}",
        )
    checkout = _PACKAGE.parent
    if (checkout / "pyproject.toml").is_file() and not _missing(checkout):
        return checkout
    return _whole(_PACKAGE / "_content", "install muspsy-sim again")


def content_path(folder: str, *parts: str) -> Path:
    """The path of a content file or folder; it need not exist.

    Raises:
        ContentError: `folder` is not one of the four, or the path would leave it.
    """
    if folder not in CONTENT_FOLDERS:
        raise ContentError(
            folder,
            None,
            None,
            "is not a content folder",
            f"use one of {', '.join(CONTENT_FOLDERS)}",
        )
    base = content_root() / folder
    path = base.joinpath(*parts)
    if not Path(os.path.normpath(path)).is_relative_to(base):
        raise ContentError(
            Path(folder, *parts), None, None, f"leads out of {folder}/", "name a file inside it"
        )
    return path


def list_content(folder: str, pattern: str = "*.yaml") -> list[Path]:
    """The content files of `folder` that match a glob pattern, sorted by path.

    `**/*.yaml` looks into subfolders. In `runs/` the results beside a recipe are never listed.
    """
    base = content_path(folder)
    return sorted(path for path in base.glob(pattern) if _is_content(folder, path, base))


def copy_content(target: Path) -> list[Path]:
    """Copy all four folders' content into `target` and return the files made, sorted.

    Raises:
        StorageError: one of the four folders is already there, or the disk refuses.
    """
    root = content_root()
    for folder in CONTENT_FOLDERS:
        if (target / folder).exists():
            raise StorageError(
                "is already there", file=target / folder, hint="choose an empty folder"
            )
    return sorted(_copy(path, target / path.relative_to(root)) for path in _all_content())


def _all_content() -> Iterator[Path]:
    for folder in CONTENT_FOLDERS:
        yield from list_content(folder, "**/*")


def _copy(source: Path, target: Path) -> Path:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    except OSError as error:
        raise storage_error(target, error, "copy content") from error
    return target


def _is_content(folder: str, path: Path, base: Path) -> bool:
    if path.suffix not in CONTENT_SUFFIXES or not path.is_file():
        return False
    inside = path.relative_to(base).parts
    return folder != "runs" or len(inside) == 1 or (len(inside) == 2 and inside[0] == "corpora")


def _missing(root: Path) -> list[str]:
    return [folder for folder in CONTENT_FOLDERS if not (root / folder).is_dir()]


def _whole(root: Path, hint: str) -> Path:
    missing = _missing(root)
    if missing:
        raise ContentError(root, None, None, f"holds no folder {missing[0]!r}", hint)
    return root
