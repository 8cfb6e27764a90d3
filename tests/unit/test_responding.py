"""`muspsy respond`: cases from dialogues, replies kept, held against gold, rated, and gone on with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from muspsy_sim.cli.app import app
from muspsy_sim.evaluation.instruments.loading import chosen_instruments
from muspsy_sim.evaluation.responding.asking import Asked, reply_all, view_of
from muspsy_sim.evaluation.responding.cases import ReplyCase, read_cases
from muspsy_sim.evaluation.responding.outcomes import ReplyOutcome
from muspsy_sim.evaluation.responding.reference import reference_metrics
from muspsy_sim.evaluation.responding.results import results_of
from muspsy_sim.llm.seam import ModelFailure, Reply, Request
from muspsy_sim.records.errors import FormatError, JournalError, RunError
from muspsy_sim.records.scores import Score
from muspsy_sim.records.views import Line

TALK = [
    ["求助者：最近总睡不着，一躺下就想工作的事。", "支持者：听起来夜里特别难熬。你都想些什么？",
     "求助者：怕做不完。", "支持者：做不完的话，你担心会怎么样？"],
    ["求助者：我和室友吵架了。", "支持者：那一刻你心里是什么感觉？"],
]  # fmt: skip
REPLIES = [
    {"idx": 1, "messages": [{"role": "user", "content": "我不知道从哪儿说起。"}],
     "golden": {"role": "assistant", "content": "不用急，从哪儿开始都可以。"}},
    {"idx": 2, "messages": [{"role": "user", "content": "还是上次那件事。"},
                            {"role": "assistant", "content": "嗯，我在听。"},
                            {"role": "user", "content": "他又没回来吃饭。"}],
     "golden": {"role": "assistant", "content": "他没回来，你一个人等着。"}},
]  # fmt: skip


@pytest.fixture
def talks(tmp_path: Path) -> Path:
    folder = tmp_path / "E" / "Family"
    folder.mkdir(parents=True)
    for n, talk in enumerate(TALK, start=1):
        (folder / f"{n}.json").write_text(json.dumps(talk, ensure_ascii=False), encoding="utf-8")
    return tmp_path / "E"


@pytest.fixture
def replies(tmp_path: Path) -> Path:
    path = tmp_path / "d101.json"
    path.write_text(json.dumps(REPLIES, ensure_ascii=False), encoding="utf-8")
    return path


class Echo:
    """Answers with a mark and the client's last words, and counts."""

    name = "echo"

    def __init__(self, fails: int = 0) -> None:
        self.asked: list[Request] = []
        self.fails = fails

    async def reply(self, request: Request) -> Reply:
        self.asked.append(request)
        if len(self.asked) <= self.fails:
            raise ModelFailure("refused", "no")
        return Reply(f"你说：{request.messages[-1].content}")


def test_every_counselor_turn_that_answers_a_client_is_a_case(talks: Path) -> None:
    read = read_cases(talks, "cpsycoune")
    assert [len(case.history) for case in read.cases] == [1, 3, 1]
    assert read.cases[1].gold == "做不完的话，你担心会怎么样？"
    assert [line.speaker for line in read.cases[1].history] == ["client", "counselor", "client"]
    assert read.cases[0].dialogue == read.cases[1].dialogue != read.cases[2].dialogue


def test_golden_replies_are_cases_of_their_own(replies: Path) -> None:
    read = read_cases(replies, "psydial-d101")
    assert [case.gold for case in read.cases] == [r["golden"]["content"] for r in REPLIES]  # type: ignore[index]
    assert len({case.id for case in read.cases}) == 2


def test_who_spoke_is_never_read_from_the_place(tmp_path: Path) -> None:
    talk = ["支持者：你好，请坐。", "支持者：今天想谈什么？", "求助者：睡不好。", "求助者：很久了。",
            "支持者：多久了？", "支持者：从什么时候开始的？"]  # fmt: skip
    path = tmp_path / "t.json"
    path.write_text(json.dumps(talk, ensure_ascii=False), encoding="utf-8")
    read = read_cases(path, "cpsycoune")
    (case,) = read.cases
    assert case.history == [
        Line(id="t1", speaker="counselor", text="你好，请坐。\n今天想谈什么？"),
        Line(id="t2", speaker="client", text="睡不好。\n很久了。"),
    ]
    assert case.gold == "多久了？\n从什么时候开始的？"
    assert read.left_out == {"nothing was said before": 1}


def test_what_can_not_be_read_is_told_and_the_rest_is_read(talks: Path) -> None:
    (talks / "Family" / "3.json").write_text('["求助者：我', encoding="utf-8")
    (talks / "Family" / "4.json").write_bytes(b"")
    read = read_cases(talks, "cpsycoune")
    assert len(read.cases) == 3
    assert {Path(str(p.file)).name for p in read.problems} == {"3.json", "4.json"}


def test_no_case_is_an_error_that_says_why(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text(json.dumps(["求助者：喂？"], ensure_ascii=False), encoding="utf-8")
    with pytest.raises(FormatError, match="no turn to reply to"):
        read_cases(path, "cpsycoune")


async def test_a_model_sees_the_history_and_nothing_of_the_gold(talks: Path) -> None:
    model = Echo()
    cases = read_cases(talks, "cpsycoune").cases
    outcomes = await reply_all(cases, Asked(model))
    assert [o.reply for o in outcomes] == [f"你说：{c.history[-1].text}" for c in cases]
    for case, request in zip(cases, model.asked, strict=True):
        said = "\n".join(m.content for m in request.messages)
        assert case.gold not in said
        assert [m.role for m in request.messages[1:]] == [
            "assistant" if line.speaker == "counselor" else "user" for line in case.history
        ]


async def test_what_was_asked_is_not_asked_again(talks: Path, tmp_path: Path) -> None:
    cases = read_cases(talks, "cpsycoune").cases
    first, again = Echo(), Echo()
    kept = tmp_path / "kept"
    one = await reply_all(cases, Asked(first), folder=kept)
    two = await reply_all(cases, Asked(again), folder=kept)
    assert len(first.asked) == 3
    assert again.asked == []
    assert one == two
    replayed = await reply_all(cases, Asked(Echo(), mode="replay"), folder=kept)
    assert replayed == one
    with pytest.raises(JournalError):
        await reply_all(cases[:2], Asked(Echo()), folder=kept)
    with pytest.raises(RunError, match="no journal to replay"):
        await reply_all(cases, Asked(Echo(), mode="replay"), folder=tmp_path / "other")


async def test_a_failed_call_is_an_outcome_and_can_be_tried_again(
    talks: Path, tmp_path: Path
) -> None:
    cases = read_cases(talks, "cpsycoune").cases
    judge = chosen_instruments(["cpsycoune"])
    asked = Asked(Echo(fails=1), judge, ["offline"], at_once=1)
    outcomes = await reply_all(cases, asked, folder=tmp_path / "k")
    assert [o.reply is None for o in outcomes] == [True, False, False]
    assert outcomes[0].failure == "refused: no"
    assert {s.state for s in outcomes[0].scores} == {"not_applicable"}
    results = results_of("echo", ["offline"], outcomes, {})
    assert (results.failed, results.failures) == (1, {"refused": 1})
    assert all(m.cases == 2 for m in (*results.reference, *results.judged))
    mended = Asked(Echo(), at_once=1, mode="retry failed")
    assert all(o.reply for o in await reply_all(cases, mended, folder=tmp_path / "k"))


def test_a_judge_rates_the_reply_and_sees_the_rest_as_context(talks: Path) -> None:
    (instrument,) = chosen_instruments(["cpsycoune"])
    case = read_cases(talks, "cpsycoune").cases[1]
    view = view_of(instrument, case, "我的回答")
    assert view.judged == [2]
    assert [line.text for line in view.sessions[-1].lines] == [case.history[-1].text, "我的回答"]
    assert all(case.gold not in line.text for s in view.sessions for line in s.lines)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_gold_itself_is_nearest(language: Any) -> None:
    gold = ["That sounds lonely; who would notice?"] if language == "en" else ["听起来很孤单，谁会注意到呢？"]  # fmt: skip
    other = ["Try to sleep more."] if language == "en" else ["你应该多睡觉。"]
    for same, far in zip(
        reference_metrics(gold, gold, language),
        reference_metrics(other, gold, language),
        strict=True,
    ):
        assert same.values[0] == pytest.approx(100.0)
        assert far.values[0] < 40.0
        assert same.made_by


def test_a_dialogue_is_one_observation() -> None:
    def outcome(dialogue: str, value: float | None, n: int) -> ReplyOutcome:
        case = ReplyCase(
            id=f"{dialogue}#{n}", dialogue=dialogue, file="", language="zh",
            history=[Line(id="t1", speaker="client", text="累。")], gold="嗯。",
        )  # fmt: skip
        score = Score(
            instrument="cpsycoune", version=1, item="safety", value=value, judge="j",
            state="scored" if value is not None else "failed", reason="" if value is not None else "x",
        )  # fmt: skip
        return ReplyOutcome(case=case, reply="嗯。", scores=[score])

    outcomes = [outcome("a", 1.0, n) for n in range(9)] + [
        outcome("b", 0.0, 0),
        outcome("b", None, 1),
    ]
    (judged,) = results_of("m", ["j"], outcomes, {}).judged
    assert judged.value == 0.5
    assert (judged.cases, judged.dialogues) == (10, 2)
    assert "1 failed" in judged.reason
    assert judged.high is not None
    assert judged.high > 1
    scale = chosen_instruments(["cpsycoune"])
    (kept,) = results_of("m", ["j"], outcomes, {}, instruments=scale).judged
    assert (kept.low, kept.high) == (0.0, 1.0)
    (alone,) = results_of("m", ["j"], outcomes[:9], {}).judged
    assert alone.value == 1.0
    assert alone.low is None
    assert alone.reason == "one dialogue has no spread"


def test_the_command_keeps_prints_and_goes_on(talks: Path, tmp_path: Path) -> None:
    command = ["respond", "--cases", str(talks), "--from", "cpsycoune", "--model", "offline",
               "--instruments", "cpsycoune", "--judges", "offline", "--out", str(tmp_path / "o")]  # fmt: skip
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 0, result.output
    assert "3 cases of 2 dialogues" in result.output
    lines = (tmp_path / "o" / "replies.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 3
    before = (tmp_path / "o" / "results.json").read_bytes()
    assert CliRunner().invoke(app, command).exit_code == 0
    assert (tmp_path / "o" / "results.json").read_bytes() == before
    told = CliRunner().invoke(app, [*command, "--replay", "--json"])
    assert json.loads(told.stdout) == json.loads(before)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--restart"], "nothing to go on from"),
        (["--instruments", "cpsycoune"], "instruments need judges"),
        (["--judges", "offline"], "judges need instruments"),
        (["--replay", "--restart", "--out", "x"], "can't be joined"),
    ],
)
def test_flags_that_do_not_go_together_are_told(talks: Path, more: list[str], said: str) -> None:
    result = CliRunner().invoke(
        app, ["respond", "--cases", str(talks), "--model", "offline", *more]
    )
    assert result.exit_code == 2
    assert said in " ".join(result.output.replace("│", " ").split())


@pytest.mark.parametrize("instrument", ["phq9", "plan-adherence", "continuity"])
def test_an_instrument_that_a_reply_has_nothing_for_is_refused(
    talks: Path, instrument: str
) -> None:
    result = CliRunner().invoke(
        app, ["respond", "--cases", str(talks), "--model", "offline", "--instruments", instrument, "--judges", "offline"]
    )  # fmt: skip
    assert isinstance(result.exception, RunError)
