"""Conclusions over draws of parameters: the record comes back at the shipped ones, flips are told."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from rich.console import Console

from muspsy_sim.agents.client.dynamics import load_dynamics
from muspsy_sim.cli.sensitivity_page import print_sensitivity
from muspsy_sim.evaluation.comparing.asking import Asked
from muspsy_sim.evaluation.comparing.endpoints import values_of
from muspsy_sim.evaluation.comparing.reading import Row, read_run
from muspsy_sim.evaluation.sensitivity.conclusions import Held, Sensitivity, conclusions
from muspsy_sim.evaluation.sensitivity.drawing import draws, varied
from muspsy_sim.evaluation.sensitivity.kept import keeping
from muspsy_sim.evaluation.sensitivity.refeeding import refed
from muspsy_sim.evaluation.sensitivity.testing import plan_test, progress_of, run_test
from muspsy_sim.llm.offline import OfflineModel
from muspsy_sim.records.episode import CourseEnd
from muspsy_sim.records.errors import RunError
from muspsy_sim.runs.store import Run
from tests.unit.courses import held, planned

PERSONAS = ["en-gordon-pell", "zh-lu-xiaowen"]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    plan = planned(
        personas=PERSONAS,
        arms=["full", "neither"],
        sessions=3,
        exchanges=4,
        seeds=[0, 1],
    )
    return held(tmp_path_factory.mktemp("run"), OfflineModel(), plan).run


def raw_of(run: Run, name: str) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(run.episode_file(name).read_bytes())
    return found


def test_at_the_shipped_parameters_refeeding_gives_the_record_back(run: Run) -> None:
    for name in run.episode_ids():
        raw = raw_of(run, name)
        again = refed(raw, load_dynamics())
        assert again["baseline"] == raw["baseline"]
        assert again["follow_up"] == raw["follow_up"]
        for new, old in zip(again["weeks"], raw["weeks"], strict=True):
            for part in ("report", "values", "homework"):
                assert new[part] == old[part]


def test_refeeding_knows_what_was_never_said(tmp_path: Path) -> None:
    plan = planned(personas=PERSONAS, arms=["scrambled-recall"], sessions=3, exchanges=4, seeds=[0])
    run = held(tmp_path, OfflineModel(), plan).run
    for name in run.episode_ids():
        raw = raw_of(run, name)
        assert values_of(raw)["false_recalls"]
        assert refed(raw, load_dynamics())["weeks"] == raw["weeks"]


def test_other_parameters_give_other_weeks_and_the_same_words(run: Run) -> None:
    raw = raw_of(run, run.episode_ids()[0])
    again = refed(raw, load_dynamics().changed({"week.work": 0.45, "week.natural": 0.05}))
    assert again["weeks"][-1]["report"] != raw["weeks"][-1]["report"]
    assert again["sessions"] == raw["sessions"]


def test_draws_fill_the_ranges_and_are_always_the_same() -> None:
    dynamics = load_dynamics()
    paths = varied(dynamics, ["remembered"])
    assert paths == [path for path in dynamics.parameters() if path.startswith("remembered.")]
    points = draws(dynamics, paths, 10)
    assert points == draws(dynamics, paths, 10)
    for path in paths:
        one = dynamics.parameters()[path]
        strata = sorted(int((p[path] - one.low) / (one.high - one.low) * 10) for p in points)
        assert strata == list(range(10))
    every = varied(dynamics)
    assert not any(path.startswith(("words.", "scripted.")) for path in every)
    dynamics.changed(draws(dynamics, every, 2)[1])
    with pytest.raises(RunError, match="parts are arousal, attending"):
        varied(dynamics, ["rememberd"])


def rows(effect: float, noise: np.random.Generator, cases: int = 12) -> list[Row]:
    found = []
    for case in range(cases):
        own = noise.normal()
        for arm, shift in (("on", effect), ("off", 0.0)):
            value = own + shift + 0.2 * noise.normal()
            found.append(
                Row(f"{arm}{case}", f"k{case}", f"c{case}", arm, 0, CourseEnd.WAITED, 1, {"x": value})
            )  # fmt: skip
    return found


ON_OFF = [Asked("arm", "on - off", {"on": 1.0, "off": -1.0})]


RUN = rows(2.0, np.random.default_rng(7))
"""The whole run, in which `on` is better."""


def over(effects: list[float]) -> Held:
    noise = np.random.default_rng(0)
    drawn = [rows(effect, noise) for effect in effects]
    points = [
        {"a": effect, "b": float(noise.normal()), "c": float(noise.normal())} for effect in effects
    ]
    return conclusions(RUN, rows(2.0, noise), drawn, points, ["x"], ON_OFF, ["on", "off"])[0]


def test_a_conclusion_that_always_holds() -> None:
    one = over([1.0 + 0.05 * k for k in range(40)])
    assert (one.fragile, one.same_sign, one.same_conclusion) == (False, 1.0, 1.0)
    assert one.mover == "a"
    assert one.mover_beyond_chance
    assert one.mover_rank is not None
    assert one.mover_rank > 0.9


def test_a_conclusion_that_flips_is_fragile() -> None:
    one = over([2.0 - 0.1 * k for k in range(40)])
    assert one.fragile
    assert one.same_sign is not None
    assert 0.3 < one.same_sign < 0.7
    assert one.same_conclusion is not None
    assert one.same_conclusion < 0.6


def test_no_parameter_is_named_where_only_chance_moves_the_effect() -> None:
    noise = np.random.default_rng(3)
    drawn = [rows(1.0, noise) for _ in range(40)]
    points = [{f"p{k}": float(noise.normal()) for k in range(60)} for _ in drawn]
    one = conclusions(RUN, rows(1.0, noise), drawn, points, ["x"], ON_OFF, ["on", "off"])[0]
    assert one.mover is not None
    assert one.mover_beyond_chance is False


def test_an_effect_without_a_test_has_no_verdict() -> None:
    noise = np.random.default_rng(1)
    single = rows(1.0, noise, cases=1)
    one = conclusions(RUN, single, [single] * 3, [{"a": 1.0}] * 3, ["x"], ON_OFF, ["on", "off"])[0]
    assert one.fragile is None
    assert "one source case" in one.reason


def test_too_few_cases_for_the_corrected_tests_have_no_verdict() -> None:
    """Six cases attain p 0.031: enough for one test, and never for two that are corrected."""
    noise = np.random.default_rng(1)
    some = rows(2.0, noise, cases=6)
    asked = [*ON_OFF, Asked("arm", "off - on", {"off": 1.0, "on": -1.0})]
    rest = ([some] * 3, [{"a": 1.0}] * 3, ["x"])
    alone = conclusions(some, some, *rest, ON_OFF, ["on", "off"], declared=True)[0]
    assert (alone.fragile, alone.same_conclusion) == (False, 1.0)
    assert alone.least_p == pytest.approx(2 / 2**6)
    both = conclusions(some, some, *rest, asked, ["on", "off"], declared=True)
    assert [(one.fragile, one.same_conclusion) for one in both] == [(None, None)] * 2
    assert both[0].shipped_p == both[0].least_p == pytest.approx(4 / 2**6)
    free = conclusions(some, some, *rest, asked, ["on", "off"], declared=False)
    assert [one.fragile for one in free] == [False, False]


def test_that_nothing_could_be_found_is_told() -> None:
    one = Held(
        endpoint="x", contrast="on - off", shipped=1.0, shipped_p=0.06, least_p=0.0625, draws=3
    )
    found = Sensitivity(
        loop="open", draws=3, parameters=["a"], episodes=12, clients=6, cases=6, seeds=1,
        whole=True, corrected=True, seconds=1.0, held=[one],
    )  # fmt: skip
    screen = Console(width=80, file=StringIO())
    print_sensitivity(screen, found)
    told = " ".join(screen.file.getvalue().split())  # type: ignore[attr-defined]
    assert "With 6 source cases p, corrected over as many tests as were declared, cannot" in told
    assert "fall below 0.062 for the effects: that nothing is significant here says" in told
    assert "6 clients of 6 source cases, 1 seed;" in told
    assert "holds" not in told


def test_an_offline_run_lived_again_at_its_own_parameters_is_the_run(run: Run) -> None:
    test = plan_test(run, 1, primary="alliance", over=["remembered"])
    assert test.design.loop == "closed"
    assert test.design.whole
    found = asyncio.run(run_test(test))
    assert (found.draws, found.episodes, found.seeds, found.cases) == (1, 8, 2, 2)
    assert found.differing == found.stopped == 0
    assert all(one.shipped == one.recorded is not None for one in found.held)


def test_a_part_is_told_and_stands_beside_the_whole(run: Run) -> None:
    test = plan_test(run, 1, primary="trust", seeds=1, clients=1, over=["remembered"])
    assert not test.design.whole
    assert test.design.episodes == [
        "en-gordon-pell--full--s0",
        "en-gordon-pell--neither--s0",
    ]
    found = asyncio.run(run_test(test))
    assert (found.whole, found.clients, found.seeds) == (False, 1, 1)
    assert found.held[0].shipped != found.held[0].recorded


def test_a_program_that_changed_since_is_told(run: Run) -> None:
    sample = read_run(run)
    sample.rows[0].values["trust"] = 0.0
    test = plan_test(run, 1, primary="trust", over=["remembered"], sample=sample)
    assert asyncio.run(run_test(test)).differing == 1


def test_what_a_recipe_fixed_is_not_drawn_unless_named() -> None:
    fixed = {"remembered.recall_trust": 0.0}
    assert "remembered.recall_trust" in varied(load_dynamics())
    assert "remembered.recall_trust" not in varied(load_dynamics(), fixed=fixed)
    assert varied(load_dynamics(), ["remembered.recall_trust"], fixed) == [*fixed]


def test_a_stopped_test_goes_on_from_what_it_lived(run: Run) -> None:
    test = plan_test(run, 2, primary="quality", seeds=1, over=["week"])
    test.file.unlink(missing_ok=True)
    whole = asyncio.run(run_test(test))
    lines = test.file.read_bytes().splitlines(keepends=True)
    assert len(lines) == 2 * 3  # clients x draws, the run's own among them
    test.file.write_bytes(b"".join(lines[:3]) + lines[3][:-20])

    progress = progress_of(test)
    again = asyncio.run(run_test(test, progress))
    assert (progress.kept, progress.done, progress.units) == (3, 6, 6)
    assert again.held == whole.held
    assert test.file.read_bytes() == b"".join(lines)

    progress = progress_of(test)
    asyncio.run(run_test(test, progress, restart=True))
    assert progress.kept == 0
    assert test.file.read_bytes() == b"".join(lines)
    other = plan_test(run, 2, primary="quality", seeds=1, over=["words"])
    assert other.file != test.file


def test_nobody_lives_a_test_that_another_process_is_living(run: Run) -> None:
    test = plan_test(run, 1, primary="trust")
    with keeping(test.file), pytest.raises(RunError, match="another process is living this test"):
        asyncio.run(run_test(test))


@pytest.mark.slow
def test_two_processes_find_what_one_finds(run: Run) -> None:
    test = plan_test(run, 3, primary="trust", over=["remembered"])
    found = [
        asyncio.run(run_test(test, workers=workers, restart=True)).model_dump(exclude={"seconds"})
        for workers in (1, 2)
    ]
    assert found[0] == found[1]


def test_a_paid_model_is_not_asked_again(run: Run) -> None:
    sample = read_run(run)
    paid = replace(sample, models={**sample.models, "client": {"openai:some"}})
    test = plan_test(run, 2, primary="trust", sample=paid, over=["week"])
    assert (test.design.loop, len(test.design.episodes)) == ("open", 8)
    found = asyncio.run(run_test(test))
    assert found.loop == "open"
    assert found.held[0].shipped == found.held[0].recorded is not None
    with pytest.raises(RunError, match="would ask paid models"):
        plan_test(run, 2, sample=paid, loop="closed")


def test_judged_endpoints_are_refused(run: Run) -> None:
    with pytest.raises(RunError, match="only judges give"):
        plan_test(run, 2, primary="alliance.bond")
