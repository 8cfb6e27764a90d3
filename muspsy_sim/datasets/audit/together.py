"""A client whose dialogues and memories lie in different files, looked at together.

MusPsy publishes `dialogues_N.txt`, `memories_N.txt` and `usercards_N.txt`; only side by side does a
memory show that it knows too much.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterator

from muspsy_sim.datasets.audit import courses
from muspsy_sim.datasets.audit.finding import Finding
from muspsy_sim.records.corpus import Dialogue

MOST = 20_000
"""Clients held while the other file is waited for; the longest held is let go of first."""

_PARTS = ("muspsy-dialogue", "muspsy-memory", "muspsy-usercard")
_NUMBER = re.compile(r"(\d+)(?!.*\d)")


class Clients:
    """Clients of which a part has been read."""

    def __init__(self) -> None:
        self._parts: OrderedDict[str, dict[str, Dialogue]] = OrderedDict()

    def look(self, dialogue: Dialogue) -> Iterator[Finding]:
        """Findings about memories, once both the dialogue and the memory of a client are there."""
        number = _NUMBER.search(dialogue.file.rpartition("/")[2])
        if dialogue.format not in _PARTS or number is None:
            return
        parts = self._parts.setdefault(number[1], {})
        parts[dialogue.format] = dialogue
        if len(self._parts) > MOST:
            self._parts.popitem(last=False)
        said, memory = parts.get("muspsy-dialogue"), parts.get("muspsy-memory")
        if said is None or memory is None or dialogue.format == "muspsy-usercard":
            return
        cards = parts.get("muspsy-usercard")
        papers = [*memory.documents, *(cards.documents if cards else [])]
        joined = said.model_copy(update={"documents": [*said.documents, *papers]})
        yield from courses.early(joined)
