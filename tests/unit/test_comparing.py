"""A comparison finds what was put in, says what it rests on, and never prints NaN."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
import yaml

from muspsy_sim.evaluation.comparing.comparing import compare as compare_with_mixed
from muspsy_sim.evaluation.comparing.comparison import Comparison, ComparisonReport
from muspsy_sim.evaluation.comparing.design import check_endpoint
from muspsy_sim.evaluation.comparing.markdown import BEGIN, END, markdown, write_into
from muspsy_sim.evaluation.comparing.reading import read_run
from muspsy_sim.evaluation.comparing.wording import figure, sentences
from muspsy_sim.evaluation.comparing.writing import as_json, write_tables
from muspsy_sim.records.errors import RecipeError, RunError, StorageError
from muspsy_sim.runs.store import Run
from tests.unit.compared_runs import FOUR, noisy, write_run, write_scores

BASE = "memory-none.plan-none"
compare = partial(compare_with_mixed, mixed=False)


def of(report: ComparisonReport, endpoint: str, contrast: str) -> Comparison:
    return next(c for c in report.comparisons if c.endpoint == endpoint and c.contrast == contrast)


def figures(value: Any) -> Iterator[float]:
    if isinstance(value, float):
        yield value
    elif isinstance(value, dict):
        for inside in value.values():
            yield from figures(inside)
    elif isinstance(value, list):
        for inside in value:
            yield from figures(inside)


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> ComparisonReport:
    effect = noisy(lambda arm: 3.0 * ("notes" in arm), sd=0.8)
    return compare_with_mixed(write_run(tmp_path_factory.mktemp("planted"), effect))


def test_it_finds_the_factor_that_works_and_not_the_one_that_does_not(
    planted: ComparisonReport,
) -> None:
    memory = of(planted, "phq9_change", "memory: notes - none")
    assert memory.standing == "primary"
    assert memory.effect.estimate == pytest.approx(3.0, abs=0.7)
    assert memory.effect.low is not None
    assert memory.effect.low > 0
    assert memory.effect.p_holm is not None
    assert memory.effect.p_holm < 0.05
    plan = of(planted, "phq9_change", "plan: turn - none")
    assert plan.effect.p_holm is not None
    assert plan.effect.p_holm > 0.05
    assert planted.baseline == BASE
    assert planted.factors == {"memory": ["none", "notes"], "plan": ["none", "turn"]}


def test_holm_runs_over_the_declared_tests_alone(planted: ComparisonReport) -> None:
    assert planted.family == ["phq9_change", "recalls"]
    assert planted.tests_in_family == {"arms": 6, "factors": 6}
    explored = [c for c in planted.comparisons if c.standing == "exploratory"]
    assert explored
    assert all(c.effect.p_holm is None for c in explored)


def test_the_mixed_model_stands_beside_what_was_declared(planted: ComparisonReport) -> None:
    memory = of(planted, "phq9_change", "memory: notes - none")
    assert memory.mixed is not None
    assert memory.mixed.estimate == pytest.approx(memory.effect.estimate, abs=1e-6)
    assert of(planted, "gad7_change", "memory: notes - none").mixed is None
    recalls = of(planted, "recalls", "memory: notes - none").mixed
    assert recalls is not None
    assert (recalls.p, recalls.note) == (None, "nothing varies inside the arms")


def test_figures_are_those_of_the_episodes(planted: ComparisonReport) -> None:
    recalls = of(planted, "recalls", "memory: notes - none")
    assert recalls.effect.estimate == 1.0
    assert "all differ by the same" in recalls.effect.reason
    arm = next(a for a in planted.arms if a.arm == BASE)
    assert (arm.episodes, arm.clients, arm.failed, arm.dropout) == (24, 12, 0, 0.0)
    assert arm.means["homework_followed_up"] == 0.0
    weeks = [p for p in planted.trajectories if (p.measure, p.arm) == ("phq9", BASE)]
    assert [p.week for p in weeks] == [0, 1, 2]
    assert weeks[0].mean == 18.0
    worst = [w.value for w in planted.worst if w.arm == BASE]
    assert worst == sorted(worst)


def test_nothing_here_is_nan(planted: ComparisonReport, tmp_path: Path) -> None:
    assert all(math.isfinite(value) for value in figures(planted.model_dump()))
    for file in write_tables(Run(tmp_path), planted):
        assert "nan" not in file.read_text().lower()
    assert orjson.loads(as_json(planted)) == planted.model_dump(mode="json")


def test_the_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    run = write_run(tmp_path, noisy(lambda _: 0.0), clients=6)
    assert as_json(compare(run)) == as_json(compare(run))


def test_sentences_speak_of_declared_endpoints_only(planted: ComparisonReport) -> None:
    said = sentences(planted)
    assert all(s.startswith(("phq9_change", "recalls")) for s in said)
    assert any("memory: notes - none: 3." in s and "for the better" in s for s in said)


def test_what_was_not_declared_is_exploratory(tmp_path: Path) -> None:
    run = write_run(
        tmp_path,
        noisy(lambda _: 0.0),
        clients=6,
        declared={"primary": None, "endpoints": [], "clients": None},
    )
    report = compare(run)
    assert not report.primary_declared
    assert {c.standing for c in report.comparisons} == {"exploratory"}
    assert "No endpoint was declared" in report.warnings[0]


def test_another_primary_or_baseline_than_declared_is_exploratory(tmp_path: Path) -> None:
    run = write_run(tmp_path, noisy(lambda _: 0.0), clients=6, declared={"baseline": BASE})
    assert compare(run).primary_declared
    other = compare(run, primary="gad7_change")
    assert (other.primary, other.primary_declared, other.family) == ("gad7_change", False, [])
    moved = compare(run, baseline="memory-notes.plan-turn")
    assert not moved.primary_declared
    assert any("baseline declared" in w for w in moved.warnings)


def test_a_declaration_changed_after_the_fact_is_exploratory(tmp_path: Path) -> None:
    run = write_run(tmp_path, noisy(lambda _: 0.0), clients=6)
    described = yaml.safe_load(run.file.read_text())
    run.file.write_text(yaml.safe_dump({**described, "declared_later": {"primary": "trust"}}))
    report = compare(run)
    assert not report.primary_declared
    assert any("changed after" in w for w in report.warnings)


def test_variants_are_resampled_with_their_case(tmp_path: Path) -> None:
    run = write_run(tmp_path, noisy(lambda _: 1.0), clients=12, per_case=2)
    report = compare(run)
    assert (report.clients, report.cases) == (12, 6)
    effect = of(report, "phq9_change", "memory: notes - none").effect
    assert (effect.clients, effect.cases) == (12, 6)
    assert any("12 clients come from 6" in w for w in report.warnings)


def test_technical_failures_are_counted_against_their_arm_and_flagged(tmp_path: Path) -> None:
    def fails(arm: str, client: int, seed: int) -> dict[str, Any]:
        return {"end": "model_error"} if arm == BASE and (client, seed) in ((0, 0), (1, 0)) else {}

    report = compare(write_run(tmp_path, noisy(lambda _: 0.0), changes=fails))
    failing, *others = report.arms
    assert (failing.failed, failing.many_failures) == (2, True)
    assert not any(arm.many_failures for arm in others)
    assert any("2 of 24 episodes failed technically" in w for w in report.warnings)
    # The other seed of these clients still counts, in both arms of the pair.
    assert of(report, "phq9_change", "plan: turn - none").effect.clients == 12


def test_what_is_owed_is_told(tmp_path: Path) -> None:
    run = write_run(tmp_path, noisy(lambda _: 0.0), skip=lambda arm, c, _: arm == BASE and c < 3)
    report = compare(run)
    assert f"{BASE}: 6 of 24 not run yet." in report.warnings
    assert of(report, "phq9_change", "memory x plan").effect.lost == 3


def test_one_client_gives_differences_and_no_test(tmp_path: Path) -> None:
    report = compare(write_run(tmp_path, noisy(lambda _: 2.0), clients=1))
    effect = of(report, "phq9_change", "memory: notes - none").effect
    assert effect.estimate is not None
    assert (effect.p, effect.low, effect.p_holm) == (None, None, None)
    assert any("one source case" in w for w in report.warnings)
    assert all(math.isfinite(value) for value in figures(report.model_dump()))


def test_too_few_cases_for_any_test_is_told(tmp_path: Path) -> None:
    report = compare(write_run(tmp_path, noisy(lambda _: 2.0), clients=4))
    assert any("no p can fall below 0.125" in w for w in report.warnings)


def test_a_missing_baseline_arm_is_named(tmp_path: Path) -> None:
    run = write_run(tmp_path, noisy(lambda _: 0.0), clients=2, skip=lambda arm, *_: arm == BASE)
    with pytest.raises(RunError, match="has no whole episode"):
        compare(run, baseline=BASE)
    with pytest.raises(RunError, match=r"did you mean 'memory-notes\.plan-turn'"):
        compare(run, baseline="memory-notes.plan-turm")


def test_what_cannot_be_compared_is_said(tmp_path: Path) -> None:
    run = write_run(tmp_path, noisy(lambda _: 0.0), clients=2, skip=lambda arm, *_: arm != BASE)
    with pytest.raises(RunError, match="all whole episodes are of one arm"):
        compare(run)
    with pytest.raises(RunError, match="did you mean 'phq9_change'"):
        compare(write_run(tmp_path / "b", noisy(lambda _: 0.0), clients=2), primary="phq_change")
    stopped = write_run(
        tmp_path / "c", noisy(lambda _: 0.0), clients=2, changes=lambda *_: {"end": "model_error"}
    )
    with pytest.raises(RunError, match="no episode reached its horizon"):
        compare(stopped)
    empty = write_run(tmp_path / "d", noisy(lambda _: 0.0), clients=2, skip=lambda *_: True)
    with pytest.raises(RunError, match="no episode is whole yet"):
        compare(empty)
    run.episode_file(f"client-0--{BASE}--s0").write_text('{"id": 3}')
    with pytest.raises(RunError, match="does not read as an episode"):
        read_run(run)


def test_constant_endpoints_say_so(tmp_path: Path) -> None:
    report = compare_with_mixed(write_run(tmp_path, lambda *_: 4.0, clients=6))
    effect = of(report, "phq9_change", "memory: notes - none").effect
    assert (effect.estimate, effect.p) == (0.0, 1.0)
    assert "no source case differs" in effect.reason
    checked = of(report, "phq9_change", "memory: notes - none").mixed
    assert checked is not None
    assert "every value is the same" in checked.note


def test_scores_become_endpoints_by_median_over_judges(tmp_path: Path) -> None:
    run = write_run(tmp_path, noisy(lambda _: 0.0), clients=6, seeds=1)
    for name in run.episode_ids():
        value = 4.0 if "notes" in name else 2.0
        scores = [
            {"instrument": "alliance", "item": "bond", "value": v, "state": "scored", "judge": j}
            for v, j in ((value, "a"), (value, "b"), (1.0, "c"))
        ]
        scores.append({**scores[0], "value": 1.0, "repeat": 1})
        write_scores(run, name, scores)
    report = compare(run)
    assert (report.judges, report.evaluated) == (["a", "b", "c"], 24)
    bond = of(report, "alliance.bond", "memory: notes - none")
    assert (bond.effect.estimate, bond.kind, bond.standing) == (2.0, "judged", "exploratory")
    assert {a.endpoint for a in report.adjustments} == {"alliance.bond"}
    assert "all instruments, for a" in report.unusable


def test_failed_scores_are_no_numbers(tmp_path: Path) -> None:
    run = write_run(tmp_path, noisy(lambda _: 0.0), clients=6, seeds=1)
    for name in run.episode_ids():
        failed = {"instrument": "alliance", "item": "bond", "value": None, "state": "failed"}
        write_scores(
            run,
            name,
            [
                {**failed, "reason": "no answer"},
                {
                    **failed,
                    "item": "goal",
                    "state": "not_applicable",
                    "reason": "no second session",
                },
            ],
        )
    report = compare(run)
    assert report.unscored == {"alliance.bond": "all 24 judgments failed: no answer"}
    assert of(report, "alliance.bond", "memory x plan").effect.estimate is None
    assert all(arm.many_failures and arm.scores_failed == 6 for arm in report.arms)
    assert not any(c.endpoint == "alliance.goal" for c in report.comparisons)
    (run.folder / "scores" / f"{run.episode_ids()[0]}.json").write_text("[]")
    with pytest.raises(RunError, match="does not hold scores"):
        compare(run)


def test_instruments_give_summaries_direction_and_kind(tmp_path: Path) -> None:
    run = write_run(tmp_path, noisy(lambda _: 0.0), clients=6, seeds=1)
    for name in run.episode_ids():
        item = {"instrument": "slips", "state": "scored"}
        write_scores(run, name, [{**item, "item": "one", "value": 1.0}, {**item, "item": "two", "value": 3.0}])  # fmt: skip
    folder = run.folder / "scores" / "instruments"
    folder.mkdir()
    (folder / "slips.json").write_bytes(
        orjson.dumps(
            {
                "id": "slips",
                "better": "lower",
                "measures": "process",
                "items": [{"id": "one"}, {"id": "two"}],
                "summaries": [{"id": "both", "items": ["one", "two"]}],
            }
        )
    )
    both = of(compare(run), "slips.both", "memory x plan")
    assert (both.better, both.kind) == ("lower", "process")
    assert compare(run).arms[0].means["slips.both"] == 2.0
    with pytest.raises(RunError, match=r"slips\.both is rated with sight of .* no outcome"):
        compare(run, primary="slips.both")


def test_a_process_is_refused_as_what_a_comparison_is_about_before_it_is_run() -> None:
    with pytest.raises(RecipeError, match=r"plan-adherence\.goal .* is a process"):
        check_endpoint("plan-adherence.goal", "primary")
    check_endpoint("plan-adherence.goal", "endpoints")
    check_endpoint("alliance.goal", "primary")


def test_declared_tests_that_so_few_cases_cannot_pass_are_told(tmp_path: Path) -> None:
    """Six cases attain p 0.031, and 0.19 where it is corrected over six tests."""
    told = "no corrected p can fall below 0.19 over 6 tests (arms), 0.19 over 6 tests (factors)"
    few = compare(write_run(tmp_path / "6", noisy(lambda _: 9.0), clients=6))
    assert any(told in w for w in few.warnings)
    declared = [c.effect.p_holm for c in few.comparisons if c.standing != "exploratory"]
    assert min(p for p in declared if p is not None) == pytest.approx(6 * 2 / 2**6)
    enough = compare(write_run(tmp_path / "9", noisy(lambda _: 9.0), clients=9))
    assert not any("no corrected p" in w for w in enough.warnings)


def test_gate_and_pitfalls_are_told_where_they_were_not_made(planted: ComparisonReport) -> None:
    assert planted.gate == [
        "Validity gate: not run for these models (client offline, appraiser offline); "
        "`muspsy validate`"
    ]
    assert "not measured" in planted.pitfalls_note


def test_gate_and_pitfalls_stand_beside_the_result(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", noisy(lambda _: 0.0), clients=6, seeds=1)
    gate: dict[str, Any] = {
        "holds": False,
        "clients": 12,
        "seeds": 3,
        "code_version": "9",
        "models": {"client": "offline", "appraiser": "offline"},
        "conditions": [{"title": "good beats neutral", "status": "broken"}],
    }
    (tmp_path / "validity").mkdir()
    file = tmp_path / "validity" / "validity.json"
    file.write_bytes(orjson.dumps(gate))
    (run.folder / "tables").mkdir()
    (run.folder / "tables" / "pitfalls.json").write_bytes(
        orjson.dumps(
            {
                "arms": {BASE: {"pitfalls": {"role_inversion.client": {"value": 0.25}}}},
                "episodes": dict.fromkeys(run.episode_ids(), 1),
            }
        )
    )
    report = compare(run)
    assert "DOES NOT HOLD" in report.gate[0]
    assert "good beats neutral" in report.gate[0]
    assert "by version 9" in report.gate[0]
    assert report.arms[0].pitfalls == {"role_inversion.client": 0.25}
    assert report.pitfalls_note == ""
    file.write_bytes(orjson.dumps({**gate, "holds": True}))
    assert compare(run).gate[0].startswith("Validity gate: holds")
    file.write_bytes(orjson.dumps({**gate, "models": {"client": "other"}}))
    assert "not run for these models" in compare(run).gate[0]


def test_a_crossing_that_nobody_declared_is_read_off_the_arms(tmp_path: Path) -> None:
    run = write_run(tmp_path, noisy(lambda _: 0.0), clients=6, seeds=1, declared={"factors": {}})
    described = yaml.safe_load(run.file.read_text())
    for arm in described["arms"].values():
        arm["levels"] = {"recall": arm["factors"]["memory"], "plan": arm["factors"]["plan"]}
        arm["factors"] = {}
    run.file.write_text(yaml.safe_dump(described))
    assert compare(run).factors == {"recall": ["none", "notes"], "plan": ["none", "turn"]}


def test_controls_are_compared_with_what_they_match(tmp_path: Path) -> None:
    arms = {
        **FOUR,
        "memory-sham.plan-turn": {"memory": "sham", "plan": "turn"},
        "memory-scrambled.plan-turn": {"memory": "scrambled", "plan": "turn"},
    }
    run = write_run(
        tmp_path,
        noisy(lambda _: 0.0),
        arms=arms,
        clients=6,
        seeds=1,
        declared={"factors": {"memory": ["none", "notes"], "plan": ["none", "turn"]}},
    )
    report = compare(run)
    assert {c.contrast for c in report.comparisons if c.question == "matched"} == {
        "memory-notes.plan-turn - memory-sham.plan-turn (equal tokens)",
        "memory-notes.plan-turn - memory-scrambled.plan-turn (equal tokens and form)",
    }
    assert set(report.factors) == {"memory", "plan"}


def test_an_incomplete_crossing_has_no_factorial_effects(tmp_path: Path) -> None:
    run = write_run(tmp_path, noisy(lambda _: 0.0), skip=lambda arm, *_: arm == BASE)
    report = compare(run)
    assert report.factors == {}
    assert not any(c.question == "main" for c in report.comparisons)
    assert any("no factorial effects" in w for w in report.warnings)


def test_markdown_goes_between_its_marks(planted: ComparisonReport, tmp_path: Path) -> None:
    text = markdown(planted, "picture.svg")
    assert "| `phq9_change` ↑ | memory: notes - none |" in text
    assert "nan" not in text.lower()
    page = tmp_path / "page.md"
    page.write_text(f"# Mine\n\n{BEGIN}\nstale figures\n{END}\n\nafter\n")
    write_into(page, text)
    write_into(page, text)
    told = page.read_text()
    assert told.startswith("# Mine")
    assert told.endswith("after\n")
    assert told.count(BEGIN) == 1
    assert "stale" not in told
    (tmp_path / "bare.md").write_text("nothing")
    with pytest.raises(StorageError, match="no place for figures"):
        write_into(tmp_path / "bare.md", text)


def test_figures_read_as_people_write_them() -> None:
    assert [figure(v) for v in (None, 0.0, -0.0001, 0.0456, -0.5, 12.34, 123.4)] == [
        "-", "0.00", "0.000", "0.046", "-0.50", "12.3", "123",
    ]  # fmt: skip


@pytest.mark.slow
def test_the_picture_is_the_same_each_time(planted: ComparisonReport, tmp_path: Path) -> None:
    from muspsy_sim.report.trajectories import draw_trajectories

    one = draw_trajectories(planted, tmp_path / "a.svg").read_bytes()
    assert one == draw_trajectories(planted, tmp_path / "b.svg").read_bytes()
    assert b"memory-notes.plan-turn" in one


def test_means_give_each_source_case_the_same_weight(tmp_path: Path) -> None:
    run = write_run(tmp_path, lambda arm, client, _: 2.0 if client < 3 else 8.0, clients=4, seeds=1)
    for name in run.episode_ids():
        raw = orjson.loads(run.episode_file(name).read_bytes())
        raw["source_case"] = "a" if raw["persona"] != "client-3" else "b"
        run.episode_file(name).write_bytes(orjson.dumps(raw))
    assert compare(run).arms[0].means["phq9_change"] == pytest.approx(np.mean([2.0, 8.0]))
