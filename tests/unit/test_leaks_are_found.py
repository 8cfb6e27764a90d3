"""A leak of each kind, planted on purpose, is found; and without one nothing is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from muspsy_sim.agents.appraiser import acting as appraiser_acting
from muspsy_sim.agents.client import acting as client_acting
from muspsy_sim.agents.counselor import view as counselor_view
from muspsy_sim.personas.library import load_profile
from muspsy_sim.records.episode import Episode
from muspsy_sim.records.views import Line, UnlockedFact
from tests.fakes import FakeModel
from tests.leaks import Leak, Spy, leaks, marked
from tests.unit.courses import PERSONA, ran


def watched(folder: Path, arm: str = "full", **settings: Any) -> tuple[Episode, list[Leak]]:
    spy = Spy(FakeModel())
    (episode,) = ran(folder, spy, profiles=[marked(load_profile(PERSONA))], arms=[arm], **settings)
    return episode, leaks(episode, spy.requests)


@pytest.mark.parametrize("arm", ["full", "no-memory", "no-planning", "neither", "last-note", "bare"])
@pytest.mark.parametrize("intake", ["none", "full"])
def test_nothing_leaks(tmp_path: Path, arm: str, intake: str) -> None:
    _, found = watched(tmp_path, arm, intake=intake)
    assert found == []


def plant(monkeypatch: pytest.MonkeyPatch, place: Any, name: str, change: Callable[..., Any]) -> None:
    """Let the function `name` build its view and then change it, as a careless edit would."""
    real = getattr(place, name)

    def leaking(*args: Any, **kwargs: Any) -> Any:
        return change(real(*args, **kwargs), *args)

    monkeypatch.setattr(place, name, leaking)


def test_a_locked_fact_in_the_clients_view_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def change(view: Any, state: Any, profile: Any, *_: Any) -> Any:
        last = next(f for f in profile.facts if f.sensitivity == 3)
        extra = UnlockedFact(id=last.id, topic=last.topic, text=last.text)
        return view.model_copy(update={"unlocked": [*view.unlocked, extra]})

    plant(monkeypatch, client_acting, "speak_view", change)
    assert "locked" in watched(tmp_path)[1][0].why


def test_a_locked_belief_in_the_clients_view_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def change(view: Any, state: Any, profile: Any, *_: Any) -> Any:
        said = [b.belief for b in profile.formulation.core_beliefs]
        return view.model_copy(update={"beliefs": said})

    plant(monkeypatch, client_acting, "speak_view", change)
    assert any("belief is locked" in leak.why for leak in watched(tmp_path)[1])


def test_the_arc_in_a_responsive_clients_view_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def change(view: Any, *_: Any) -> Any:
        return view.model_copy(update={"arc": "she feels better zqxarc1"})

    plant(monkeypatch, client_acting, "speak_view", change)
    assert any("arc" in leak.why for leak in watched(tmp_path)[1])


def test_the_counselors_note_in_the_clients_view_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def change(view: Any, *_: Any) -> Any:
        return view.model_copy(update={"memories": ["zqxnote1"]})

    plant(monkeypatch, client_acting, "speak_view", change)
    assert any("counselor's own" in leak.why for leak in watched(tmp_path)[1])


def test_a_hidden_fact_in_the_counselors_view_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def change(view: Any, course: Any, *_: Any) -> Any:
        told = course.client.profile.facts[-1].text
        return view.model_copy(update={"intake": [Line(id="s0t9", speaker="client", text=told)]})

    plant(monkeypatch, counselor_view, "respond_view", change)
    assert any("never told" in leak.why for leak in watched(tmp_path)[1])


def test_private_reasoning_in_a_view_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def change(view: Any, course: Any, *_: Any) -> Any:
        lines = [
            Line(id=t.id, speaker=t.speaker, text=f"{t.text} {t.reasoning}") for t in course.now.turns
        ]
        return view.model_copy(update={"dialogue": lines})

    plant(monkeypatch, counselor_view, "respond_view", change)
    assert any("thinks aloud" in leak.why for leak in watched(tmp_path)[1])


def test_a_plan_in_the_appraisers_view_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = appraiser_acting.AppraiseView

    def leaking(language: Any, dialogue: Any) -> Any:
        return real(
            language=language,
            dialogue=[Line(id="s1t0", speaker="client", text="zqxturnplan1"), *dialogue],
        )

    monkeypatch.setattr(
        appraiser_acting, "AppraiseView", lambda **kw: leaking(kw["language"], kw["dialogue"])
    )
    assert any("appraiser" in leak.why for leak in watched(tmp_path)[1])


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


def test_a_plan_made_from_a_session_without_memory_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change(view: Any, side: Any, schedule: Any, session: Any, notes: Any, dialogue: Any) -> Any:
        return view.model_copy(update={"dialogue": dialogue})

    plant(monkeypatch, counselor_view, "plan_next_view", change)
    assert any("did not hear" in leak.why for leak in watched(tmp_path, "no-memory")[1])
