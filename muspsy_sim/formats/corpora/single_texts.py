"""Published texts without a dialogue: MusPsy's raw case reports, SimPsyDial's complaints."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import JsonValue

from muspsy_sim.formats.corpora.building import Draft, built, each_object
from muspsy_sim.formats.corpora.json_stream import entries
from muspsy_sim.formats.corpora.json_value import Entry
from muspsy_sim.formats.corpora.shape import CorpusFile, Format, Found, Holds, Sample
from muspsy_sim.records.corpus import Dialogue, Document
from muspsy_sim.records.errors import Problem


def read_reports(file: CorpusFile) -> Iterator[Found]:
    """A report an object, under `text`."""

    def build(entry: Entry, value: dict[str, object]) -> Iterator[Found]:
        draft = Draft(file, entry, "muspsy-report")
        draft.texts(value, {"text": "case_report"})
        draft.rest(value, ["text"])
        yield from draft.whole()

    return each_object(file, "a case report", build)


def encode_report(dialogue: Dialogue) -> JsonValue:
    """The object as published."""
    report = dialogue.document("case_report")
    first: dict[str, JsonValue] = {} if report is None else {"text": report.text}
    return {**first, **dialogue.extra}


def read_complaints(file: CorpusFile) -> Iterator[Found]:
    """A complaint an element of a list of texts."""

    def build(entry: Entry) -> Iterator[Found]:
        draft = Draft(file, entry, "simpsydial-profile")
        if isinstance(entry.value, str):
            draft.documents.append(Document(kind="complaint", text=entry.value))
            yield from draft.whole()
        else:
            yield file.odd(f"entry {entry.number} is no text; it is left out", entry.line)

    for entry in entries(file):
        if isinstance(entry, Problem):
            yield entry
        else:
            yield from built(file, entry, build)


def encode_complaint(dialogue: Dialogue) -> JsonValue:
    """The text as published."""
    found = dialogue.document("complaint")
    return "" if found is None else found.text


def _is_report(sample: Sample) -> bool:
    return isinstance(sample.first, dict) and isinstance(sample.first.get("text"), str)


def _is_complaint(sample: Sample) -> bool:
    return isinstance(sample.first, str)


REPORT = Format(
    name="muspsy-report",
    about="MusPsy's raw case reports: JSON lines, each with a text",
    layout="list",
    sniff=_is_report,
    read=read_reports,
    encode=encode_report,
    holds=Holds(frozenset({"extra"}), frozenset({"case_report"}), dialogue=False),
)
COMPLAINT = Format(
    name="simpsydial-profile",
    about="SimPsyDial's client profiles: a JSON list of complaints",
    layout="list",
    sniff=_is_complaint,
    read=read_complaints,
    encode=encode_complaint,
    holds=Holds(frozenset(), frozenset({"complaint"}), dialogue=False),
)
