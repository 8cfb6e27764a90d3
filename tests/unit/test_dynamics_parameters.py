"""The parameters of the client's dynamics are whole, sourced, and refused where they are not."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import get_args

import pytest
from client_course import DISMISSIVE, GOOD, clients, coded, live

from muspsy_sim.agents.client.feeling import stage_now
from muspsy_sim.agents.client.parameters import Dynamics, load_dynamics
from muspsy_sim.records.content import content_path
from muspsy_sim.records.errors import ContentError
from muspsy_sim.records.profile import StageOfChange
from muspsy_sim.records.strict_yaml import load_strict


def written(tmp_path: Path, old: str, new: str) -> Path:
    text = content_path("agents", "client", "dynamics.yaml").read_text(encoding="utf-8")
    assert text.count(old) >= 1
    path = tmp_path / "dynamics.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def test_paths_from_memory_and_planning_can_be_switched_off() -> None:
    paths = {
        path: parameter
        for path, parameter in load_dynamics().parameters().items()
        if path.startswith(("remembered.", "planned."))
    }
    assert len(paths) == 8
    assert all(parameter.low <= 0.0 <= parameter.high for parameter in paths.values())


REFERENCE = re.compile(
    r"^(?:de |van )?[A-Z][^()]+, [A-Z]\.[^()]* \((19|20)\d\d\)\. \S.{15,}", re.DOTALL
)
"""Authors with initials, a year, and a title with where it appeared."""


def test_each_parameter_has_a_source_that_is_listed_in_full_and_a_range() -> None:
    dynamics = load_dynamics()
    for path, parameter in dynamics.parameters().items():
        assert parameter.sources(), path
        assert set(parameter.sources()) <= set(dynamics.sources), path
        assert parameter.low < parameter.high or parameter.basis == "figure", path
    used = {key for each in dynamics.parameters().values() for key in each.sources()}
    assert set(dynamics.sources) <= used, "a source that nothing rests on"


def test_each_source_is_a_full_reference() -> None:
    for key, text in load_dynamics().sources.items():
        assert REFERENCE.match(text), key
        surname, year = key.split()[0], next(word for word in key.split() if word.isdigit())
        plain = text.replace("ü", "u")
        assert f"({year})" in text, key
        assert surname in plain[: plain.index("(")], key


def test_the_page_counts_what_rests_on_what() -> None:
    page = (Path(__file__).parents[2] / "docs" / "dynamics.md").read_text(encoding="utf-8")
    told = {
        basis: int(n) for basis, n in re.findall(r"^\| ([a-z]+) \| (\d+) \|", page, re.MULTILINE)
    }
    assert told == Counter(each.basis for each in load_dynamics().parameters().values())


def test_what_was_not_looked_up_is_listed_and_is_a_source(tmp_path: Path) -> None:
    dynamics = load_dynamics()
    assert "Swift 2012" not in dynamics.from_memory
    path = written(tmp_path, "from_memory: [", "from_memory: [Nobody 1901, ")
    with pytest.raises(ContentError, match="from_memory names sources that are not listed"):
        load_strict(path, Dynamics)


HUNT = "minimising: {value: -0.04, low: -0.1, high: 0, source: Hunt 2003, basis: direction,"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (HUNT, HUNT.replace(" source: Hunt 2003,", ""), "source"),
        (HUNT, HUNT.replace("Hunt 2003", '""'), "source"),
        (HUNT, HUNT.replace("Hunt 2003", "assumption"), "sources that are not listed"),
        (HUNT, HUNT.replace(" basis: direction,", ""), "basis"),
        (HUNT, HUNT.replace("direction", "design"), "basis"),
        (HUNT, HUNT.replace(" low: -0.1, high: 0,", ""), "low"),
        (HUNT, HUNT.replace("low: -0.1, high: 0", "low: -0.04, high: -0.04"), "no range"),
    ],
)
def test_a_parameter_without_a_source_or_a_range_is_refused(
    tmp_path: Path, old: str, new: str, says: str
) -> None:
    assert new != old
    with pytest.raises(ContentError) as caught:
        load_strict(written(tmp_path, old, new), Dynamics)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("source: Nisbett 1981, basis: analogy", "source: Nisbett 1981, basis: direction"),
        ("source: Hunt 2003, basis: direction", "source: Hunt 2003, basis: analogy"),
        ("source: Hunt 2003, basis: direction", "source: Rankin 2009, basis: direction"),
        ("elsewhere: [Rankin 2009, ", "elsewhere: ["),
    ],
)
def test_what_is_shown_elsewhere_does_not_pass_for_more(tmp_path: Path, old: str, new: str) -> None:
    with pytest.raises(ContentError, match="`basis: analogy` goes with"):
        load_strict(written(tmp_path, old, new), Dynamics)


def test_words_for_readiness_part_the_stages() -> None:
    dynamics = load_dynamics()
    places = [dynamics.start.readiness[stage] for stage in get_args(StageOfChange)]
    for n, end in enumerate(dynamics.words.readiness):
        assert (end.low, end.high) == (places[n].value, places[n + 1].value)
        assert end.low < end.value < end.high


def test_words_divide_the_scale_as_people_divide_it() -> None:
    """Rohrmann (2000): where people put five words of intensity, from 0 to 10; halfway between."""
    least = [0.0, 2.5, 5.0, 6.5, 8.7]
    most = [0.0, 2.5, 5.3, 7.6, 9.6]
    words = load_dynamics().words
    for ends in (words.trust, words.distress):
        for n, end in enumerate(ends):
            between = [(row[n] + row[n + 1]) / 20.0 for row in (least, most)]
            assert any(end.low <= half <= end.high for half in between), (n, between)


def test_a_script_ends_where_its_sources_say() -> None:
    dynamics = load_dynamics()
    script = dynamics.scripted
    fall = 1.0 - dynamics.attending.remission.value / 17.1  # Kroenke 2001, major depression
    assert script.improvement.value == pytest.approx(fall, abs=0.02)
    assert script.trust.value > dynamics.disclosing.risk_unasked.value
    assert stage_now(script.readiness.value, dynamics) == "maintenance"
    assert script.self_efficacy.value > dynamics.start.self_efficacy_base.value


def test_a_crisis_begins_with_the_fourth_of_five_kinds_of_ideation() -> None:
    """Posner 2011: of five kinds of ideation the two worst call for immediate referral."""
    assert load_dynamics().crisis_level == pytest.approx(3 / 5)


def test_published_figures_are_taken_over_as_they_stand() -> None:
    dynamics = load_dynamics()
    assert dynamics.report.phq9_reliability.value == 0.84
    assert dynamics.report.gad7_reliability.value == 0.83
    assert dynamics.attending.remission.value == 5


def test_every_change_names_a_rule_of_the_file() -> None:
    paths = load_dynamics().parameters()
    stream = [*GOOD[:6], coded("repair"), *DISMISSIVE[:5]]
    changes = [
        change
        for profile in clients()
        for seed in range(6)
        for change in live(profile, seed, stream, weeks=8, attending=False).changes
    ]
    rules = {change.rule for change in changes}
    assert len(rules) > 20
    for rule in rules:
        assert any(path == rule or path.startswith(f"{rule}.") for path in paths), rule


def test_a_value_outside_its_range_is_refused_at_its_line(tmp_path: Path) -> None:
    path = written(tmp_path, "item_noise: {value: 0.03", "item_noise: {value: 3")
    with pytest.raises(ContentError, match="outside its range") as caught:
        load_strict(path, Dynamics)
    assert caught.value.line is not None
    assert "start.item_noise" in str(caught.value)


def test_an_unlisted_source_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "source: Sharf 2010", "source: Nobody 1901")
    with pytest.raises(ContentError, match="Nobody 1901"):
        load_strict(path, Dynamics)


def test_a_missing_behaviour_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "\n  summarise:\n", "\n  summarized:\n")
    with pytest.raises(ContentError, match="summari"):
        load_strict(path, Dynamics)


def test_changed_values_are_checked_and_the_shipped_ones_stay() -> None:
    shipped = load_dynamics()
    other = shipped.changed({"week.natural": 0.0, "disclosing.thresholds.3": 0.8})
    assert other.week.natural.value == 0.0
    assert other.disclosing.thresholds[3].value == 0.8
    assert shipped.week.natural.value > 0.0
    with pytest.raises(ContentError, match="no parameter"):
        shipped.changed({"week.naturel": 0.0})
    with pytest.raises(ContentError, match="outside its range"):
        shipped.changed({"week.natural": 0.9})
