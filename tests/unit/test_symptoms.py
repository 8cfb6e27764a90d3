"""Symptom change from the client's own reports, by hand-worked cases of Jacobson & Truax."""

from __future__ import annotations

from typing import Any

import pytest

from muspsy_sim.evaluation.comparing.endpoints import ENDPOINTS
from muspsy_sim.evaluation.instruments.loading import chosen_instruments
from muspsy_sim.evaluation.symptoms import reliable_difference, reported_change, symptom_scores
from muspsy_sim.records.state import SymptomReport
from tests.unit.episodes import make_episode

PHQ, GAD = chosen_instruments(["phq9", "gad7"])


def report(week: int, phq9: int, gad7: int = 0) -> SymptomReport:
    def spread(total: int, items: int) -> list[int]:
        return [min(3, max(0, total - 3 * n)) for n in range(items)]

    return SymptomReport(week=week, phq9=spread(phq9, 9), gad7=spread(gad7, 7))


def values(start: int, end: int, follow_up: int | None = None) -> dict[str, float | None]:
    episode = make_episode("en")
    episode.baseline = report(0, start)
    for week in episode.weeks:
        week.report = report(week.number, end)
    episode.follow_up = [] if follow_up is None else [report(6, follow_up)]
    return {score.item: score.value for score in symptom_scores(PHQ, episode)}


def test_the_reliable_difference_is_that_of_the_cited_figures() -> None:
    assert PHQ.reported is not None
    assert GAD.reported is not None
    # 1.96 x 6.1 x root(2 x .16) and 1.96 x 4.7 x root(2 x .17)
    assert reliable_difference(PHQ.reported) == pytest.approx(6.7633, abs=5e-5)
    assert reliable_difference(GAD.reported) == pytest.approx(5.3715, abs=5e-5)


@pytest.mark.parametrize(
    ("start", "end", "change", "reliable", "significant"),
    [
        (18, 11, 7, 1, 0),  # reliable, and still a case
        (16, 9, 7, 1, 1),  # reliable, and across the cut-off
        (12, 6, 6, 0, 0),  # across the cut-off, within the error
        (15, 15, 0, 0, 0),
        (10, 17, -7, -1, 0),  # deteriorated
        (9, 2, 7, 1, None),  # was no case to begin with
    ],
)
def test_worked_cases(
    start: int, end: int, change: int, reliable: int, significant: int | None
) -> None:
    assert values(start, end) == {
        "start": start,
        "end": end,
        "change": change,
        "reliable": reliable,
        "significant": significant,
    }


def test_the_last_report_counts_follow_up_included() -> None:
    assert values(18, 5, follow_up=17)["change"] == 1


def test_only_what_was_reported_counts() -> None:
    episode = make_episode("en")
    before = symptom_scores(PHQ, episode)
    for week in episode.weeks:
        week.phq9_latent = [1.0] * 9
    assert symptom_scores(PHQ, episode) == before


def test_without_reports_there_is_no_value() -> None:
    episode = make_episode("en")
    episode.baseline = None
    scores = symptom_scores(PHQ, episode)
    assert {(s.value, s.state) for s in scores} == {(None, "not_applicable")}


def test_the_questions_are_whole() -> None:
    assert PHQ.reported is not None
    assert GAD.reported is not None
    assert (len(PHQ.reported.questions), len(GAD.reported.questions)) == (9, 7)
    assert len(PHQ.reported.answers) == 4


def test_a_comparison_goes_by_the_same_figures_as_the_scores() -> None:
    assert reported_change("phq9") == PHQ.reported
    assert reported_change("gad7") == GAD.reported

    def raw(phq9: int, gad7: int) -> dict[str, Any]:
        def report(week: int, phq: int, gad: int) -> dict[str, Any]:
            return {"week": week, "phq9": [phq], "gad7": [gad]}

        return {
            "baseline": report(0, 10, 10),
            "weeks": [{"report": report(1, 10 + phq9, 10 + gad7)}],
            "follow_up": [],
        }

    deteriorated = ENDPOINTS["deteriorated"].of
    assert deteriorated is not None
    for scale, how in (("phq9", PHQ.reported), ("gad7", GAD.reported)):
        assert how is not None
        least = reliable_difference(how)
        for by in range(12):
            worse = {"phq9": 0, "gad7": 0} | {scale: by}
            assert deteriorated(raw(**worse)) == float(by > least)
