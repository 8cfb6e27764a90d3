"""Reply cases: a recorded history that ends on the client, and the reply that was given.

PsyDial's D101 publishes them so; of a whole dialogue every counselor turn that answers a client is
one, with all before it as its history. Who said a turn is read from its role, never from its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from muspsy_sim.formats.corpora.catalogue import format_named
from muspsy_sim.formats.corpora.files import read_corpus
from muspsy_sim.records.base import Language, Record
from muspsy_sim.records.corpus import Dialogue, Utterance
from muspsy_sim.records.errors import FormatError, Problem
from muspsy_sim.records.views import Line


class ReplyCase(Record):
    """One history, and what was really said next. `dialogue`: what cases of one talk share."""

    id: str
    dialogue: str
    file: str
    language: Language
    history: list[Line]
    gold: str


@dataclass(slots=True)
class Read:
    """What a path held: cases, what was odd in its files, and turns that make none, by reason."""

    cases: list[ReplyCase] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)

    def leave_out(self, reason: str) -> None:
        """Count a turn that makes no case."""
        self.left_out[reason] = self.left_out.get(reason, 0) + 1


def read_cases(path: Path, form: str | None, limit: int | None = None) -> Read:
    """The cases at a path, in the order of its files; at most `limit` where given.

    `form` names a published format, `None` has each file sniffed. What can't be read is told in
    `problems` and the rest is read. Raises `FormatError` where nothing is there, the format is not
    known, or no case is found.
    """
    read = Read()
    seen: dict[str, int] = {}
    for found in read_corpus(path, format_named(form) if form is not None else None):
        if isinstance(found, Problem):
            read.problems.append(found)
            continue
        name = f"{found.file}/{found.id}" if found.file else found.id
        # Some corpora number their entries anew in each file.
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            name = f"{name}~{seen[name]}"
        read.cases += cases_of(found, name, read)
        if limit is not None and len(read.cases) >= limit:
            read.cases = read.cases[:limit]
            break
    if not read.cases:
        why = "; ".join(f"{n} × {reason}" for reason, n in sorted(read.left_out.items()))
        raise FormatError(
            "there is no turn to reply to" + (f" ({why})" if why else ""),
            file=path,
            hint="a case needs a client's turn and the counselor's reply to it",
            others=read.problems[:5],
        )
    return read


def cases_of(dialogue: Dialogue, name: str, read: Read) -> Iterator[ReplyCase]:
    """The cases of one dialogue; turns that make none are counted in `read`."""
    if dialogue.language is None:
        read.leave_out("no text to tell the language by")
        return
    golden = dialogue.document("golden")
    said = [u for u in dialogue.utterances() if u.text.strip()]
    if golden is not None:
        why = _unfit(said)
        if why or not golden.text.strip():
            read.leave_out(why or "the golden reply is empty")
            return
        yield _case(dialogue, dialogue.language, name, name, said, golden.text)
        return
    for at, utterance in enumerate(said):
        if utterance.speaker != "counselor":
            continue
        if at and said[at - 1].speaker == "counselor":
            continue  # It goes on from the turn before, which answered.
        why = _unfit(said[:at])
        if why:
            read.leave_out(why)
            continue
        gold = "\n".join(_run(said[at:]))
        yield _case(dialogue, dialogue.language, f"{name}#{at + 1}", name, said[:at], gold)


def _run(said: Sequence[Utterance]) -> Iterator[str]:
    for utterance in said:
        if utterance.speaker != "counselor":
            return
        yield utterance.text.strip()


def _unfit(history: Sequence[Utterance]) -> str:
    """Why a history makes no case; empty where it does."""
    if not history:
        return "nothing was said before"
    if history[-1].speaker != "client":
        return "the turn before is not the client's"
    if any(u.speaker == "other" for u in history):
        return "somebody else speaks in the history"
    return ""


def _case(
    dialogue: Dialogue,
    language: Language,
    case: str,
    name: str,
    history: Sequence[Utterance],
    gold: str,
) -> ReplyCase:
    return ReplyCase(
        id=case,
        dialogue=name,
        file=dialogue.file,
        language=language,
        history=list(_lines(history)),
        gold=gold.strip(),
    )


def _lines(history: Iterable[Utterance]) -> Iterator[Line]:
    """Turns as lines; what one said twice in a row is one, since many chat templates refuse two."""
    for number, (speaker, turns) in enumerate(groupby(history, lambda u: u.speaker), start=1):
        if speaker != "other":
            text = "\n".join(turn.text.strip() for turn in turns)
            yield Line(id=f"t{number}", speaker=speaker, text=text)
