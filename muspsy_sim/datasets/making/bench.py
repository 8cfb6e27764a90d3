"""What an entry is made with: its client or source, its chance, its models behind the journal."""

from __future__ import annotations

from dataclasses import dataclass, field

from muspsy_sim.datasets.making.recipe import CorpusRecipe
from muspsy_sim.datasets.making.record import Check, Trail
from muspsy_sim.llm.ask import Asker
from muspsy_sim.llm.counting import UsageCount
from muspsy_sim.llm.journal import Journal
from muspsy_sim.llm.seam import A, Prompt, V
from muspsy_sim.records.base import Language
from muspsy_sim.records.chance import Chance
from muspsy_sim.records.corpus import Dialogue
from muspsy_sim.records.profile import Profile
from muspsy_sim.runs.connections import Connections


class CheckFailed(Exception):
    """A rule was broken to the last try: the entry is kept as a failure with this reason."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """A complaint that anybody may read."""

    id: str
    text: str
    language: Language


@dataclass(frozen=True, slots=True)
class Entry:
    """One dialogue to be made: from what, with which seed. Unused sources are None or empty."""

    id: str
    language: Language
    seed: int
    source_case: str
    profile: Profile | None = None
    report: str = ""
    dialogue: Dialogue | None = None
    question: str = ""
    answer: str = ""
    attitude: str = ""
    bank: tuple[Complaint, ...] = ()
    common: frozenset[str] = frozenset()
    """Of the words of the dialogue's counselor those that many others of its folder say too."""
    digest: str = ""
    """Hash of all that it is made from."""


@dataclass(slots=True)
class Bench:
    """Where one entry is made."""

    entry: Entry
    recipe: CorpusRecipe
    ask_model: Asker
    chance: Chance
    connections: Connections
    journal: Journal
    counts: tuple[UsageCount, ...]
    checks: list[Check] = field(default_factory=list)
    trail: Trail | None = None

    @property
    def language(self) -> Language:
        """The language that the entry is made in."""
        return self.entry.language

    async def ask(self, prompt: Prompt[V, A], view: V, *, session: int = 0, turn: int = 0) -> A:
        """The answer to one prompt. Raises `CallFailed`."""
        return (await self.ask_model(prompt, view, session=session, turn=turn)).answer

    def checked(self, rule: str, why: list[str], where: str = "") -> bool:
        """Record a rule held against what was made; whether it is kept."""
        self.checks.append(Check(rule=rule, kept=not why, found="; ".join(why), where=where))
        return not why
