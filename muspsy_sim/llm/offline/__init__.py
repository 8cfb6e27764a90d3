"""`offline`, the embedded default: no key, no network, no download.

It answers each named prompt from the prompt's view alone and hand-written sentence material in
`agents/*/offline/`, seeded by the request. It exists to try, test and teach; every record it
touches says so.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from random import Random
from typing import Any

from muspsy_sim.llm.seam import ModelFailure, Reply, Request
from muspsy_sim.records.base import Record

_ANSWERS: dict[str, tuple[str, str]] = {
    "client.speak": ("client", "speak"),
    "client.reflect": ("client", "reflect"),
    "appraiser.appraise": ("appraiser", "appraise"),
    "counselor.respond": ("counselor", "respond"),
    "counselor.bare": ("counselor", "bare"),
    "counselor.reply": ("counselor", "reply"),
    "counselor.plan_turn": ("counselor", "plan_turn"),
    "counselor.remember": ("counselor", "remember"),
    "counselor.plan_next": ("counselor", "plan_next"),
    "annotator.extract": ("annotator.extract", "extract"),
    "muspsy.cards": ("corpora.muspsy", "cards"),
    "muspsy.draft": ("corpora.muspsy", "draft"),
    "muspsy.expand": ("corpora.muspsy", "expand"),
    "cactus.technique": ("corpora.cactus", "technique"),
    "cactus.whole": ("corpora.cactus", "whole"),
    "cpsycoun.note": ("corpora.cpsycoun", "note"),
    "cpsycoun.staged": ("corpora.cpsycoun", "staged"),
    "smile.answer": ("corpora.smile", "answer"),
    "smile.rewrite": ("corpora.smile", "rewrite"),
    "simpsydial.client": ("corpora.simpsydial", "client"),
    "simpsydial.counselor": ("corpora.simpsydial", "counselor"),
    "psydial.summarize": ("corpora.psydial", "summarize"),
    "psydial.reconstruct": ("corpora.psydial", "reconstruct"),
    "psydial.refine": ("corpora.psydial", "refine"),
    "psydial.verdict": ("corpora.psydial", "verdict"),
    "psy-insight.labels": ("corpora.psy_insight", "labels"),
    "psy-insight.session": ("corpora.psy_insight", "session"),
    "judge.rate": ("judge", "rate"),
    "judge.compare": ("judge.comparing", "compare"),
    "annotator.bands": ("annotator.bands", "bands"),
}


class OfflineModel:
    """Answers every named prompt of the project; a prompt it does not know is a `bad_request`."""

    name = "offline"

    async def reply(self, request: Request) -> Reply:
        """Answer from the request's view and seed, as JSON or, for a plain prompt, as text."""
        answer = offline_answer(request.key.prompt, request.view, Random(request.seed))
        # A plain prompt is answered in text, not in JSON, and becomes the answer's only field.
        plain = request.schema is None
        return Reply(text=str(answer.model_dump()["text"]) if plain else answer.model_dump_json())


def offline_answer(prompt: str, view: Record, rng: Random) -> Record:
    """The offline answer to one named prompt. Raises `ModelFailure` for an unknown prompt.

    What follows a colon in a prompt's name says what it is asked about, not what is asked.
    """
    kind = prompt.partition(":")[0]
    if kind not in _ANSWERS:
        raise ModelFailure("bad_request", f"offline has no answer to the prompt {prompt!r}")
    module, name = _ANSWERS[kind]
    speak: Callable[[Any, Random], Record] = getattr(
        import_module(f"muspsy_sim.llm.offline.{module}"), name
    )
    return speak(view, rng)
