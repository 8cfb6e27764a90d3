"""`muspsy export` as it is called: options, what it says at the end, and what it refuses."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest
import typer
from episodes import make_episode, write_run
from typer.testing import CliRunner

from muspsy_sim.cli.export import OpeningPolicy, export
from muspsy_sim.datasets.exporting import FORMATS
from muspsy_sim.datasets.rows import OPENINGS
from muspsy_sim.records.errors import ExportError

APP = typer.Typer()
APP.command()(export)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    episodes = [
        make_episode("en", arm, case=f"case-{at}", persona=f"p-{at}", offline=["client"])
        for at in range(3)
        for arm in ("full", "no-memory", "dismissive")
    ]
    return write_run(tmp_path / "run", episodes)


def said(*arguments: str) -> str:
    done = CliRunner().invoke(APP, arguments)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.stdout


def test_choices_are_the_exports_own() -> None:
    assert all(f"{name}:" in inspect.getsource(export) for name in FORMATS)
    assert tuple(OpeningPolicy) == OPENINGS


def test_rows_per_split_what_was_left_out_and_where_it_lies_are_said(run: Path) -> None:
    told = said(str(run), "--to", "messages", "--allow-offline")
    assert re.search(r"counseling\s+\S?\s+4\s+\S?\s+4\s+\S?\s+4", told)
    assert "Left out: 3 episodes, arm dismissive: a control." in told
    assert "do not train on this" in told
    assert f"Written to {run / 'exports' / 'messages'}" in told


def test_arms_may_be_listed_with_commas_or_again(run: Path, tmp_path: Path) -> None:
    for at, named in enumerate((["full,dismissive"], ["full", "dismissive"])):
        options = [word for name in named for word in ("--arms", name)]
        out = tmp_path / str(at)
        more = ("--allow-offline", "--opening", "drop_opening", "--out", str(out))
        said(str(run), "--to", "alpaca", *options, *more)
        card = (out / "README.md").read_text()
        assert "- arms: dismissive 3, full 3 episodes" in card
        assert "by the policy `drop_opening`" in card


def test_a_refusal_is_an_error_for_the_user(run: Path) -> None:
    with pytest.raises(ExportError, match="add --allow-offline"):
        said(str(run), "--to", "trl")
