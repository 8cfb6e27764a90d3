"""The offline counselor understands what the personas and the offline client really say."""

from __future__ import annotations

import re
from random import Random

import pytest

from muspsy_sim.llm.offline.client.material import client_material
from muspsy_sim.llm.offline.counselor import respond
from muspsy_sim.llm.offline.listening import hear
from muspsy_sim.personas.library import load_profile
from muspsy_sim.personas.summaries import list_profiles
from muspsy_sim.records.base import Language
from muspsy_sim.records.profile import Moment
from muspsy_sim.records.views import Line, RespondView

PERSONAS = [each.id for each in list_profiles()]
UNDERSTOOD: dict[Moment, tuple[str, ...]] = {
    "homework_done": ("done", "better"),
    "homework_not_done": ("not_done", "partly"),
}
_NO = re.compile(r"no\b|没(?!想到)", re.IGNORECASE)


@pytest.mark.parametrize("name", PERSONAS)
def test_what_a_persona_says_of_its_homework_is_understood(name: str) -> None:
    """What is not would be asked again in the next breath, as if nothing had been said."""
    profile = load_profile(name)
    for moment, cues in UNDERSTOOD.items():
        for said in profile.temperament.voice.lines.get(moment, []):
            heard = hear(said, profile.language)
            assert heard.shows(*cues) or (moment == "homework_not_done" and _NO.match(said)), said
            if moment == "homework_done":
                assert not heard.shows("not_done"), said


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_wish_to_leave_a_subject_is_heard(language: Language) -> None:
    for said in client_material(language).pools["coda_guarded"].any:
        assert hear(said, language).shows("deflect"), said


def test_a_relative_clause_is_never_given_back() -> None:
    heard = hear("I've got a theory about it, which I realise isn't what you asked.", "en")
    assert heard.clause == "you've got a theory about it"
    assert not heard.phrase.startswith("which")
    heard = hear("Some boater tells me how sorry they are, put it that way.", "en")
    assert heard.clause == "some boater tells you how sorry they are"


@pytest.mark.parametrize(
    ("said", "language"), [("对，是我说的。", "zh"), ("Yeah, I did say that.", "en")]
)
def test_that_something_was_said_is_not_given_back_as_what_was_said(
    said: str, language: Language
) -> None:
    assert hear(said, language).clause == ""


@pytest.mark.parametrize("name", PERSONAS)
def test_what_a_client_made_small_at_intake_is_not_said_to_it(name: str) -> None:
    """An arm that reads the form anew each week would be coded as dismissive for it each week."""
    profile = load_profile(name)
    lines = [Line(id="s0t2", speaker="client", text=profile.presenting_problem)]
    view = RespondView(
        language=profile.language,
        session=None,
        manner="attuned",
        manner_text="",
        intake=lines,
        exchange=1,
        exchanges_left=9,
    )
    for seed in range(40):
        said = respond(view, Random(seed)).text
        assert not re.search(r"you're just|you just|你只是|你不过是", said), said
