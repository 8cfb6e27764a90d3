"""RMRR on invented dialogues with planted attributes: what is left of them, and what gives way.

    python benchmarks/rmrr.py [--dialogues 20] [--seed 0] [--model offline] [--show N] [--out DIR]
    python benchmarks/rmrr.py --masks [--presidio]

Makes the dialogues of `planted_dialogues`, reconstructs them with `muspsy generate`'s `psydial` way
from the personas' complaints, and attacks the result with `muspsy privacy-check`. Baselines are the
originals verbatim and with names redacted, in the same table. Leaves with 1 where attributes do not
fall to half of `names redacted`, a client turn shares more than 12 Chinese characters or 8 English
words with the original, or a planted identifier is left in any turn.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

if not __package__:  # run as a command
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.planted_dialogues import Planted, planted_dialogues
from muspsy_sim.datasets.corpora.tables import CorpusTables
from muspsy_sim.datasets.making.engine import make
from muspsy_sim.datasets.making.planning import plan_corpus
from muspsy_sim.datasets.making.recipe import CorpusRecipe
from muspsy_sim.datasets.making.record import EntryFile, given
from muspsy_sim.datasets.making.shared_spans import LONGEST, longest_shared
from muspsy_sim.datasets.making.sources import entries_of
from muspsy_sim.datasets.making.store import Place, read_entry
from muspsy_sim.datasets.personal_data import Finder
from muspsy_sim.datasets.presidio import presidio_finder
from muspsy_sim.datasets.privacy.attacks import holds
from muspsy_sim.datasets.privacy.checking import Checked, check_privacy
from muspsy_sim.datasets.privacy.masking import KINDS, mask_dialogue
from muspsy_sim.records.base import Language


@dataclass(slots=True)
class Outcome:
    """What came of one language's dialogues."""

    language: Language
    planted: int = 0
    left: int = 0
    redacted: int = 0
    """Of the planted, those that `names redacted` leaves in any turn."""
    left_where: list[str] = field(default_factory=list)
    longest: int = 0
    made: int = 0
    failed: list[str] = field(default_factory=list)
    turns: Counter[str] = field(default_factory=Counter)
    privacy: Checked | None = None
    entries: list[EntryFile] = field(default_factory=list)

    @property
    def missed(self) -> list[str]:
        """The goals that are missed."""
        why = [f"no dialogue: {name}" for name in self.failed]
        if self.left:
            why.append(
                f"{self.left} planted identifiers are left: {', '.join(self.left_where[:5])}"
            )
        if self.longest > LONGEST[self.language]:
            why.append(f"a client turn shares {self.longest} in a row")
        if self.privacy is None:
            return [*why, "nothing was reconstructed"]
        rates = self.privacy.rates["attributes extracted"]
        after, before = rates["reconstructed"].value, rates["names redacted"].value
        if after is None or before is None or after > before / 2:
            why.append(f"attributes fell from {before} to {after} only")
        return why


async def reconstructed(
    language: Language, count: int, seed: int, folder: Path, model: str = "offline"
) -> Outcome:
    """Plant, reconstruct below `folder`, attack."""
    planted = planted_dialogues(language, count, seed)
    with CorpusTables(folder / "source") as tables:
        for each in planted:
            tables.add(each.dialogue)
    recipe = CorpusRecipe.model_validate(
        {"way": "psydial", "source": str(folder / "source"), "models": {"default": model}}
    )
    plan = plan_corpus(recipe, entries_of(recipe, None))
    await make(plan, folder / "made")
    result = Outcome(language)
    pairs: list[tuple[Planted, EntryFile]] = []
    by_id = {each.dialogue.id: each for each in planted}
    for entry in plan.entries:
        done = read_entry(Place(folder / "made"), entry.id)
        source = by_id[given(entry.dialogue).id]
        _count_turns(result, done)
        if done.dialogue is None:
            result.failed.append(f"{entry.id}: {done.failure and done.failure.message}")
            continue
        pairs.append((source, done))
    result.made = len(pairs)
    result.entries = [done for _, done in pairs]
    for source, done in pairs:
        look_for(result, source, done)
    if pairs:
        result.privacy = check_privacy(
            [source.dialogue for source, _ in pairs],
            [d for _, done in pairs if (d := done.dialogue) is not None],
            attributes={s.dialogue.id: tuple(s.attributes.values()) for s, _ in pairs},
            complaints=[
                paper.text
                for _, done in pairs
                if done.dialogue and (paper := done.dialogue.document("complaint"))
            ],
        )
    return result


def _count_turns(result: Outcome, done: EntryFile) -> None:
    for turn in done.trail.turns if done.trail else ():
        rules = {check.rule for check in turn.checks}
        state = "dropped"
        if turn.kept:
            state = "stayed" if "original stays" in rules else "made"
            state = "asked again" if state == "made" and turn.tries > 1 else state
        result.turns[f"{turn.speaker} {state}"] += 1


def look_for(result: Outcome, source: Planted, done: EntryFile) -> None:
    """Every planted thing in all that the new dialogue says, its documents, and its trail.

    An age is looked for where something is said: a trail is full of lengths.
    """
    made = given(done.dialogue)
    texts = [turn.text for turn in made.utterances()]
    texts += [paper.text for paper in made.documents]
    redacted, _ = mask_dialogue(source.dialogue, kinds=frozenset({"name"}))
    baseline = "\n".join(turn.text for turn in redacted.utterances())
    said, whole = "\n".join(texts), done.model_dump_json()
    for kind, word in source.attributes.items():
        result.planted += 1
        result.redacted += holds(baseline, word)
        if holds(said if kind == "age" else whole, word):
            result.left += 1
            result.left_where.append(f"{kind} of {source.dialogue.id}")
    client = [t.text for t in source.dialogue.utterances() if t.speaker == "client"]
    for turn in made.utterances():
        if turn.speaker == "client":
            result.longest = max(result.longest, longest_shared(turn.text, client))


def table(result: Outcome) -> str:
    """The figures of one language."""
    most = LONGEST[result.language]
    unit = "characters" if result.language == "zh" else "words"
    lines = [
        f"{result.language}: {result.made} reconstructed, {len(result.failed)} failed",
        f"  planted identifiers left          {result.left} of {result.planted}",
        f"    with names redacted             {result.redacted} of {result.planted}",
        f"  longest span of a client turn     {result.longest} {unit} (at most {most})",
    ]
    for name, number in sorted(result.turns.items()):
        lines.append(f"  turns, {name:<26} {number}")
    if result.privacy is not None:
        for name, rates in result.privacy.rates.items():
            said = "  ".join(
                f"{who} {rate.value:.2f}"
                + (f" [{rate.low:.2f}, {rate.high:.2f}]" if rate.low is not None else "")
                for who, rate in rates.items()
                if rate.value is not None
            )
            lines.append(f"  {name}: {said}")
    lines += [f"  MISSED: {why}" for why in result.missed]
    return "\n".join(lines)


def masks(language: Language, count: int, seed: int, presidio: bool) -> str:
    """What masking alone leaves of the planted, by kind."""
    ways: dict[str, tuple[frozenset[str], Finder | None]] = {
        "names redacted": (frozenset({"name"}), None),
        "rules": (frozenset(KINDS), None),
    }
    if presidio:
        ways["rules and Presidio"] = (frozenset(KINDS), presidio_finder())
    lines = []
    for name, (kinds, more) in ways.items():
        left: Counter[str] = Counter()
        planted = 0
        for each in planted_dialogues(language, count, seed):
            masked, _ = mask_dialogue(each.dialogue, kinds=kinds, more=more)
            text = "\n".join(turn.text for turn in masked.utterances())
            planted += len(each.attributes)
            left.update(kind for kind, word in each.attributes.items() if holds(text, word))
        by_kind = ", ".join(f"{kind} {n}" for kind, n in sorted(left.items()))
        lines.append(f"{language}, {name}: {left.total()} of {planted} left ({by_kind})")
    return "\n".join(lines)


def main() -> int:
    """Run both languages."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--dialogues", type=int, default=20, help="of each language")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--model", default="offline")
    parser.add_argument("--show", type=int, default=0, help="print so many reconstructions")
    parser.add_argument("--out", type=Path, default=None, help="keep what is made here")
    parser.add_argument("--masks", action="store_true", help="only what masking alone leaves")
    parser.add_argument("--presidio", action="store_true", help="with --masks: ask Presidio too")
    asked = parser.parse_args()
    if asked.masks:
        for language in get_args(Language):
            print(masks(language, asked.dialogues, asked.seed, asked.presidio))
        return 0
    missed = False
    with tempfile.TemporaryDirectory() as scratch:
        for language in get_args(Language):
            folder = (asked.out or Path(scratch)) / language
            result = asyncio.run(
                reconstructed(language, asked.dialogues, asked.seed, folder, asked.model)
            )
            print(table(result))
            missed = missed or bool(result.missed)
            for entry in result.entries[: asked.show]:
                print(f"\n--- {entry.id}")
                for turn in entry.dialogue.utterances() if entry.dialogue else ():
                    print(f"{turn.speaker:>9}: {turn.text}")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
