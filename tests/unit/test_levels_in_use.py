"""A level that a recipe gives an arm is what the arm then does, or it is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from muspsy_sim.llm.seam import Request
from muspsy_sim.records.errors import GraphError, RecipeError
from muspsy_sim.records.views import PlanNextView, RespondView
from tests.fakes import FakeModel
from tests.unit.courses import held, planned


def asked_of_the_counselor(folder: Path, **levels: Any) -> list[Request]:
    model = FakeModel(keep=True)
    use = {"graph": "full", "name": "changed", "levels": levels}
    held(folder, model, planned(arms=[use], sessions=3, exchanges=4))
    return [request for request in model.requests if request.role == "counselor"]


@pytest.mark.slow
def test_with_recall_none_nothing_of_an_earlier_session_is_seen(tmp_path: Path) -> None:
    requests = asked_of_the_counselor(tmp_path, recall="none")
    views = [r.view for r in requests if isinstance(r.view, RespondView)]
    assert {view.session for view in views} == {None}
    assert not any(view.recalled for view in views)
    plans = [r.view for r in requests if isinstance(r.view, PlanNextView)]
    assert plans
    assert not any(view.notes or view.dialogue for view in plans)


@pytest.mark.slow
def test_with_plan_none_nothing_is_planned(tmp_path: Path) -> None:
    requests = asked_of_the_counselor(tmp_path, plan="none")
    assert not any("plan" in request.key.prompt for request in requests)
    views = [r.view for r in requests if isinstance(r.view, RespondView)]
    assert views
    assert not any(view.session_plan or view.turn_plan for view in views)


@pytest.mark.parametrize(
    ("graph", "levels", "message"),
    [
        ("neither", {"recall": "notes"}, "can only do 'none'"),
        ("no-planning", {"plan": "turn"}, "can only do 'none'"),
        ("transcript", {"recall": "notes"}, "'recall' requires 'remember'"),
        ("full", {"opens": "client"}, "can only do 'counselor'"),
    ],
)
def test_levels_that_a_graph_cannot_act_on_are_refused(
    graph: str, levels: dict[str, str], message: str
) -> None:
    with pytest.raises(GraphError, match=message):
        planned(arms=[{"graph": graph, "levels": levels}])


@pytest.mark.parametrize(
    ("levels", "message"),
    [
        ({"schol": "cbt"}, "levels.schol: unknown key; did you mean 'school'?"),
        ({"recall": "grahp"}, "levels.recall: should be 'none', .* not 'grahp'"),
    ],
)
def test_a_mistyped_level_says_what_is_known(levels: dict[str, str], message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        planned(arms=[{"graph": "full", "name": "mine", "levels": levels}])
