"""A sentence of a report as its client would say it: begun, closed, and whose its subject is."""

from __future__ import annotations

from dataclasses import dataclass

from muspsy_sim.records.base import Language


@dataclass(frozen=True, slots=True)
class Turned:
    """A sentence as the client would say it."""

    text: str
    subjectless: bool = False
    """It leaves its subject out, so that only what stands before it tells who is meant."""


def whole(text: str, language: Language) -> str:
    """Begun in capitals and closed, as a sentence is spoken."""
    text = " ".join(text.split()) if language == "en" else text.strip()
    text = text.rstrip("；;，,：: ")
    text = text[0].upper() + text[1:]
    if text.rstrip("\"”’')」")[-1:] not in ".!?。！？…":
        text += "." if language == "en" else "。"
    return text
