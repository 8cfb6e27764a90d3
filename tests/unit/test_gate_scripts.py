"""Held-out counselors: scripts read by position, and appraisals dealt out anew between arms."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any, get_args

import pytest

from muspsy_sim.evaluation.gate.courses import SCRIPTS
from muspsy_sim.evaluation.gate.shuffling import ShuffledAppraiser, dealt_at
from muspsy_sim.llm.model_strings import parse_model
from muspsy_sim.llm.scripted import CounselorScript, ScriptedCounselor, load_script, script_names
from muspsy_sim.llm.seam import CallKey, ModelFailure, Request, Sampling
from muspsy_sim.records.answers import AppraisalAnswer, CounselorReply
from muspsy_sim.records.base import Language, Record
from muspsy_sim.records.chance import Chance
from muspsy_sim.records.errors import ModelSetupError
from muspsy_sim.records.views import AppraiseView, BareView, Line, PlanTurnView, RespondView
from muspsy_sim.runs.plan import plan_run
from muspsy_sim.runs.provenance import hashes_of
from muspsy_sim.runs.recipe import ArmUse, Recipe
from tests.fakes import FakeModel
from tests.unit.courses import ran
from tests.unit.episodes import make_episode

LANGUAGES: tuple[Language, ...] = get_args(Language)


def request(view: Record, session: int = 1, turn: int = 1, episode: str = "e") -> Request:
    key = CallKey(episode, session, turn, "any")
    return Request(key, "counselor", view, CounselorReply, (), None, Sampling(), 7, "f")


def respond_view(exchange: int, left: int = 5, language: Language = "en") -> RespondView:
    return RespondView(
        language=language,
        session=None,
        manner="attuned",
        manner_text="",
        exchange=exchange,
        exchanges_left=left,
    )


def said(script: str, session: int, exchange: int, left: int = 5) -> CounselorReply:
    asked = request(respond_view(exchange, left), session, 2 * exchange - 1)
    reply = asyncio.run(ScriptedCounselor(script).reply(asked))
    return CounselorReply.model_validate_json(reply.text)


@pytest.mark.parametrize("name", sorted(SCRIPTS.values()))
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_script_fills_a_course_and_says_nothing_twice(name: str, language: Language) -> None:
    script = load_script(name, language)
    every = [line for s in script.sessions for line in (*s.lines, s.closing)]
    assert len(script.sessions) >= 6
    assert all(len(s.lines) >= 9 for s in script.sessions)
    assert len(set(every)) == len(every)
    marks = [line for line in every if any(mark in line for mark in "{}[]<>_")]
    assert marks == []


def test_scripts_of_one_kind_share_no_line() -> None:
    for language in LANGUAGES:
        counted = Counter(
            line
            for name in script_names()
            for s in load_script(name, language).sessions
            for line in (*s.lines, s.closing)
        )
        assert counted.most_common(1)[0][1] == 1


def test_a_script_is_read_by_position_and_closes_with_the_hour() -> None:
    script = load_script("good", "en")
    assert said("good", 2, 3).text == script.sessions[1].lines[2]
    assert not said("good", 2, 3).close
    last = said("good", 2, 10, left=0)
    assert (last.text, last.close) == (script.sessions[1].closing, True)
    assert said("good", 7, 1).text == script.sessions[0].lines[0], "a seventh session begins again"


def test_a_longer_session_goes_on_with_lines_that_were_not_said_in_it() -> None:
    script = load_script("neutral", "zh")
    lines = [script.line(3, exchange) for exchange in range(1, 40)]
    assert len(set(lines)) == len(lines)


def test_a_script_speaks_plainly_too_and_answers_nothing_else() -> None:
    counselor = ScriptedCounselor("good")
    bare = BareView(language="zh", system="")
    asked = request(bare, session=2, turn=3)
    reply = asyncio.run(counselor.reply(asked))
    assert reply.text == load_script("good", "zh").sessions[1].lines[1]
    plan = PlanTurnView(**respond_view(1).model_dump(exclude={"turn_plan"}))
    with pytest.raises(ModelFailure, match="use it for the counselor, with the graph `scripted`"):
        asyncio.run(counselor.reply(request(plan)))


def test_a_script_is_named_like_any_model_and_a_wrong_name_is_told() -> None:
    assert parse_model("script:good").name == "script:good"
    with pytest.raises(ModelSetupError, match="did you mean 'good'"):
        ScriptedCounselor("goood")
    with pytest.raises(ModelSetupError, match="write script:NAME"):
        parse_model("script:")


def test_a_run_is_bound_to_the_scripts_that_it_uses_and_to_no_others() -> None:
    recipe = Recipe(personas=["en-gordon-pell"], arms=["full"], seeds=[0])
    use = ArmUse(graph="scripted", models={"counselor": "script:good"})
    content = hashes_of(recipe, use).content
    assert {"agents/gate/en-good.yaml", "agents/gate/zh-good.yaml"} <= content.keys()
    assert not any("neutral" in name for name in content if "/gate/" in name)
    assert not any("/gate/" in name for name in hashes_of(recipe, ArmUse(graph="full")).content)


def test_a_scripted_arm_is_a_control_and_asks_the_counselor_for_its_turn_alone() -> None:
    use = ArmUse(graph="scripted", models={"counselor": "script:good"})
    (arm,) = plan_run(Recipe(personas=["en-gordon-pell"], arms=[use], seeds=[0])).arms
    assert arm.arm.control
    assert not {"plan", "remember", "recall", "plan_first", "plan_next"} & set(arm.arm.nodes)


def test_scripts_are_kept_apart_from_what_must_not_know_them(repository: Path) -> None:
    """No line of a script stands in the offline material, and the folder says that it must not."""
    material = "\n".join(
        path.read_text(encoding="utf-8") for path in (repository / "agents").rglob("offline/*.yaml")
    )
    for name in script_names():
        for language in LANGUAGES:
            for s in load_script(name, language).sessions:
                for line in (*s.lines, s.closing):
                    assert line not in material
    readme = (repository / "agents" / "gate" / "README.md").read_text(encoding="utf-8")
    assert "does not read this folder" in " ".join(readme.split())


ARMS = ("full", "neutral", "dismissive", "advice-only")


def test_appraisals_are_dealt_evenly() -> None:
    chance = Chance("case", 3)
    for session in (1, 2):
        dealt = [dealt_at(ARMS, chance, (session, turn)) for turn in range(1, 16, 2)]
        for at in dealt:
            assert sorted(at.values()) == sorted(ARMS), "each turn's are a permutation"
        for arm in ARMS:
            for block in (dealt[:4], dealt[4:]):
                assert sorted(at[arm] for at in block) == sorted(ARMS), "each source once in four"
    assert dealt_at(ARMS, chance, (1, 1)) == dealt_at(ARMS, chance, (1, 1))
    drawn = {tuple(dealt_at(ARMS, Chance("case", n), (1, 1)).values()) for n in range(60)}
    assert len(drawn) > 10


def appraised(shuffled: ShuffledAppraiser, episode: str, turn: int, text: str) -> AppraisalAnswer:
    view = AppraiseView(language="en", dialogue=[Line(id="t1", speaker="counselor", text=text)])
    reply = asyncio.run(shuffled.reply(request(view, 1, turn, episode)))
    return AppraisalAnswer.model_validate_json(reply.text)


def test_a_shuffled_appraisal_is_another_arms_with_this_turns_words() -> None:
    def recorded(arm: str, quality: int) -> Any:
        episode = make_episode("en", "full").model_copy(
            update={"arm": arm, "id": f"en-rook--{arm}--s0"}
        )
        sessions = [
            s.model_copy(
                update={
                    "turns": [
                        t.model_copy(
                            update={
                                "appraisal": t.appraisal.model_copy(update={"quality": quality})
                            }
                        )
                        if t.appraisal
                        else t
                        for t in s.turns
                    ]
                }
            )
            for s in episode.sessions
        ]
        return episode.model_copy(update={"sessions": sessions})

    two = ("full", "dismissive")
    shuffled = ShuffledAppraiser([recorded("full", 2), recorded("dismissive", -2)], two)
    found = {
        arm: [appraised(shuffled, f"en-rook--{arm}--s0", turn, "Words.") for turn in (1, 3, 5, 7)]
        for arm in two
    }
    for answers in found.values():
        assert Counter(a.quality for a in answers) == {2: 2, -2: 2}
        assert {c.quote for a in answers for c in a.behaviours} <= {"Words."}
    mirrored = [-a.quality for a in found["full"]]
    assert mirrored == [a.quality for a in found["dismissive"]]
    with pytest.raises(ModelFailure, match="no appraisals are recorded"):
        appraised(shuffled, "en-rook--nodding--s0", 1, "Words.")


@pytest.mark.slow
def test_a_script_holds_a_whole_course(tmp_path: Path) -> None:
    fake = FakeModel()
    use = ArmUse(graph="scripted", name="script-good", models={"counselor": "script:good"})
    script = load_script("good", "en")

    class OnlyTheOthers(FakeModel):
        """A script in the chair, behind the same override as in every test's run."""

        async def reply(self, request: Request) -> Any:
            if request.role == "counselor":
                return await ScriptedCounselor("good").reply(request)
            return await fake.reply(request)

    (episode,) = ran(tmp_path, OnlyTheOthers(), arms=[use.model_dump()], sessions=2, exchanges=3)
    spoken = [[t.text for t in s.turns if t.speaker == "counselor"] for s in episode.sessions]
    assert spoken == [[*s.lines[:2], s.closing] for s in script.sessions[:2]]


def test_every_script_file_is_what_it_says(repository: Path) -> None:
    assert script_names() == ["advice", "dismissive", "good", "neutral"]
    assert CounselorScript.model_fields.keys() == {"id", "language", "about", "sessions"}
