"""Names of the files of a corpus: which hold none, and what dialogues are written to.

A dialogue says which file it came from. That is somebody else's word: it may point outside of the
folder, be too long for a disk, or be the name of a page that is not read as a corpus's.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import PurePosixPath

from muspsy_sim.formats.corpora.shape import Format
from muspsy_sim.records.corpus import Dialogue

LINES = (".jsonl", ".ndjson")
_UNSAFE = re.compile(r"[^\w.~-]+")
_NO_FILE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")
_DRIVE = re.compile(r"^[A-Za-z]:(?=[/\\])")
_LIST_FILE = "data.json"
_LONGEST = 200
"""Bytes that a part of a name may have; disks take 255."""


_NO_DATA = frozenset(
    {".md", ".html", ".pdf", ".png", ".jpg", ".jpeg", ".svg", ".gif", ".css", ".js", ".py", ".sh"}
    | {".yaml", ".yml", ".toml", ".cff", ".bib", ".lock", ".ipynb"}
)
"""Suffixes of what lies beside a corpus and is none; they are passed over without a word."""
_BESIDE = re.compile(
    r"(licen[cs]e|readme|notice|copying|citation|manifest\.json|dataset_info\.json"
    r"|(changes|problems|findings)\.jsonl$)",
    re.IGNORECASE,
)
"""Names of what lies beside a corpus; the last line is what a repair, an import, an audit write."""


def is_beside(name: str) -> bool:
    """Whether a file of this name lies beside a corpus: hidden, a licence, a page, a picture."""
    suffix = PurePosixPath(name).suffix.lower()
    return name.startswith(".") or bool(_BESIDE.match(name)) or suffix in _NO_DATA


class Names:
    """File names that no two dialogues share."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def of(self, dialogue: Dialogue, form: Format) -> str:
        """The name of the file of a dialogue: its own in its own format, else by its id."""
        suffix = form.suffixes[0]
        own = dialogue.format == form.name and dialogue.file.endswith(suffix)
        name = below(dialogue.file, suffix) if own else below(_by_id(dialogue.id) + suffix, suffix)
        stem, n = name[: -len(suffix)], 1
        while name.casefold() in self._taken:
            n += 1
            name = f"{stem}_{n}{suffix}"
        self._taken.add(name.casefold())
        return name


def list_name(dialogue: Dialogue, form: Format) -> str:
    """The name of the list that a dialogue stands in: that of its own file in its own format."""
    if dialogue.format != form.name or not dialogue.file:
        return _LIST_FILE
    suffix = PurePosixPath(dialogue.file).suffix
    kept = suffix if suffix in LINES else ".json"
    stem = dialogue.file.removesuffix(suffix)
    return below(stem + kept, kept)


def below(name: str, suffix: str) -> str:
    """A name as a path below the folder that is written to, ending in `suffix`, that is read again.

    Nothing changes in the name of a file that was read from a folder.
    """
    plain = _NO_FILE.sub("_", _DRIVE.sub("", name).replace("\\", "/"))
    folders, _, last = plain.rpartition("/")
    parts = [_short(part.lstrip(".")) for part in folders.split("/") if part.strip(".")]
    stem = last.removesuffix(suffix).lstrip(".") or "entry"
    name = _short(stem, len(suffix)) + suffix
    return "/".join([*parts, f"file_{name}" if is_beside(name) else name])


def _by_id(name: str) -> str:
    return _UNSAFE.sub("_", name).strip("._") or "entry"


def _short(part: str, beside: int = 0) -> str:
    raw = part.encode("utf-8", "replace")
    if len(raw) + beside <= _LONGEST:
        return part
    kept = raw[: _LONGEST - beside - 13].decode("utf-8", "ignore")
    return f"{kept}-{hashlib.sha256(raw).hexdigest()[:12]}"
