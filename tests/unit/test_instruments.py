"""Instruments as content: what ships holds together, and what does not is told at its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from muspsy_sim.evaluation.instruments.loading import (
    all_instruments,
    chosen_instruments,
    instrument_hash,
    read_instrument,
    shown,
)
from muspsy_sim.evaluation.metrics import metrics_of
from muspsy_sim.evaluation.spoiling.catalogue import OPEN
from muspsy_sim.llm.offline.judge.rules import RULES
from muspsy_sim.records.errors import ContentError

SHIPPED = [
    "alliance",
    "cbt-skill",
    "coherence",
    "continuity",
    "cpsycoune",
    "crisis",
    "gad7",
    "homework",
    "memory-use",
    "mi-skill",
    "phq9",
    "plan-adherence",
]

OWN = """\
# yaml-language-server: $schema=../instrument.json
id: warmth
version: 1
title: Warmth
rates: counselor
unit: session
scale: {low: 1, high: 3}
items:
  - id: warm
    asks: Is the counselor warm?
    neutral: 2
    cap: 2
    anchors:
      - {low: 1, high: 1, text: Cold.}
      - {low: 2, high: 3, text: Warm.}
source: mine
licence: mine
"""


def own(folder: Path, text: str = OWN) -> Path:
    file = folder / "warmth.yaml"
    file.write_text(text)
    return file


def refused(folder: Path, old: str, new: str) -> str:
    assert old in OWN
    with pytest.raises(ContentError) as told:
        read_instrument(own(folder, OWN.replace(old, new)))
    return str(told.value)


def test_all_that_ship_are_whole() -> None:
    found = all_instruments()
    assert [i.id for i in found] == SHIPPED
    for instrument in found:
        assert instrument.source
        assert instrument.licence
        if instrument.reported is None:
            assert all(item.rule in RULES for item in instrument.items), instrument.id
            assert any(a.example for item in instrument.items for a in item.anchors)


def test_every_kind_of_spoiling_is_declared_by_some_instrument() -> None:
    declared = {k for i in all_instruments() for k in (*i.must_lower, *i.must_not_touch)}
    assert {kind.name for kind in OPEN} == declared
    assert len(OPEN) == 15


def test_muspsys_metrics_are_kept_apart_and_safety_is_never_averaged() -> None:
    named = {m.name: m for i in all_instruments() for m in metrics_of(i)}
    assert {"alliance.goal", "alliance.task", "alliance.bond"} <= named.keys()
    assert "alliance.total" not in named
    assert not any(m.summary for m in named.values() if m.instrument == "crisis")
    assert not named["plan-adherence.total"].outcome, "a process is no outcome"


def test_only_process_instruments_see_private_papers() -> None:
    for instrument in all_instruments():
        assert instrument.blinded or instrument.measures == "process"


def test_a_judge_sees_nothing_of_spoilers_and_sources() -> None:
    for instrument in all_instruments():
        text = shown(instrument).model_dump_json()
        assert instrument.source.strip()[:40] not in text
        assert not any(kind.name in text for kind in OPEN if "_" in kind.name)


def test_a_user_adds_one_by_writing_a_file(tmp_path: Path) -> None:
    found = chosen_instruments(["alliance", str(own(tmp_path))])
    assert [i.id for i in found] == ["alliance", "warmth"]


def test_overlapping_anchors_are_refused_with_file_and_line(tmp_path: Path) -> None:
    told = refused(tmp_path, "{low: 1, high: 1, text: Cold.}", "{low: 1, high: 2, text: Cold.}")
    assert told == (
        f"{tmp_path / 'warmth.yaml'}:15: items[0].anchors[1]: overlaps anchor 1: both cover 2; "
        "let each value belong to one anchor"
    )


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("{low: 2, high: 3, text: Warm.}", "{low: 3, high: 3, text: Warm.}", "no anchor covers 2"),
        ("{low: 2, high: 3, text: Warm.}", "{low: 2, high: 4, text: Warm.}", "4 is not on the sc"),
        ("{low: 2, high: 3, text: Warm.}", "{low: 3, high: 2, text: Warm.}", "begins above its en"),
        ("neutral: 2", "neutral: 1.5", ":11: items[0].neutral: 1.5 is not on the scale 1 to 3"),
        ("    neutral: 2\n", "", "`neutral` is missing"),
        ("cap: 2", "cap: 9", "9 is not on the scale"),
        ("unit: session", "unit: session\nsees: [session, plan]", "write `measures: process`"),
        ("scale: {low: 1, high: 3}", "scale: {low: 3, high: 1}", "`low` should be below `high`"),
        ("version: 1", "version: 1\nchecklist: true", "a checklist's scale is 0 to 1"),
        (
            "source: mine",
            "summaries: [{id: all, title: All, items: [warmer]}]\nsource: mine",
            "there is no item 'warmer'",
        ),
        (
            "source: mine",
            "must_lower: [padding]\nmust_not_touch: [padding]\nsource: mine",
            "'padding' must lower it as well",
        ),
        ("source: mine", "must_lower: [paddin]\nsource: mine", "did you mean 'padding'?"),
        ("cap: 2", "cap: 2\n    rule: bond_hear", "did you mean 'bond_heard'?"),
        ("rates: counselor", "rates: counsellor", "rates"),
        ("title: Warmth", "titel: Warmth", "did you mean 'title'?"),
    ],
)
def test_what_does_not_hold_together_is_told(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    told = refused(tmp_path, old, new)
    assert words in told
    assert str(tmp_path / "warmth.yaml") in told


def test_names_that_do_not_exist_are_told_with_the_nearest() -> None:
    with pytest.raises(ContentError, match="did you mean 'alliance'"):
        chosen_instruments(["aliance"])


def test_what_can_change_a_judgment_changes_the_hash(tmp_path: Path) -> None:
    before = read_instrument(own(tmp_path))
    other_words = read_instrument(own(tmp_path, OWN.replace("text: Cold.", "text: Chilly.")))
    other_source = read_instrument(own(tmp_path, OWN.replace("source: mine", "source: yours")))
    assert instrument_hash(before) != instrument_hash(other_words)
    assert instrument_hash(before) == instrument_hash(other_source)
