"""`muspsy export RUN --to inspect`: what Inspect reads in its logs is what was recorded."""

from __future__ import annotations

import copy
import json
import math
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from inspect_ai.event import InfoEvent, SpanBeginEvent, SpanEndEvent, StoreEvent
from inspect_ai.log import EvalLog, EvalSample, list_eval_logs, read_eval_log, write_eval_log
from inspect_ai.scorer import SampleScore, stderr

from muspsy_sim.cli.entry import run_command_line
from muspsy_sim.evaluation.comparing.scored import read_scores, used_instruments
from muspsy_sim.evaluation.inspect_logs.writing import export_logs
from muspsy_sim.evaluation.judging.scores_store import ScoreStore
from muspsy_sim.records.episode import CourseEnd
from muspsy_sim.records.errors import ExportError
from muspsy_sim.runs.store import Run, episodes, read_episode, write_episode


def read(folder: Path, arm: str) -> EvalLog:
    return read_eval_log(str(folder / f"{arm}.eval"), resolve_attachments=True)


def samples(folder: Path) -> list[EvalSample]:
    return [s for arm in ("full", "neither") for s in read(folder, arm).samples or []]


def test_there_is_one_log_an_arm_and_one_sample_an_episode(run: Run, logs: Path) -> None:
    assert len(list_eval_logs(str(logs))) == 2
    for arm in ("full", "neither"):
        log = read(logs, arm)
        assert log.status == "success"
        assert (log.eval.model, log.eval.solver) == ("offline", arm)
    assert sorted(str(s.id) for s in samples(logs)) == run.episode_ids()


def test_each_turn_is_a_message_and_an_event_in_its_session(run: Run, logs: Path) -> None:
    for sample in samples(logs):
        episode = read_episode(run, str(sample.id))
        sessions = ([episode.intake] if episode.intake else []) + episode.sessions
        turns = [turn for session in sessions for turn in session.turns]
        roles = {"counselor": "assistant", "client": "user"}
        assert [(m.id, m.role, m.text) for m in sample.messages] == [
            (t.id, roles[t.speaker], t.text) for t in turns
        ]
        told = {e.source: e.data for e in sample.events if isinstance(e, InfoEvent)}
        assert all(told[f"{t.speaker} {t.id}"] == t.text for t in turns)
        for turn in turns:
            if turn.plan is not None:
                assert told[f"turn plan {turn.id}"]["strategy"] == turn.plan.strategy
        begun = [e for e in sample.events if isinstance(e, SpanBeginEvent)]
        ended = [e for e in sample.events if isinstance(e, SpanEndEvent)]
        assert {e.id for e in begun} == {e.id for e in ended}
        names = [e.name for e in begun]
        assert names == [
            "intake", "session 1", "week 1", "session 2", "week 2", "week 3", "follow-up", "scorers",
        ]  # fmt: skip
        of = {e.id: e.name for e in begun}
        states = [
            e.data for e in sample.events if isinstance(e, InfoEvent) and e.source == "client state"
        ]
        assert all(t.state.model_dump(mode="json") in states for t in turns if t.state is not None)
        placed = {
            e.source: of[e.span_id or ""]
            for e in sample.events
            if isinstance(e, InfoEvent) and e.span_id
        }
        assert placed["client s2t2"] == "session 2"


def test_plans_are_in_the_arm_that_plans_and_not_in_the_other(logs: Path) -> None:
    def sources(arm: str) -> set[str]:
        log = read(logs, arm)
        events = [e for s in log.samples or [] for e in s.events]
        return {e.source or "" for e in events if isinstance(e, InfoEvent)}

    assert {"session plan", "turn plan s1t1", "session note"} <= sources("full")
    assert not any("plan" in source for source in sources("neither"))


def test_state_events_in_their_order_make_the_recorded_states(run: Run, logs: Path) -> None:
    for sample in samples(logs):
        episode = read_episode(run, str(sample.id))
        store: dict[str, Any] = {}
        seen = []
        for event in sample.events:
            if isinstance(event, StoreEvent):
                for change in event.changes:
                    assert change.op in ("add", "replace")
                    place, *rest = change.path.removeprefix("/").split("/")
                    inside: Any = store
                    for key in rest:
                        inside, place = inside[place], key
                    assert inside.get(place) == change.replaced
                    inside[place] = change.value
                seen.append(copy.deepcopy(store["client_state"]))
        assert store == sample.store
        assert store["client_state"] == episode.weeks[-1].values.model_dump(mode="json")
        turns = [t for s in episode.sessions for t in s.turns if t.state is not None]
        assert turns
        assert all(t.state is None or t.state.model_dump(mode="json") in seen for t in turns)


def test_scores_are_those_that_muspsy_compare_reads_with_their_quotes(run: Run, logs: Path) -> None:
    store = ScoreStore(run)
    instruments = used_instruments(store.folder)
    quoted = 0
    for sample in samples(logs):
        judged = read_scores(store.file(str(sample.id)), instruments)
        assert judged is not None
        assert sample.scores is not None
        assert judged.values.items() <= {n: s.value for n, s in sample.scores.items()}.items()
        said = {m.id: m.text for m in sample.messages}
        for name, score in sample.scores.items():
            for given in (score.metadata or {}).get("given", []):
                for quote in given["quotes"]:
                    quoted += 1
                    assert quote["text"] in said[quote["turn"]], name
                    assert f"({quote['turn']})" in (score.explanation or "")
    assert quoted > 50


def test_what_was_not_scored_is_left_out_with_its_reason(logs: Path) -> None:
    without = 0
    for sample in samples(logs):
        reasons = sample.metadata["not_scored"]
        assert sample.scores is not None
        assert not reasons.keys() & sample.scores.keys()
        assert all(reasons.values())
        assert all(math.isfinite(float(s.value)) for s in sample.scores.values())  # type: ignore[arg-type]
        without += len(reasons)
    assert without
    assert not any(
        name.startswith("plan-adherence")
        for s in read(logs, "neither").samples or []
        for name in s.scores or {}
    )


def test_standard_errors_are_clustered_by_client(logs: Path) -> None:
    log = read(logs, "full")
    assert log.results is not None
    [change] = [s for s in log.results.scores if s.name == "phq9_change"]
    those = [
        SampleScore(score=s.scores["phq9_change"], sample_metadata=s.metadata)
        for s in log.samples or []
        if s.scores
    ]
    values = [float(s.score.value) for s in those]  # type: ignore[arg-type]
    assert change.metrics["mean"].value == pytest.approx(sum(values) / len(values))
    clustered = stderr(cluster="client")(those)
    assert change.metrics["stderr"].value == pytest.approx(clustered)
    assert clustered != pytest.approx(stderr()(those))
    assert change.scored_samples == 4


def test_one_client_has_no_standard_error(run: Run, tmp_path: Path) -> None:
    others = [name for name in run.episode_ids() if not name.startswith("en-gordon")]
    export_logs(run, tmp_path, arms=["full"], leave_out=others)
    results = read(tmp_path, "full").results
    assert results is not None
    assert results.total_samples == 2
    assert all(set(score.metrics) == {"mean"} for score in results.scores)


def test_the_same_run_gives_the_same_bytes(run: Run, logs: Path, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere"
    shutil.copytree(run.folder, moved)
    time.sleep(2.1)  # a zip's clock counts in steps of two seconds
    out = tmp_path / "again"
    export_logs(Run(moved), out)
    for arm in ("full", "neither"):
        assert (out / f"{arm}.eval").read_bytes() == (logs / f"{arm}.eval").read_bytes()


def test_inspect_turns_a_log_into_json_and_bundles_it(logs: Path, tmp_path: Path) -> None:
    log = read(logs, "full")
    write_eval_log(log, str(tmp_path / "full.json"))
    again = read_eval_log(str(tmp_path / "full.json"))
    assert [s.id for s in again.samples or []] == [s.id for s in log.samples or []]
    inspect = Path(sys.executable).with_name("inspect")
    bundle = tmp_path / "bundle"
    subprocess.run(
        [inspect, "view", "bundle", "--log-dir", logs, "--output-dir", bundle],
        check=True,
        capture_output=True,
        timeout=120,
    )
    listing = json.loads((bundle / "logs" / "listing.json").read_text())
    assert {"full.eval", "neither.eval"} <= {Path(name).name for name in listing}


def test_a_stopped_course_is_a_sample_with_an_error(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(run.folder, folder)
    copied = Run(folder)
    first = next(iter(episodes(copied)))
    stopped = first.model_copy(update={"end": CourseEnd.MODEL_ERROR, "end_detail": "no answer"})
    write_episode(copied, stopped)
    done = export_logs(copied, tmp_path / "logs")
    assert (done.stopped, done.stale) == (1, 1)
    log = read(tmp_path / "logs", first.arm)
    [sample] = [s for s in log.samples or [] if s.id == first.id]
    assert sample.error is not None
    assert "model_error" in sample.error.message
    assert not sample.scores
    assert "changed since it was scored" in sample.metadata["not_scored"]["alliance.goal-shared"]
    assert log.results is not None
    assert log.results.completed_samples == 3


def test_a_run_without_judges_scores_has_what_was_reported(
    run: Run, tmp_path: Path, capsys: Any
) -> None:
    folder = tmp_path / "run"
    shutil.copytree(run.folder, folder, ignore=shutil.ignore_patterns("scores"))
    assert run_command_line(["export", str(folder), "--to", "inspect"]) == 0
    assert "No judge's scores are in them" in capsys.readouterr().out
    [one, *_] = samples(folder / "exports" / "inspect")
    assert one.scores is not None
    assert "phq9_change" in one.scores
    assert "alliance.goal-shared" not in one.scores


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"arms": ["ful"]}, "no arm 'ful'"),
        ({"leave_out": ["nobody"]}, "no finished episode 'nobody'"),
    ],
)
def test_names_that_the_run_does_not_have_are_refused(
    run: Run, tmp_path: Path, options: dict[str, Any], told: str
) -> None:
    with pytest.raises(ExportError, match=told):
        export_logs(run, tmp_path / "logs", **options)
    assert not (tmp_path / "logs").exists()
