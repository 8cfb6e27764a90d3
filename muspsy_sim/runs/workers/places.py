"""A place elsewhere: an object store or a shared folder, reached through fsspec by its URL.

Objects are written whole. What the place answers becomes a `StorageError` that names the object and
no credentials: a URL is shown without user, password and query. One that may pass is a `PlaceAway`.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from muspsy_sim.llm.redaction import redact
from muspsy_sim.records.errors import RunError, StorageError, one_line
from muspsy_sim.records.files import write_atomic

_AT_ONCE = 16
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*(?:::|://)")
_PARTS = ("episodes", "journal")

_LASTING = (FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError)
"""What a place says that waiting does not change."""

INSTALL = "pip install 'muspsy-sim[ray]'"


class PlaceAway(StorageError):
    """A place could not be reached, or did not answer: another attempt may succeed."""


def is_elsewhere(name: str) -> bool:
    """Whether a name is a URL rather than a path."""
    return _URL.match(name) is not None


def shown(url: str) -> str:
    """A URL as it may be shown."""
    return redact(re.sub(r"//[^/]*@", "//", url).partition("?")[0])


@dataclass(frozen=True, slots=True)
class Place:
    """A folder of objects. `url` can be shown."""

    url: str
    system: Any
    root: str

    def read(self, name: str) -> bytes | None:
        """An object whole; `None` where there is none. Raises `StorageError`."""
        with self._telling(name, "read"):
            try:
                return bytes(self.system.cat_file(self._path(name)))
            except FileNotFoundError:
                return None

    def write(self, name: str, content: bytes) -> None:
        """Write an object whole. Raises `StorageError`."""
        path = self._path(name)
        with self._telling(name, "write"):
            if self._local:
                write_atomic(path, content)
            else:
                self.system.pipe_file(path, content)

    def remove(self, name: str) -> None:
        """Remove an object, if it is there. Raises `StorageError`."""
        with self._telling(name, "remove"), contextlib.suppress(FileNotFoundError):
            self.system.rm_file(self._path(name))

    def tags(self, part: str) -> dict[str, str]:
        """The objects in a part by name, each with what changes when it does."""
        with self._telling(part, "list"):
            self.system.invalidate_cache()
            try:
                found = self.system.find(self._path(part), detail=True)
            except FileNotFoundError:
                return {}
        tags = {}
        for path, told in found.items():
            name = path.rsplit("/", 1)[-1]
            if not name.startswith("."):
                when = told.get("ETag") or told.get("LastModified") or told.get("mtime")
                tags[f"{part}/{name}"] = f"{told.get('size')} {when}"
        return tags

    def clear(self) -> None:
        """Remove what a run made here, `run.yaml` last."""
        for part in _PARTS:
            names = list(self.tags(part))
            with ThreadPoolExecutor(_AT_ONCE) as pool:
                list(pool.map(self.remove, names))
        self.remove("run.yaml")

    @property
    def _local(self) -> bool:
        kind = self.system.protocol
        return "file" in ((kind,) if isinstance(kind, str) else kind)

    def _path(self, name: str) -> str:
        return f"{self.root}/{name}"

    @contextlib.contextmanager
    def _telling(self, name: str, doing: str) -> Iterator[None]:
        try:
            yield
        except StorageError:
            raise
        except Exception as error:  # noqa: BLE001 - each store has errors of its own
            said = redact(one_line(str(error) or type(error).__name__))
            lasting = isinstance(error, _LASTING) or "Credentials" in type(error).__name__
            raise (StorageError if lasting else PlaceAway)(
                f"cannot {doing}: {said[:300]}",
                file=f"{self.url}/{name}",
                hint="check the address, and the credentials that this machine has for it",
            ) from None


def open_place(url: str) -> Place:
    """The place at a URL. Raises `RunError` for one that what is installed can't reach."""
    try:
        import fsspec
    except ImportError:
        raise RunError(
            "results elsewhere need fsspec", file=shown(url), hint=f"{INSTALL}"
        ) from None
    try:
        system, root = fsspec.core.url_to_fs(url, skip_instance_cache=True)
    except ImportError as error:
        raise RunError(
            f"this place needs a package that is not installed: {one_line(str(error))}",
            file=shown(url),
            hint=f"for s3:// it is in {INSTALL}",
        ) from None
    except ValueError as error:
        raise RunError(
            f"is no place that is known: {redact(one_line(str(error)))}",
            file=shown(url),
            hint="write s3://BUCKET/FOLDER, or a folder's path",
        ) from None
    except Exception as error:  # noqa: BLE001 - some connect at once, with errors of their own
        raise RunError(
            f"can't be reached: {redact(one_line(str(error) or type(error).__name__))[:300]}",
            file=shown(url),
            hint="check the address, and the credentials that this machine has for it",
        ) from None
    if not root.strip("/"):
        raise RunError("names no folder", file=shown(url), hint="write s3://BUCKET/FOLDER")
    return Place(shown(url).rstrip("/"), system, root.rstrip("/"))


def fetch(place: Place, folder: Path, known: dict[str, str]) -> dict[str, str]:
    """Make `folder` hold what the place holds of a run, and nothing else of one.

    `known`: the tags of what was fetched before; returned as they are now. Raises `StorageError`.
    """
    tags = {name: tag for part in _PARTS for name, tag in place.tags(part).items()}
    for part in _PARTS:
        (folder / part).mkdir(parents=True, exist_ok=True)
        for file in (folder / part).iterdir():
            if f"{part}/{file.name}" not in tags:
                file.unlink()

    def bring(name: str) -> None:
        content = place.read(name)
        if content is not None:
            write_atomic(folder / name, content)

    missing = [n for n, tag in tags.items() if known.get(n) != tag or not (folder / n).is_file()]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(bring, missing))
    return tags
