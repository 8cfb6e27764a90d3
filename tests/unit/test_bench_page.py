"""The page of benchmarks keeps what it did not measure and what a person wrote."""

from __future__ import annotations

from dataclasses import replace

import pytest

from muspsy_sim.cli.bench import bench
from muspsy_sim.records.errors import RunError
from muspsy_sim.report.bench.catalogue import BENCHES, Bench
from muspsy_sim.report.bench.figures import BenchResult, Figure
from muspsy_sim.report.bench.page import page_of


def measured(bench: str, value: float) -> BenchResult:
    figure = Figure(name="a share", value=value, unit="x", at_least=0.5)
    return BenchResult(bench=bench, about=f"about {bench}", figures=[figure], lines=[])


def test_a_page_written_again_keeps_other_benches_and_what_is_by_hand() -> None:
    first = page_of(
        [measured("storage", 0.7), measured("local", 0.9)], "muspsy bench storage local"
    )
    by_hand = "<!-- by hand -->\n**Not reached:** much.\n<!-- end -->\n"
    first = first.replace("Each figure with", f"{by_hand}\nEach figure with", 1)
    again = page_of([measured("storage", 0.4)], "muspsy bench storage", first)
    assert "0.4 x" in again
    assert "0.7 x" not in again
    assert "NOT KEPT" in again
    assert "0.9 x" in again
    assert again.count("## local") == again.count("## storage") == 1
    assert again.count("**Not reached:** much.") == 1
    third = page_of([measured("storage", 0.4)], "muspsy bench storage", again)
    assert third == again


def test_a_new_page_holds_what_was_measured() -> None:
    page = page_of([measured("storage", 0.7)], "muspsy bench storage")
    assert "## storage" in page
    assert "by hand" not in page


def test_an_extra_that_is_missing_is_told_before_anything_is_measured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lacking = replace(BENCHES["prompts"], name="far", extra="far", needs=("no_such_module_here",))
    monkeypatch.setitem(BENCHES, "far", lacking)
    monkeypatch.setattr(Bench, "measured", lambda *_: pytest.fail("something was measured"))
    with pytest.raises(RunError, match="no_such_module_here") as told:
        bench(["prompts", "far"])
    assert "muspsy-sim[far]" in str(told.value)
