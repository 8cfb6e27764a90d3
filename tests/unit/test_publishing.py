"""`muspsy export --to hub`: what is refused, what is told, and what is left in place."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from muspsy_sim.cli.app import app
from muspsy_sim.datasets.hub.licences import licence_id, licence_url
from muspsy_sim.datasets.hub.publishing import publish_run
from muspsy_sim.records.errors import ExportError
from tests.unit.episodes import make_episode, write_run


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return write_run(tmp_path / "run", [make_episode("en", "full"), make_episode("zh", "full")])


def test_a_licence_is_one_that_the_hub_knows() -> None:
    assert licence_id("CC BY 4.0") == "cc-by-4.0"
    assert licence_id("other:https://example.org/terms") == "other"
    assert licence_url("other:https://example.org/terms") == "https://example.org/terms"
    with pytest.raises(ExportError, match=r"did you mean cc-by-4\.0"):
        licence_id("cc-by-4")


def test_nothing_is_written_without_a_licence(run: Path) -> None:
    result = CliRunner().invoke(app, ["export", str(run), "--to", "hub"])
    assert result.exit_code == 2
    assert not (run / "exports").exists()
    refused = CliRunner().invoke(app, ["export", str(run), "--to", "trl", "--license", "mit"])
    assert refused.exit_code == 2


def test_personal_data_stops_it(tmp_path: Path) -> None:
    episode = make_episode("en", "full")
    turn = next(t for s in episode.sessions for t in s.turns if t.speaker == "client")
    turn.text = "Write to me at ada.l@example.org then."
    run = write_run(tmp_path / "run", [episode])
    with pytest.raises(ExportError, match="personal data stands in") as caught:
        publish_run(run, "mit")
    assert "ada.l" not in str(caught.value)
    assert not (run / "exports").exists()


def test_the_command_tells_what_it_wrote(run: Path) -> None:
    result = CliRunner().invoke(app, ["export", str(run), "--to", "hub", "--license", "cc0-1.0"])
    assert result.exit_code == 0, result.output
    assert "README.md and croissant.json" in result.output
    card = (run / "exports" / "hub" / "README.md").read_text(encoding="utf-8")
    assert "cc0-1.0" in card
    assert "yours to check" in card, "the terms of the models that spoke"


def test_somebody_elses_folder_is_left_alone(run: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ExportError, match="is there already"):
        publish_run(run, "mit", out=mine)
    assert [p.name for p in mine.iterdir()] == ["thesis.txt"]
