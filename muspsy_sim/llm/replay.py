"""`replay:RUN` as a model: answers from another run's journals, found by what was asked.

A request is answered when the very same messages, schema, sampling and seed were asked in that run;
anything else is `not_recorded`. Nothing is ever asked of a model.
"""

from __future__ import annotations

from pathlib import Path

from muspsy_sim.llm.journal_text import Entry, read_journal
from muspsy_sim.llm.seam import ModelFailure, Reply, Request
from muspsy_sim.records.errors import ModelSetupError


class ReplayModel:
    """Answers what a run's journals hold."""

    def __init__(self, folder: Path) -> None:
        journals = sorted((folder / "journal").glob("*.jsonl"))
        if not journals:
            raise ModelSetupError(
                f"replay:{folder.name}: there are no journals in {folder}",
                hint="name a folder that `muspsy run` wrote",
            )
        self.name = f"replay:{folder.name}"
        self._answers: dict[str, Entry] = {}
        for path in journals:
            for entry in read_journal(path).entries:
                if entry.outcome == "ok":
                    self._answers.setdefault(entry.request, entry)

    async def reply(self, request: Request) -> Reply:
        """The recorded answer. Raises `ModelFailure` of kind `not_recorded`."""
        entry = self._answers.get(request.fingerprint)
        if entry is None:
            raise ModelFailure(
                "not_recorded", f"{self.name} holds no answer to {request.key} as it is asked here"
            )
        return Reply(entry.text, entry.reasoning, entry.usage)
