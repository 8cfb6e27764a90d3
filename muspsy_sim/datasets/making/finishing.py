"""What a made corpus is read by: canonical tables, a manifest, trails, and a published format.

Tables hold the dialogues that were made; failures stand in the manifest with their reasons. What
`offline` wrote is marked, and is published only where that is allowed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from muspsy_sim.datasets.corpora.published import write_published
from muspsy_sim.datasets.corpora.tables import TABLES, CorpusTables
from muspsy_sim.datasets.making.planning import Plan
from muspsy_sim.datasets.making.record import EntryFile
from muspsy_sim.datasets.making.store import Place, read_entry
from muspsy_sim.datasets.writing import MANIFEST, RowFile, staged, write_json, write_text
from muspsy_sim.formats.corpora.catalogue import format_named
from muspsy_sim.formats.corpora.shape import Format
from muspsy_sim.formats.corpora.writing import Written
from muspsy_sim.records.errors import ExportError
from muspsy_sim.runs.provenance import code_version

TRAILS = "trails.jsonl"


@dataclass(slots=True)
class Finished:
    """What stands in the folder now."""

    folder: Path
    dialogues: int = 0
    turns: int = 0
    failures: list[tuple[str, str]] = field(default_factory=list)
    owed: int = 0
    languages: Counter[str] = field(default_factory=Counter)
    checks: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)


def finish(plan: Plan, folder: Path) -> Finished:
    """Write tables, manifest and trails of what is whole, over those that were there.

    Raises `ExportError` without pyarrow, `StorageError` when the disk refuses.
    """
    place = Place(folder)
    done = Finished(folder)
    trails = RowFile(folder / TRAILS, array=False)
    with CorpusTables(folder) as tables:
        for entry in _whole(place, plan, done):
            for check in entry.checks:
                done.checks[check.rule] += 1
                done.broken[check.rule] += not check.kept
            if entry.trail is not None:
                trails.add({"entry": entry.id, **entry.trail.model_dump(mode="json")})
            if entry.failure is not None:
                done.failures.append((entry.id, f"{entry.failure.kind}: {entry.failure.message}"))
            if entry.dialogue is not None:
                tables.add(entry.dialogue)
                done.dialogues += 1
                done.turns += sum(1 for _ in entry.dialogue.utterances())
                done.languages[entry.dialogue.language or "unknown"] += 1
    trails.close()
    if not trails.rows:
        (folder / TRAILS).unlink(missing_ok=True)
    write_json(folder / MANIFEST, _manifest(plan, done))
    write_text(folder / "README.md", _readme(plan, done))
    return done


@dataclass(frozen=True, slots=True)
class Published:
    """Where a corpus was written in a published format, and what that has no place for."""

    folder: Path
    written: Written


def publishable(plan: Plan, folder: Path, to: str, *, allow_offline: bool = False) -> Format:
    """The format named, where a plan may be published in it: asked before anything is made.

    Raises:
        ExportError: `offline` writes in it and is not allowed.
        FormatError: there is no such format.
    """
    form = format_named(to)
    if plan.offline and not allow_offline:
        raise ExportError(
            f"the offline default speaks here ({', '.join(plan.offline)}): not for training",
            file=folder,
            hint="make it, and what it starts from, with a model; or add --allow-offline to "
            "look at the format",
        )
    return form


def publish(plan: Plan, folder: Path, to: str, *, allow_offline: bool = False) -> Published:
    """Write what was made in a published format, below `exports/` of the corpus.

    Raises:
        ExportError: `offline` wrote in it and is not allowed, or something else stands there.
        FormatError: there is no such format.
    """
    form = publishable(plan, folder, to, allow_offline=allow_offline)
    place, target = Place(folder), folder / "exports" / to
    with staged(target) as out:
        entries = _whole(place, plan, Finished(folder))
        dialogues = (e.dialogue for e in entries if e.dialogue is not None)
        written = write_published(out, form, dialogues, lambda: plan.offline, simulated=True)
    return Published(target, written)


def _whole(place: Place, plan: Plan, done: Finished) -> Iterator[EntryFile]:
    for planned in plan.entries:
        if place.entry_file(planned.id).exists():
            yield read_entry(place, planned.id)
        else:
            done.owed += 1


def _manifest(plan: Plan, done: Finished) -> dict[str, object]:
    return {
        "kind": "corpus",
        "way": plan.way.name,
        "tables": [*TABLES],
        "dialogues": done.dialogues,
        "turns": done.turns,
        "languages": dict(sorted(done.languages.items())),
        "failures": [{"entry": name, "reason": why} for name, why in done.failures],
        "owed": done.owed,
        "models": plan.models,
        "offline": plan.offline,
        "recipe": plan.hash,
        "prompts": plan.prompts,
        "schemas": plan.schemas,
        "content": plan.content,
        "checks": {
            rule: {"held": number, "broken": done.broken[rule]}
            for rule, number in sorted(done.checks.items())
        },
        "code_version": code_version(),
    }


def _readme(plan: Plan, done: Finished) -> str:
    lines = [
        f"# {done.dialogues} dialogues made in {plan.way.name}'s way",
        "",
        "Simulated clients; a program wrote every word. Nothing here is medical advice.",
        "",
    ]
    if plan.offline:
        lines += [
            f"The offline default spoke here ({', '.join(plan.offline)}): do not train on this.",
            "",
        ]
    if done.failures:
        lines += ["Entries without a dialogue:", ""]
        lines += [f"- {name}: {why}" for name, why in done.failures]
    return "\n".join(lines).rstrip() + "\n"
