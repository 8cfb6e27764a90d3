"""The bands are whole, follow from their figures, and are refused where they don't."""

from __future__ import annotations

from pathlib import Path

import pytest

from muspsy_sim.agents.client.outcome_bands import OutcomeBands, load_outcome_bands, widened
from muspsy_sim.agents.client.parameters import load_dynamics
from muspsy_sim.records.content import content_path
from muspsy_sim.records.errors import ContentError
from muspsy_sim.records.strict_yaml import load_strict


def written(tmp_path: Path, old: str, new: str) -> Path:
    text = content_path("agents", "client", "outcome_bands.yaml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "outcome_bands.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def test_the_published_figures_stand_as_they_were_published() -> None:
    figures = {(b.arm, b.outcome): (b.figure, b.interval) for b in load_outcome_bands().bands}
    assert figures["full", "dropout"] == (0.197, (0.187, 0.207))
    assert figures["full", "alliance_outcome"] == (0.278, (0.256, 0.299))
    assert figures["full", "response"][0] == 0.41
    assert figures["waitlist", "response"][0] == 0.16


def test_an_interval_is_widened_by_the_sampling_error_and_outwards() -> None:
    assert widened((0.5, 0.5), "response", 100) == (0.40, 0.60)  # 1.96 x 0.05
    assert widened((0.0, 0.0), "alliance_outcome", 400) == (-0.10, 0.10)  # 1.96 x 0.05
    low, high = widened((0.187, 0.207), "dropout", 500)
    assert low < 0.187 < 0.207 < high


def test_an_edge_that_was_moved_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "high: 0.48", "high: 0.65")
    with pytest.raises(ContentError, match="full response: the edges that follow"):
        load_strict(path, OutcomeBands)


def test_a_figure_without_a_listed_source_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "source: Swift 2012\n", "source: Hearsay 2012\n")
    with pytest.raises(ContentError, match="Hearsay 2012"):
        load_strict(path, OutcomeBands)


def test_the_reliable_change_is_that_of_the_reports_themselves() -> None:
    report = load_dynamics().report
    error = report.phq9_sd.value * (1.0 - report.phq9_reliability.value) ** 0.5
    reliable = 1.96 * 2**0.5 * error
    points = load_outcome_bands().definitions.deterioration_points
    assert points - 1 < reliable <= points
