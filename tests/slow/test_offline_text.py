"""Offline text worth reading: the figures that it is held to, over the demo and over every client.

The measures, with their tokenizers, are in `tests/offline_text.py`; `python -m tests.offline_text`
prints them all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import pytest

from muspsy_sim.records.episode import Episode
from tests import offline_text as text

REMEMBERS = ("full", "neutral", "dismissive", "advice-only")
FORGETS = ("no-memory", "neither")
SESSIONS = 6


@pytest.fixture(scope="module", params=["demo", "grid"])
def courses(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> object:
    make: Callable[[Path], list[Episode]] = {"demo": text.demo, "grid": text.grid}[request.param]
    return make(tmp_path_factory.mktemp(request.param))


Courses = Sequence[Episode]


@pytest.mark.parametrize("side", text.SIDES)
def test_no_sentence_comes_back_within_a_session(courses: Courses, side: str) -> None:
    assert [x for e in courses for x in text.returning(e, side)] == []


@pytest.mark.parametrize("side", text.SIDES)
def test_half_of_all_bigrams_are_new(courses: Courses, side: str) -> None:
    found = {e.id: d for e in courses if (d := text.distinct_2(e, side)) is not None}
    assert len(found) == len(courses)
    assert {x: d for x, d in found.items() if d < 0.5} == {}


def test_no_two_clients_share_more_than_a_tenth_of_their_5grams(courses: Courses) -> None:
    shared = text.shared_5grams(text.by(courses, "persona"))
    assert shared
    assert {pair: round(x, 3) for pair, x in shared.items() if x > 0.1} == {}


def test_no_template_mark_empty_slot_or_word_of_another_language(courses: Courses) -> None:
    assert [x for e in courses for x in text.broken(e)] == []


def test_turns_are_as_long_as_the_client_is_talkative(courses: Courses) -> None:
    medians = {p: median(text.lengths(es)) for p, es in text.by(courses, "persona").items()}
    assert {p: m for p, m in medians.items() if not 6 <= m <= 20} == {}
    for language, es in text.by(courses, "language").items():
        talk = {e.persona: e.profile.temperament.talkativeness for e in es}
        quiet, loud = min(talk, key=talk.__getitem__), max(talk, key=talk.__getitem__)
        assert medians[quiet] < medians[loud] or len(talk) < 3, language


def test_few_answers_are_minimal_and_few_open_with_agreement(courses: Courses) -> None:
    for group in ("arm", "language"):
        for name, es in text.by(courses, group).items():
            assert 0.04 <= text.minimal_share(es) <= 0.2, name
            assert 0.1 <= text.agreement_share(es) <= 0.25, name


def test_the_counselor_answers_what_was_just_said(courses: Courses) -> None:
    for arm in ("full", "no-memory", "neither", "nodding"):
        es = text.by(courses, "arm").get(arm)
        if es:
            now, elsewhere = text.uptake(es), text.uptake(es, 2)
            # A lower bound: who meets what was told in words of its own shares none with it.
            assert now > 0.2, arm
            assert now > 2.5 * elsewhere, arm


def test_homework_is_asked_about_where_it_is_remembered_and_nowhere_else(courses: Courses) -> None:
    for arm, es in text.by(courses, "arm").items():
        asked, owed = text.homework_asked(es)
        if arm in REMEMBERS:
            assert owed
            assert asked == owed, arm
        if arm in FORGETS:
            assert owed
            assert asked == 0, arm
            assert text.reminders(es) == []


def test_in_the_last_hour_nobody_speaks_of_a_next_one(courses: Courses) -> None:
    assert text.lasting_farewells(courses, SESSIONS) == []


def test_the_measures_can_fail(courses: Courses) -> None:
    """A course spoiled on purpose is found out."""
    spoiled = courses[0].model_copy(deep=True)
    said = [t for t in spoiled.sessions[0].turns if t.speaker == "client"]
    said[1].text = said[2].text = "I have said this {clause} before, and  I say it again."
    assert text.returning(spoiled, "client")
    assert text.broken(spoiled)
    said[1].text = "他说 whatever 都行" if spoiled.language == "zh" else "It was 什么 like that."
    said[2].text = "Fine."
    assert text.broken(spoiled)
    for turn in said:
        turn.text = "yes it is what it is and that is what it is"
    only = spoiled.model_copy(update={"sessions": spoiled.sessions[:1]})
    assert text.agreement_share([only]) == 1 or spoiled.language == "zh"
    assert (text.distinct_2(only, "client") or 0) < 0.5
