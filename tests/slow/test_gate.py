"""The whole gate, run as it is with `offline`, and with a simulator that is broken in one way.

Few clients and one seed, so that figures differ from those in docs/validity.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from muspsy_sim.evaluation.gate import courses
from muspsy_sim.evaluation.gate.courses import Asked
from muspsy_sim.evaluation.gate.validating import validate
from muspsy_sim.evaluation.gate.verdict import Validity
from muspsy_sim.llm.offline import OfflineModel
from muspsy_sim.llm.seam import Model, Reply, Request, Role
from muspsy_sim.records.answers import AppraisalAnswer, CodedAnswer, Speech
from muspsy_sim.records.views import AppraiseView

SEVEN = (
    "en-gordon-pell",
    "en-ifeyinwa-duru",
    "en-imogen-baptiste",
    "en-kit-haldane",
    "zh-lu-xiaowen",
    "zh-ma-guoqing",
    "zh-ran-li",
)
ASKED = Asked(personas=SEVEN, seeds=1)


def gate(
    folder: Path, overrides: Mapping[Role, Model] | None = None, asked: Asked = ASKED
) -> dict[str, Any]:
    found: Validity = asyncio.run(validate(asked, folder, overrides=overrides))
    for condition in found.conditions:
        print(condition.status, condition.title, condition.figure, condition.low, condition.high)
    return {condition.id: condition for condition in found.conditions}


class Flatterer:
    """An appraiser that finds every counselor turn excellent."""

    name = "flatterer"

    async def reply(self, request: Request) -> Reply:
        view = request.view
        assert isinstance(view, AppraiseView)
        said = view.dialogue[-1].text
        codes = [CodedAnswer(behaviour="empathy", quote=said)]
        return Reply(AppraisalAnswer(behaviours=codes, quality=2).model_dump_json())


class Indifferent:
    """A client that says the same few words whatever its state, and tells no fact."""

    name = "indifferent"

    async def reply(self, request: Request) -> Reply:
        if request.key.prompt != "client.speak":
            return await OfflineModel().reply(request)
        words = ("Right.", "It is as it is.", "Well, you know.", "So there is that.", "Yes, that.")
        return Reply(Speech(text=words[request.seed % len(words)]).model_dump_json())


def test_the_gate_as_it_is(tmp_path: Path) -> None:
    # Two seeds: with one, seven clients often leave one who gains nothing, and an end of exactly 0.
    found = gate(tmp_path, asked=Asked(personas=SEVEN, seeds=2))
    for name in (
        "order:full-neutral",
        "order:script-good-script-neutral",
        "frozen:state",
        "frozen:report",
        "response:full",
        "telling:nodding/full",
    ):
        assert found[name].status == "holds", name


def test_a_flattering_appraiser_is_caught(tmp_path: Path) -> None:
    found = gate(tmp_path, {"appraiser": Flatterer()})
    broken = {name for name, c in found.items() if c.status == "broken"}
    assert {"order:full-neutral", "order:neutral-dismissive", "telling:nodding/full"} <= broken


def test_a_client_whose_words_say_nothing_is_caught(tmp_path: Path) -> None:
    found = gate(tmp_path, {"client": Indifferent()})
    assert found["fidelity:trust"].status == "broken"
    assert found["fidelity:distress"].status == "broken"
    assert found["telling:nodding/full"].status == "broken", "nobody is told anything"
    assert found["frozen:state"].status == "holds", "what is not broken is not said to be"


@pytest.mark.parametrize("steps", [("feel",), ("live_week",)])
def test_frozen_clients_that_move_are_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, steps: tuple[str, ...]
) -> None:
    from muspsy_sim.agents.client import acting

    monkeypatch.setattr(courses, "SESSIONS", 2)
    for step in steps:
        as_it_is = getattr(acting.rules, step)

        def thawed(*given: Any, _as_it_is: Any = as_it_is) -> Any:
            moving = ["responsive" if value == "frozen" else value for value in given]
            return _as_it_is(*moving)

        monkeypatch.setattr(acting.rules, step, thawed)
    found = gate(tmp_path)
    assert found["frozen:state"].status == "broken"
