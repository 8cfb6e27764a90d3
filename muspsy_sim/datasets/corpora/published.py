"""A folder in a published format: its files, a manifest, a page; and what the manifest says later.

Most published formats have no place for who wrote a dialogue. That `offline` spoke in it stands in
the manifest, so that a folder that comes back, whole or file by file, is still known by it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import orjson

from muspsy_sim.datasets.writing import MANIFEST, write_json, write_text
from muspsy_sim.formats.corpora.shape import Format
from muspsy_sim.formats.corpora.telling_losses import loss_lines
from muspsy_sim.formats.corpora.writing import Written, write_corpus
from muspsy_sim.records.corpus import OFFLINE, Dialogue, offline_roles

_KIND = "published format"
_KINDS = frozenset({_KIND, "masked corpus", "repaired rows"})
"""Kinds of manifest that stand beside files in published formats, and say who spoke in them."""


def write_published(
    folder: Path,
    form: Format,
    dialogues: Iterable[Dialogue],
    offline: Callable[[], Sequence[str]],
    *,
    simulated: bool,
) -> Written:
    """Write dialogues in a format, what it lost, and which roles `offline` answered.

    `offline` is asked once all dialogues were taken. Raises `StorageError` when the disk refuses.
    """
    written = write_corpus(dialogues, form, folder)
    roles = sorted(offline())
    manifest = {
        "kind": _KIND,
        "format": form.name,
        "dialogues": written.dialogues,
        "files": written.files,
        "lost": dict(sorted(written.lost.items())),
        OFFLINE: roles,
    }
    write_json(folder / MANIFEST, manifest)
    write_text(folder / "README.md", _page(form.name, written, roles, simulated))
    return written


class Marks:
    """Which roles `offline` answered, by the manifests at and below a path that is read."""

    def __init__(self, root: Path) -> None:
        """`root` is a folder, or the one file that is read; its own folder counts then."""
        self._root = root
        self._whole = root.is_dir()
        self._found: dict[Path, tuple[str, ...]] = {}
        said = _manifest_of(root if self._whole else root.parent)
        name = said.get("format") if said.get("kind") == _KIND else None
        self.format = name if isinstance(name, str) else None
        """The format that the manifest of the path itself names."""

    def mark(self, dialogue: Dialogue) -> Dialogue:
        """A dialogue with the mark of the nearest folder that has one, if it has none itself."""
        if offline_roles(dialogue):
            return dialogue
        file = self._root / dialogue.file if self._whole else self._root
        roles = self._above(file.parent)
        if not roles:
            return dialogue
        return dialogue.model_copy(update={"extra": {**dialogue.extra, OFFLINE: [*roles]}})

    def _above(self, folder: Path) -> tuple[str, ...]:
        if folder not in self._found:
            last = not self._whole or folder == self._root or self._root not in folder.parents
            self._found[folder] = _roles_of(folder) or (() if last else self._above(folder.parent))
        return self._found[folder]


def _manifest_of(folder: Path) -> dict[str, object]:
    """What the manifest beside files in published formats says; empty where there is none."""
    try:
        said = orjson.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) and said.get("kind") in _KINDS else {}


def _roles_of(folder: Path) -> tuple[str, ...]:
    """The roles that `offline` answered by a folder's manifest; none where there is none."""
    roles = _manifest_of(folder).get(OFFLINE)
    return tuple(r for r in roles if isinstance(r, str)) if isinstance(roles, list) else ()


def _page(to: str, written: Written, offline: Sequence[str], simulated: bool) -> str:
    noun = "entry" if written.dialogues == 1 else "entries"
    lines = [f"# {written.dialogues} {noun} as {to}", ""]
    if simulated:
        lines += [
            "Simulated clients; a program wrote every word. Nothing here is medical advice.",
            "",
        ]
    if offline:
        said = ", ".join(offline)
        lines += [f"The offline default spoke here ({said}): do not train on this.", ""]
    if written.lost:
        count = written.dialogues + written.empty
        lines += ["What this format has no place for, and in how many dialogues it was lost:", ""]
        lines += [f"- {line}" for line in loss_lines(written.lost, count, shown=None)]
    else:
        lines.append("Nothing was lost.")
    return "\n".join(lines) + "\n"
