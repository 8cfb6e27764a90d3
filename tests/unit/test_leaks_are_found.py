"""A leak of each kind, planted on purpose, is found; and without one nothing is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from muspsy_sim.agents.appraiser import acting as appraiser_acting
from muspsy_sim.agents.client import acting as client_acting
from muspsy_sim.agents.counselor import acting as counselor_acting
from muspsy_sim.agents.counselor import view as counselor_view
from muspsy_sim.graphs.spec import arm_names
from muspsy_sim.llm.offline import OfflineModel
from muspsy_sim.personas.library import load_profile
from muspsy_sim.records.episode import Episode
from muspsy_sim.records.values import made
from muspsy_sim.records.views import AppraiseView, Line, UnlockedFact
from tests.fakes import FakeModel
from tests.leaks import Leak, Spy, leaks, marked
from tests.unit.courses import PERSONA, ran


def watched(folder: Path, arm: str = "full", **settings: Any) -> tuple[Episode, list[Leak]]:
    spy = Spy(FakeModel())
    (episode,) = ran(folder, spy, profiles=[marked(load_profile(PERSONA))], arms=[arm], **settings)
    return episode, leaks(episode, spy.requests)


BY_WIRING = ["full", "no-memory", "no-planning", "neither", "last-note", "bare"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arm", "intake"),
    [(arm, "none") for arm in BY_WIRING] + [(arm, "full") for arm in arm_names()],
)
def test_nothing_leaks(tmp_path: Path, arm: str, intake: str) -> None:
    _, found = watched(tmp_path, arm, intake=intake)
    assert found == []


@pytest.mark.slow
@pytest.mark.parametrize("arm", arm_names())
@pytest.mark.parametrize("persona", [PERSONA, "zh-lu-xiaowen"])
def test_nothing_leaks_where_every_arm_speaks_with_the_offline_words(
    tmp_path: Path, arm: str, persona: str
) -> None:
    spy = Spy(OfflineModel())
    profiles = [marked(load_profile(persona))]
    (episode,) = ran(tmp_path, spy, profiles=profiles, arms=[arm], monitoring="scores")
    assert leaks(episode, spy.requests) == []
    assert episode.end.complete
    assert bool([t for s in episode.sessions for t in s.turns]) == (arm != "waitlist")


def plant(
    monkeypatch: pytest.MonkeyPatch, place: Any, name: str, change: Callable[..., Any]
) -> None:
    """Let the function `name` build its view and then change it, as a careless edit would."""
    real = getattr(place, name)

    def leaking(*args: Any, **kwargs: Any) -> Any:
        return change(real(*args, **kwargs), *args)

    monkeypatch.setattr(place, name, leaking)


@pytest.mark.slow
def test_a_locked_fact_in_the_clients_view_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change(view: Any, state: Any, profile: Any, *_: Any) -> Any:
        last = next(f for f in profile.facts if f.sensitivity == 3)
        extra = UnlockedFact(id=last.id, topic=last.topic, text=last.text)
        return view.model_copy(update={"unlocked": [*view.unlocked, extra]})

    plant(monkeypatch, client_acting, "speak_view", change)
    assert "locked" in watched(tmp_path)[1][0].why


@pytest.mark.slow
def test_a_locked_belief_in_the_clients_view_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change(view: Any, state: Any, profile: Any, *_: Any) -> Any:
        said = [b.belief for b in profile.formulation.core_beliefs]
        return view.model_copy(update={"beliefs": said})

    plant(monkeypatch, client_acting, "speak_view", change)
    assert any("belief is locked" in leak.why for leak in watched(tmp_path)[1])


@pytest.mark.slow
def test_the_arc_in_a_responsive_clients_view_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change(view: Any, *_: Any) -> Any:
        return view.model_copy(update={"arc": "she feels better zqxarc1"})

    plant(monkeypatch, client_acting, "speak_view", change)
    assert any("arc" in leak.why for leak in watched(tmp_path)[1])


@pytest.mark.slow
def test_the_counselors_note_in_the_clients_view_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change(view: Any, *_: Any) -> Any:
        return view.model_copy(update={"memories": ["zqxnote1"]})

    plant(monkeypatch, client_acting, "speak_view", change)
    assert any("counselor's own" in leak.why for leak in watched(tmp_path)[1])


@pytest.mark.slow
def test_a_hidden_fact_in_the_counselors_view_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change(view: Any, course: Any, *_: Any) -> Any:
        told = course.client.profile.facts[-1].text
        return view.model_copy(update={"intake": [Line(id="s0t9", speaker="client", text=told)]})

    plant(monkeypatch, counselor_view, "respond_view", change)
    assert any("never told" in leak.why for leak in watched(tmp_path)[1])


@pytest.mark.slow
def test_private_reasoning_in_a_view_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change(view: Any, course: Any, *_: Any) -> Any:
        lines = [
            Line(id=t.id, speaker=t.speaker, text=f"{t.text} {t.reasoning}")
            for t in course.now.turns
        ]
        return view.model_copy(update={"dialogue": lines})

    plant(monkeypatch, counselor_view, "respond_view", change)
    assert any("thinks aloud" in leak.why for leak in watched(tmp_path)[1])


@pytest.mark.slow
def test_a_plan_in_the_appraisers_view_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leaking(record: type[AppraiseView], given: dict[str, Any]) -> AppraiseView:
        planned = Line(id="s1t0", speaker="client", text="zqxturnplan1")
        return made(record, {**given, "dialogue": [planned, *given["dialogue"]]})

    monkeypatch.setattr(appraiser_acting, "made", leaking)
    assert any("appraiser" in leak.why for leak in watched(tmp_path)[1])


@pytest.mark.slow
def test_an_earlier_session_reaching_a_counselor_without_memory_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change(view: Any, course: Any, *_: Any) -> Any:
        past = [
            Line(id=t.id, speaker=t.speaker, text=t.text) for s in course.sessions for t in s.turns
        ]
        return view.model_copy(update={"dialogue": past + view.dialogue})

    plant(monkeypatch, counselor_view, "respond_view", change)
    found = watched(tmp_path, "no-memory")[1]
    assert any("did not hear" in leak.why for leak in found)
    assert watched(tmp_path / "full", "full")[1] == []


@pytest.mark.slow
def test_a_plan_made_from_a_session_without_memory_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change(view: Any, side: Any, schedule: Any, session: Any, notes: Any, dialogue: Any) -> Any:
        return view.model_copy(update={"dialogue": dialogue})

    plant(monkeypatch, counselor_view, "plan_next_view", change)
    assert any("did not hear" in leak.why for leak in watched(tmp_path, "no-memory")[1])


@pytest.mark.slow
@pytest.mark.parametrize("part", ["its note", "its words"])
def test_an_earlier_session_reaching_a_sham_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    def change(view: Any, course: Any, *_: Any) -> Any:
        if not course.sessions:
            return view
        last = course.sessions[-1]
        lines = [Line(id=t.id, speaker=t.speaker, text=t.text) for t in last.turns]
        note = counselor_view.noted(last.note)
        words = note.model_copy(update={"statements": [], "lines": lines})
        return view.model_copy(update={"recalled": [note if part == "its note" else words]})

    plant(monkeypatch, counselor_view, "respond_view", change)
    found = watched(tmp_path, "sham-recall")[1]
    assert any(("not its own" if part == "its note" else "did not hear") in f.why for f in found)
    assert watched(tmp_path / "full", "full")[1] == []


@pytest.mark.slow
def test_a_sham_that_keeps_its_notes_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The one line that would undo it: the notes kept on the counselor's side, and recalled.
    monkeypatch.setattr(counselor_acting, "keep_note", lambda side, note: side.notes.append(note))
    real = counselor_view.recall

    def recall(side: Any, budget: int, **more: Any) -> Any:
        return [counselor_view.noted(n) for n in side.notes] or real(side, budget, **more)

    monkeypatch.setattr(counselor_view, "recall", recall)
    assert watched(tmp_path, "sham-recall")[1] != []


@pytest.mark.slow
def test_notes_on_others_that_keep_a_word_of_ones_own_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert watched(tmp_path / "whole", "scrambled-recall")[1] == []
    monkeypatch.setattr(counselor_acting, "scrambled", lambda note, *_: note)
    found = watched(tmp_path / "broken", "scrambled-recall")[1]
    assert any("not its own" in leak.why for leak in found)


@pytest.mark.slow
@pytest.mark.parametrize("arm", ["no-memory", "neither", "sham-recall"])
def test_no_prompt_without_memory_counts_the_sessions(tmp_path: Path, arm: str) -> None:
    spy = Spy(FakeModel())
    ran(tmp_path, spy, arms=[arm], intake="none")
    told = {"counselor.respond", "counselor.plan_turn"}
    shown = [r for r in spy.requests if r.key.prompt in told and r.key.session > 1]
    assert len(shown) > 5
    for request in shown:
        prompt = "\n".join(m.content for m in request.messages)
        assert f"s{request.key.session}t" not in prompt
        assert "This is session" not in prompt


@pytest.mark.slow
def test_a_plan_that_was_thrown_away_reaches_no_prompt(tmp_path: Path) -> None:
    spy = Spy(FakeModel())
    (episode,) = ran(tmp_path, spy, arms=["random-plan"])
    planned = [r for r in spy.requests if r.key.prompt == "counselor.plan_turn"]
    turns = [t for s in episode.sessions for t in s.turns if t.speaker == "counselor"]
    assert len(planned) == len(turns) > 10
    for request in spy.requests:
        assert "zqxturnplan" not in "".join(m.content for m in request.messages)
