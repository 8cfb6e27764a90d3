"""`muspsy appraise-check` as a user meets it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from muspsy_sim.cli.entry import run_command_line


def run(*arguments: str) -> int:
    return run_command_line(["appraise-check", *arguments])


@pytest.fixture
def few(tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the content with some tens of English turns, so that it is fast."""
    from muspsy_sim.records.content import copy_content

    root = tmp_path / "content"
    copy_content(root)
    for path in (root / "agents" / "appraiser" / "check").glob("*-*.yaml"):
        if not path.name.startswith(("en-injected", "zh-injected-1")):
            path.unlink()
    monkeypatch.setenv("MUSPSY_CONTENT", str(root))
    return root


def test_tables_fit_a_terminal_and_the_verdict_is_plain(
    few: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert run("--language", "en") == 1
    out = capsys.readouterr().out
    assert max(len(line) for line in out.splitlines()) <= 80
    assert "…" not in out
    assert "is not usable as an appraiser by these thresholds." in out.splitlines()[-1]
    assert "injections obeyed" in out
    assert "nan" not in out.lower().split()


@pytest.mark.slow
def test_json_is_one_object_and_the_folder_keeps_it(
    few: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert run("--json", "--out", str(out)) == 1
    said = json.loads(capsys.readouterr().out)
    assert said == json.loads((out / "check.json").read_text())
    assert [each["part"] for each in said["findings"]] == ["en", "zh", "both"]
    assert said["findings"][2]["turns"] == sum(f["turns"] for f in said["findings"][:2])
    assert said["usable"] is False
    turns = [json.loads(line) for line in (out / "turns.jsonl").read_text().splitlines()]
    assert len(turns) == said["findings"][2]["turns"]
    first = (out / "check.json").read_bytes()
    assert run("--json", "--out", str(out)) == 1
    assert (out / "check.json").read_bytes() == first


def test_it_leaves_with_0_where_all_bounds_hold(few: Path) -> None:
    bounds = few / "agents" / "appraiser" / "check" / "thresholds.yaml"
    bounds.write_text(
        "pooled_kappa: 0.0\nbehaviour_kappa: 0.0\nbehaviours_below: 1.0\nquality_kappa: 0.0\n"
        "inflation: 4.0\ninflation_of_a_kind: 4.0\nrated_above: 1.0\nobeyed: 1.0\ndropped: 1.0\n"
        "failed: 1.0\n"
    )
    more = few / "agents" / "appraiser" / "check" / "en-invalidating.yaml"
    source = Path(__file__).parents[2] / "agents" / "appraiser" / "check" / more.name
    more.write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
    assert run("--language", "en") == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--language", "fr"], "'fr' is not one of 'en', 'zh', 'both'"),
        (["--model", "gpt-4o"], "did you mean `openai:gpt-4o`?"),
        (["--restart"], "--out"),
        (["--at-once", "0"], "--at-once"),
    ],
)
def test_a_mistake_is_one_line(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*arguments) == 2
    said = capsys.readouterr().err
    assert told in said
    assert len(said.strip().splitlines()) == 1


def test_a_broken_label_is_told_with_file_and_line(
    few: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = few / "agents" / "appraiser" / "check" / "en-injected.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("quality: -2", "quality: -3", 1))
    assert run("--language", "en") == 2
    assert "en-injected.yaml:" in capsys.readouterr().err


def test_no_turns_is_said(few: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in (few / "agents" / "appraiser" / "check").glob("zh-*.yaml"):
        path.unlink()
    assert run("--language", "zh") == 2
    assert "there are no labelled turns for zh" in capsys.readouterr().err
