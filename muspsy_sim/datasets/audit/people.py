"""Rules over who a corpus is about: personal data, and clients under 18."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from muspsy_sim.datasets.audit.cues import cues_of
from muspsy_sim.datasets.audit.finding import Finding, Rule, found
from muspsy_sim.datasets.personal_data import Finder, Span, personal_spans
from muspsy_sim.records.corpus import Dialogue, Document

PERSONAL = Rule(
    "personal-data",
    "error",
    "privacy",
    "something that could find a person stands in the text",
    "`muspsy mask` puts a placeholder in its place, the same for the same thing",
)
MINOR = Rule(
    "minor",
    "error",
    "privacy",
    "the client is under 18 by its own or its file's word",
    "leave it out, unless you have the right and the reason to keep it",
)
SCHOOL_AGE = Rule(
    "school-age",
    "warning",
    "privacy",
    "the client speaks as a pupil; no age is stated",
    "read it; leave it out where the client is under 18",
)

RULES = (PERSONAL, MINOR, SCHOOL_AGE)

ADULT = 18

_ABOUT_CLIENT = ("user_card", "profile", "intake_form", "case_report")
_AGE = re.compile(
    r"(?:\bage\s*[:：]?\s*\n?\s*|\baged\s+|年龄\s*[\"”]?\s*[:：]\s*[\"“]?)(\d{1,3})\b"
    r"|(?<!\d)(\d{1,3})\s*(?:岁|years?[- ]old|-year-old)",
    re.IGNORECASE,
)


def look(
    dialogue: Dialogue, names: Sequence[str] = (), more: Finder | None = None
) -> Iterator[Finding]:
    """All that these rules find in one dialogue and its documents."""

    def spans(text: str) -> Iterator[Span]:
        yield from personal_spans(text, names)
        if more is not None:
            yield from more(text, dialogue.language or "en")

    for session in dialogue.sessions:
        for number, turn in enumerate(session.utterances, start=1):
            for span in spans(turn.text):
                yield found(
                    PERSONAL,
                    dialogue,
                    f"{span.kind}",
                    # Shown in part: a report of a leak must not be one.
                    _part(turn.text[span.start : span.end]),
                    session=session.number,
                    turn=number,
                    line=turn.line,
                )
    for paper in dialogue.documents:
        for span in spans(paper.text):
            yield found(
                PERSONAL,
                dialogue,
                f"{span.kind}, in the {paper.kind}",
                _part(paper.text[span.start : span.end]),
                session=paper.session,
            )
    yield from _age(dialogue)


def stated_age(paper: Document) -> int | None:
    """The age that a paper about the client states first, in years; None where it states none."""
    match = _AGE.search(paper.text)
    return int(match[1] or match[2]) if match else None


def _age(dialogue: Dialogue) -> Iterator[Finding]:
    for paper in dialogue.documents:
        if paper.kind in _ABOUT_CLIENT:
            age = stated_age(paper)
            if age is not None and age < ADULT:
                yield found(MINOR, dialogue, f"{age} years, by the {paper.kind}")
                return
    cues = cues_of(dialogue.language)
    texts = [d.text for d in dialogue.documents if d.kind == "complaint"]
    texts += [turn.text for turn in dialogue.utterances() if turn.speaker == "client"]
    pupil = ""
    for text in texts:
        said = cues.own_age.search(text)
        if said and int(said[1]) < ADULT:
            yield found(MINOR, dialogue, f"{said[1]} years, by the client's own word", text)
            return
        pupil = pupil or (text if cues.school_age.search(text) else "")
    if pupil:
        yield found(SCHOOL_AGE, dialogue, "the client speaks as a pupil", pupil)


def _part(text: str) -> str:
    return text[:2] + "*" * max(1, len(text) - 3) + text[-1:]
