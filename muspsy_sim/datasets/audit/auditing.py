"""A corpus read once and asked by every rule; findings come as they are found.

What a rule over the whole corpus knows only at the end comes last. Memory grows by a few hundred
bytes a dialogue, not with its text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from muspsy_sim.datasets.audit import corpus, courses, people, training, turns
from muspsy_sim.datasets.audit.finding import SEVERITIES, Finding, Rule
from muspsy_sim.datasets.audit.together import Clients
from muspsy_sim.datasets.corpora.opening import open_corpus
from muspsy_sim.datasets.personal_data import Finder
from muspsy_sim.records.corpus import Dialogue
from muspsy_sim.records.errors import Problem

UNREADABLE = Rule(
    "unreadable",
    "error",
    "format",
    "a file, or a part of one, cannot be read",
    "get the file again, or leave it out",
)
ODD_FILE = Rule(
    "odd-file",
    "note",
    "format",
    "something in a file is not as its format says",
    "look at the place; it was read as it stands",
)

RULES: tuple[Rule, ...] = (
    UNREADABLE,
    ODD_FILE,
    *turns.RULES,
    *courses.RULES,
    *training.RULES,
    *people.RULES,
    *corpus.RULES,
)
"""Every rule, in the order in which a report names them."""

SHOWN = 5
"""Findings of a rule that are kept for a report; all are told as they come."""

_LOST = (
    "is empty",
    "is not",
    "cannot be",
    "cut off",
    "no format",
    "left out",
    "no such",
    "is larger",
)


@dataclass(slots=True)
class Audit:
    """What an audit found: counts, the first findings of each rule, and what was looked at."""

    dialogues: int = 0
    turns: int = 0
    formats: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    """Findings by rule."""
    touched: Counter[str] = field(default_factory=Counter)
    """Dialogues (or files) with at least one finding, by rule."""
    first: dict[str, list[Finding]] = field(default_factory=dict)
    _last: dict[str, tuple[str, str]] = field(default_factory=dict)

    def add(self, finding: Finding) -> None:
        """Count a finding, and keep the first of its rule."""
        rule = finding.rule.name
        self.counts[rule] += 1
        where = (finding.file, finding.dialogue)
        if self._last.get(rule) != where:
            self._last[rule] = where
            self.touched[rule] += 1
        kept = self.first.setdefault(rule, [])
        if len(kept) < SHOWN:
            kept.append(finding)

    def rules(self) -> list[Rule]:
        """The rules that found something, the worst first."""
        found = [rule for rule in RULES if self.counts[rule.name]]
        return sorted(found, key=lambda rule: SEVERITIES.index(rule.severity))

    def as_json(self) -> dict[str, object]:
        """Counts by rule, for a machine."""
        return {
            "dialogues": self.dialogues,
            "turns": self.turns,
            "formats": dict(sorted(self.formats.items())),
            "rules": {
                rule.name: {
                    "severity": rule.severity,
                    "kind": rule.kind,
                    "findings": self.counts[rule.name],
                    "dialogues": self.touched[rule.name],
                }
                for rule in self.rules()
            },
        }


def audit_corpus(
    path: str | Path,
    *,
    form: str | None = None,
    names: Sequence[str] = (),
    more_personal: Finder | None = None,
    tell: Callable[[Finding], None] = lambda _: None,
    pulse: Callable[[int], None] = lambda _: None,
) -> Audit:
    """Audit a corpus, a run or canonical tables.

    `names` are looked for as personal data, and what `more_personal` finds is added. `tell` gets
    each finding, `pulse` the count so far.

    Raises:
        FormatError: there is nothing there, or the format is not known.
    """
    return audit_found(
        open_corpus(path, form),
        Path(path),
        known=_speakers(path, form),
        names=names,
        more_personal=more_personal,
        tell=tell,
        pulse=pulse,
    )


def audit_found(
    dialogues: Iterable[Dialogue | Problem],
    base: Path,
    *,
    known: training.Speakers | None = None,
    names: Sequence[str] = (),
    more_personal: Finder | None = None,
    tell: Callable[[Finding], None] = lambda _: None,
    pulse: Callable[[int], None] = lambda _: None,
) -> Audit:
    """Audit dialogues as they come; places are told from `base`. See `audit_corpus`."""
    result = Audit()
    known = training.Speakers() if known is None else known
    whole = corpus.WholeCorpus()
    clients = Clients()

    def add(findings: Iterator[Finding]) -> None:
        for finding in findings:
            result.add(finding)
            tell(finding)

    for found in dialogues:
        if isinstance(found, Problem):
            add(iter([_of_problem(found, base)]))
            continue
        result.dialogues += 1
        result.turns += sum(len(session.utterances) for session in found.sessions)
        result.formats[found.format] += 1
        add(look(found, known, names, more_personal))
        add(whole.look(found))
        add(clients.look(found))
        pulse(result.dialogues)
    add(whole.end())
    return result


def look(
    dialogue: Dialogue,
    known: training.Speakers,
    names: Sequence[str] = (),
    more_personal: Finder | None = None,
) -> Iterator[Finding]:
    """What all rules over one dialogue find in it."""
    if dialogue.format == training.TRAIN:
        # A row is a part of a session: its order and its end say nothing by themselves.
        yield from training.look(dialogue, known)
    else:
        yield from turns.look(dialogue)
        yield from courses.look(dialogue)
    yield from people.look(dialogue, names, more_personal)


def _speakers(path: str | Path, form: str | None) -> training.Speakers:
    """Who said what in the transcripts; only corpora of training rows are read twice for it."""
    if form is not None and form != training.TRAIN:
        return training.Speakers()
    first = next((d for d in open_corpus(path, form) if isinstance(d, Dialogue)), None)
    if first is None or not (first.format == training.TRAIN or Path(path).is_dir()):
        return training.Speakers()
    if not _holds_rows(Path(path), first):
        return training.Speakers()
    return training.speakers_of(d for d in open_corpus(path, form) if isinstance(d, Dialogue))


def _holds_rows(path: Path, first: Dialogue) -> bool:
    """Whether training rows are among what is audited: by the first dialogue, or a file's name."""
    return first.format == training.TRAIN or any(
        True for file in path.rglob("*task*") if file.suffix in (".json", ".jsonl", ".parquet")
    )


def _of_problem(problem: Problem, base: Path) -> Finding:
    file = Path(problem.file) if problem.file is not None else base
    name = str(file.relative_to(base)) if base.is_dir() and file.is_relative_to(base) else file.name
    lost = any(part in problem.message for part in _LOST)
    place = f"{problem.field}: " if problem.field else ""
    return Finding(
        UNREADABLE if lost and not problem.field else ODD_FILE,
        "",
        name,
        problem.line,
        f"{place}{problem.message}",
    )
