"""What of an episode's prompts was rendered already, so that only what changed is rendered anew.

A part of a template is kept with the values that it was rendered from, and is taken again only for
equal ones; fenced dialogue is kept with its lines, and grows by those that are new. What comes out
is what a rendering from nothing gives. Records in views are values: nobody changes one in place.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

_FENCE_MARK = re.compile(r"<(?=/?dialogue)", re.IGNORECASE)
_NOTHING_SAID = "<dialogue>\n(nothing said yet)\n</dialogue>"

_FENCES = 8
"""Dialogues that are kept per episode: the session's as both sides number it, and what notes and
plans quote besides. The one that was used longest ago goes first."""


@dataclass(slots=True)
class KeptText:
    """The rendered text of one asker: parts by name, and dialogues by how the speakers are named.

    Nothing here is shared between episodes, and all of it goes with its episode.
    """

    _parts: dict[tuple[str, str], tuple[object, str]] = field(default_factory=dict)
    _fences: list[tuple[tuple[str, str], list[Any], str]] = field(default_factory=list)

    def part(self, name: tuple[str, str], values: object) -> str | None:
        """The text of a part that was kept for these values; `None` where none was."""
        kept = self._parts.get(name)
        return kept[1] if kept is not None and kept[0] == values else None

    def keep(self, name: tuple[str, str], values: object, text: str) -> str:
        """Keep a part's text for these values, in place of what was kept of it; returns it."""
        # Interned: most is the same text in every episode of a persona or an arm.
        text = sys.intern(text)
        self._parts[name] = (values, text)
        return text

    def fence(
        self, lines: Sequence[Any], client: str = "Client", counselor: str = "Counselor"
    ) -> str:
        """`fence` for lines that mostly were fenced before."""
        if not lines:
            return _NOTHING_SAID
        names = (client, counselor)
        lines = list(lines)
        for at, (who, known, said) in enumerate(self._fences):
            if who == names and len(known) <= len(lines) and known == lines[: len(known)]:
                del self._fences[at]
                if len(known) < len(lines):
                    said = f"{said}\n{_said(lines[len(known) :], client, counselor)}"
                break
        else:
            said = _said(lines, client, counselor)
        self._fences.append((names, lines, said))
        del self._fences[:-_FENCES]
        return f"<dialogue>\n{said}\n</dialogue>"


def fence(lines: Sequence[Any], client: str = "Client", counselor: str = "Counselor") -> str:
    """Dialogue as marked-off text. A mark inside a line is broken, so no line can end the fence."""
    if not lines:
        return _NOTHING_SAID
    return f"<dialogue>\n{_said(lines, client, counselor)}\n</dialogue>"


def _said(lines: Sequence[Any], client: str, counselor: str) -> str:
    who = {"client": client, "counselor": counselor}
    return "\n".join(
        f"[{line.id}] {who[line.speaker]}: {_FENCE_MARK.sub('< ', line.text)}" for line in lines
    )
