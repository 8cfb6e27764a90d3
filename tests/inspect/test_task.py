"""The Inspect task: whole courses with a model of Inspect's in the counselor's chair."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from answering_models import answering
from inspect_ai import eval as inspect_eval
from inspect_ai._util.error import PrerequisiteError
from inspect_ai.event import InfoEvent, ModelEvent, SpanBeginEvent
from inspect_ai.log import EvalLog
from inspect_ai.model import Model

from muspsy_sim.evaluation.inspect_task import counseling
from muspsy_sim.records.episode import Episode

ONE = {"personas": "en-gordon-pell", "sessions": 1, "turns": 2, "follow_up_weeks": 0}
TWO = {**ONE, "personas": "en-gordon-pell,zh-ma-guoqing"}


def kind(call: int) -> str:
    return f"That sounds heavy. What would you like from today? ({call})"


def lived(folder: Path, model: Model, **settings: Any) -> EvalLog:
    [log] = inspect_eval(
        counseling(**settings), model=model, log_dir=str(folder), display="none", retry_on_error=0
    )
    return log


def metrics(log: EvalLog, name: str) -> dict[str, float]:
    assert log.results is not None
    [score] = [s for s in log.results.scores if s.name == name]
    return {name: metric.value for name, metric in score.metrics.items()}


def test_the_model_sits_in_the_chair_and_the_course_is_told(tmp_path: Path) -> None:
    log = lived(tmp_path, answering(kind), **TWO, seeds="0,1")
    assert log.status == "success", log.error
    assert len(log.samples or []) == 4
    for sample in log.samples or []:
        episode = Episode.model_validate(sample.store["episode"])
        said = [t.text for s in episode.sessions for t in s.turns if t.speaker == "counselor"]
        called = [e for e in sample.events if isinstance(e, ModelEvent)]
        assert [e.output.completion for e in called] == said
        assert all(text.startswith("That sounds heavy") for text in said)
        assert sample.model_usage["mockllm/model"].total_tokens == 30 * len(called)
        assert "session 1" in [e.name for e in sample.events if isinstance(e, SpanBeginEvent)]
        told = {e.source: e.data for e in sample.events if isinstance(e, InfoEvent)}
        assert told["counselor s1t2"] == said[0]
        assert "client state" in told
        assert [m.text for m in sample.messages if m.id == "s1t2"] == [said[0]]
    assert set(metrics(log, "phq9_change")) == {"mean", "stderr"}
    assert metrics(log, "sessions_held") == {"mean": 1.0, "stderr": 0.0}
    assert log.results is not None
    assert log.results.headline is not None
    assert log.results.headline.score == "phq9_change"


def test_the_same_seed_gives_the_same_life(tmp_path: Path) -> None:
    first, again = (lived(tmp_path, answering(kind), **ONE, seeds=3) for _ in range(2))
    assert first.samples
    assert again.samples
    assert first.samples[0].store["episode"] == again.samples[0].store["episode"]


def test_one_client_has_a_mean_and_no_standard_error(tmp_path: Path) -> None:
    log = lived(tmp_path, answering(kind), **ONE, seeds="0,1")
    assert set(metrics(log, "phq9_change")) == {"mean"}
    assert metrics(log, "homework_done") == {}  # nothing was set, so there is no number


def test_what_the_model_raises_is_the_samples_error(tmp_path: Path) -> None:
    def broken(call: int) -> str:
        if call > 1:
            raise LookupError("the server has gone away")
        return kind(call)

    log = lived(tmp_path, answering(broken), **ONE)
    assert log.status == "error"
    [sample] = log.samples or []
    assert sample.error is not None
    assert "the server has gone away" in sample.error.message
    assert not sample.scores
    # What was said until then is there to read.
    assert [m.text for m in sample.messages if m.id == "s1t2"] == [kind(1)]


def test_an_empty_answer_stops_the_course_and_says_so(tmp_path: Path) -> None:
    log = lived(tmp_path, answering(lambda _: ""), **ONE)
    [sample] = log.samples or []
    assert sample.error is not None
    assert "the course was stopped: model_error" in sample.error.message


def test_a_judge_scores_instruments_with_quotes(tmp_path: Path) -> None:
    log = lived(
        tmp_path, answering(kind), **TWO, judge="offline", instruments="alliance,homework,phq9"
    )
    assert log.status == "success", log.error
    assert set(metrics(log, "alliance.goal-shared")) == {"mean", "stderr"}
    assert metrics(log, "homework.asked") == {}
    for sample in log.samples or []:
        assert sample.scores is not None
        if sample.metadata["language"] == "en":  # the offline judge reads each in its language
            explained = sample.scores["alliance.goal-shared"].explanation or ""
            assert "“What would you like from today?” (s1t2)" in explained
        assert sample.scores["phq9.change"].value == sample.scores["phq9_change"].value
        assert "not_applicable" in sample.metadata["not_scored"]["homework.asked"]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"personas": "en-gordon-pel"}, "did you mean 'en-gordon-pell'"),
        ({"arm": "fulll"}, "no arm 'fulll'"),
        ({"arm": ""}, "graph"),
        ({"client": "gpt-4o"}, "openai:gpt-4o"),
        ({"judge": "gpt-4o"}, "openai:gpt-4o"),
        ({"judge": "offline", "instruments": "alianc"}, "did you mean 'alliance'"),
        ({"instruments": "alliance"}, "no judge"),
        ({"seeds": "one"}, "whole number"),
        ({"sessions": 0}, "sessions"),
        ({"language": "zh"}, "no persona speaks 'zh'"),
    ],
)
def test_what_does_not_fit_is_said_before_any_call(wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(PrerequisiteError) as refused:
        counseling(**{**ONE, **wrong})
    assert told in str(refused.value.message)


def test_inspects_command_finds_the_task_by_name_and_by_file(
    tmp_path: Path, repository: Path
) -> None:
    inspect = Path(sys.executable).with_name("inspect")
    for named in ("muspsy_sim/counseling", "muspsy_sim/evaluation/inspect_task.py"):
        done = subprocess.run(
            [
                inspect, "eval", named, "--model", "mockllm/model", "--display", "plain",
                "--log-dir", tmp_path, "-T", "personas=nobody",
            ],
            cwd=repository,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )  # fmt: skip
        told = " ".join((done.stdout + done.stderr).split())
        assert done.returncode != 0
        assert "there is no persona 'nobody'" in told
        assert "Traceback" not in told


def test_a_limit_of_inspects_ends_the_sample_as_a_limit(tmp_path: Path) -> None:
    [log] = inspect_eval(
        counseling(**ONE),
        model=answering(kind),
        log_dir=str(tmp_path),
        display="none",
        token_limit=45,
    )
    [sample] = log.samples or []
    assert sample.limit is not None
    assert sample.limit.type == "token"


def test_a_judge_of_inspects_that_gives_no_scores_leaves_reasons(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge = answering(lambda _: "I would rather not say.")
    monkeypatch.setattr("muspsy_sim.evaluation.inspect_logs.judging.get_model", lambda _: judge)
    log = lived(
        tmp_path, answering(kind), **ONE, judge="inspect:mockllm/judge", instruments="alliance"
    )
    assert log.status == "success", log.error
    assert metrics(log, "alliance.goal-shared") == {}
    [sample] = log.samples or []
    assert "failed: malformed" in sample.metadata["not_scored"]["alliance.goal-shared"]


def test_what_a_judge_of_inspects_raises_is_the_samples_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: int) -> str:
        raise LookupError("no judge today")

    monkeypatch.setattr(
        "muspsy_sim.evaluation.inspect_logs.judging.get_model", lambda _: answering(broken)
    )
    log = lived(tmp_path, answering(kind), **ONE, judge="inspect:x/y", instruments="alliance")
    assert log.status == "error"
    [sample] = log.samples or []
    assert sample.error is not None
    assert "no judge today" in sample.error.message


def test_an_arm_with_memory_and_plans_asks_the_model_for_notes_in_words(tmp_path: Path) -> None:
    log = lived(tmp_path, answering(kind), **ONE, arm="full")
    [sample] = log.samples or []
    assert any("that fits this JSON schema" in text for text in sample.attachments.values())
    assert sample.error is not None  # kind words are no plan
    assert "malformed" in sample.error.message
