"""The pitfalls of a run: by arm, the same bytes each time, kept, shown, and never out of date."""

from __future__ import annotations

import re
from pathlib import Path

import orjson
import pytest

from muspsy_sim.cli.entry import run_command_line
from muspsy_sim.evaluation.pitfalls.catalogue import PITFALLS
from muspsy_sim.evaluation.pitfalls.measuring import measure
from muspsy_sim.evaluation.pitfalls.table import (
    kept_or_measured,
    measure_run,
    stored_table,
    table_file,
    write_table,
)
from muspsy_sim.records.episode import Episode
from muspsy_sim.runs.store import Run
from tests.unit.episodes import make_episode, save_episode, write_run
from tests.unit.pitfall_courses import CLEAN, course


@pytest.fixture
def run(tmp_path: Path) -> Run:
    made: list[Episode] = [
        course(CLEAN["en"]).model_copy(update={"id": "a--full--s0", "arm": "full"}),
        course(CLEAN["zh"], "zh").model_copy(update={"id": "b--full--s0", "arm": "full"}),
        make_episode("en", "waitlist"),
    ]
    return Run(write_run(tmp_path / "run", made))


def test_arms_are_pooled_and_what_was_not_held_has_no_value(run: Run) -> None:
    table = measure_run(run)
    assert sorted(table.arms) == ["full", "waitlist"]
    full = table.arms["full"].pitfalls
    assert list(full) == list(PITFALLS)
    assert full["agreement_openings.client"].of == 12 + 11
    assert full["agreement_openings.client"].n == 1
    assert full["farewell_loops.both"].of == 4
    waiting = table.arms["waitlist"].pitfalls
    assert {v.value for v in waiting.values()} == {None}
    assert all(v.reason == PITFALLS[name].none for name, v in waiting.items())


def test_the_same_episodes_give_the_same_bytes(run: Run) -> None:
    write_table(run, measure_run(run))
    first = table_file(run).read_bytes()
    write_table(run, measure_run(run))
    assert table_file(run).read_bytes() == first
    assert b"NaN" not in first


def test_a_table_is_kept_until_the_episodes_change(run: Run) -> None:
    assert stored_table(run) is None
    write_table(run, measure_run(run))
    assert stored_table(run) == measure_run(run)
    save_episode(run.folder, make_episode("zh", "waitlist"))
    assert stored_table(run) is None
    assert kept_or_measured(run, 3) is None
    measured = kept_or_measured(run, 4)
    assert measured is not None
    assert measured.arms["waitlist"].episodes == 2


@pytest.mark.parametrize("damage", [b"", b"{}", b'{"version": 1'])
def test_a_damaged_table_is_measured_anew(run: Run, damage: bytes) -> None:
    write_table(run, measure_run(run))
    table_file(run).write_bytes(damage)
    assert stored_table(run) is None


def test_every_measure_has_its_place_in_the_catalogue() -> None:
    measured = set(measure(course(CLEAN["en"])))
    assert measured | {"shared_5grams.client"} == set(PITFALLS)


def test_the_page_says_what_the_catalogue_says(repository: Path) -> None:
    page = (repository / "docs" / "pitfalls.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\S+)` \| (.*) \|$", page, re.MULTILINE)
    assert [name for name, _ in rows] == list(PITFALLS)
    for name, cells in rows:
        p = PITFALLS[name]
        said = [p.numerator, p.denominator, p.method, p.none, p.reference or "-"]
        assert cells.split(" | ") == said


def test_the_command_prints_counts_and_reasons_and_keeps_the_table(
    run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert run_command_line(["pitfalls", str(run.folder)]) == 0
    out = capsys.readouterr().out
    assert re.search(r"agreement_openings\.client +4\.3% 1/23 +- 0/0", out)
    assert "no session was held" in out
    assert max(map(len, out.splitlines()[:40])) <= 80
    assert stored_table(run) is not None
    assert "nan" not in out.lower()


def test_places_and_json(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["pitfalls", str(run.folder), "--places", "agreement_openings"]) == 0
    out = capsys.readouterr().out
    assert "b--full--s0 s2t8" in out
    assert "1 place." in out
    asked = ["pitfalls", str(run.folder), "--arms", "full", "--json"]
    assert run_command_line(asked) == 0
    assert list(orjson.loads(capsys.readouterr().out)["arms"]) == ["full"]
    assert run_command_line([*asked, "--places", "agreement_openings"]) == 0
    assert [p["turn"] for p in orjson.loads(capsys.readouterr().out)] == ["s2t8"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--places", "agreement"], "did you mean 'agreement_openings.client'?"),
        (["--places", "false_recall"], "'false_recall.client' or 'false_recall.counselor'"),
        (["--arms", "ful"], "did you mean 'full'?"),
    ],
)
def test_a_wrong_name_names_the_nearest(
    run: Run, more: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command_line(["pitfalls", str(run.folder), *more]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert told.count("\n") == 1


def test_a_run_without_whole_episodes_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_run(tmp_path / "empty", [])
    assert run_command_line(["pitfalls", str(folder)]) == 2
    assert "no episode is whole yet" in capsys.readouterr().err


def test_a_table_that_cannot_be_kept_is_still_told(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    (run.folder / "tables").write_text("a file in the way")
    assert run_command_line(["pitfalls", str(run.folder)]) == 0
    told = capsys.readouterr()
    assert "agreement_openings.client" in told.out
    assert "was not kept" in told.err


@pytest.mark.slow
def test_a_run_prints_them_and_status_shows_them_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = tmp_path / "small.yaml"
    recipe.write_text(
        "about: x\npersonas: [en-gordon-pell]\narms: [nodding]\nseeds: [0]\nsessions: 2\n"
        "exchanges: 3\nmodels: {default: offline}\n"
    )
    assert run_command_line(["run", str(recipe)]) == 0
    ran = capsys.readouterr().out
    assert "agreement openings" in ran
    assert "against the profile" in ran
    kept = Run(tmp_path / "small")
    assert stored_table(kept) is not None
    assert run_command_line(["status", str(kept.folder)]) == 0
    assert "agreement openings" in capsys.readouterr().out
    table_file(kept).unlink()
    assert run_command_line(["status", str(kept.folder), "--json"]) == 0
    assert "nodding" in orjson.loads(capsys.readouterr().out)["pitfalls"]
    assert not table_file(kept).exists()
