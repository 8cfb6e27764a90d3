"""The page of benchmarks keeps what it did not measure and what a person wrote."""

from __future__ import annotations

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
