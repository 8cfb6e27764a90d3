from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from muspsy_sim.cli.personas import personas_app
from muspsy_sim.personas import list_profiles

CARD = """\
Client's Static Traits:
[Basic Info]: 孙某，女性，31岁，灯塔看守。
Client's Dynamic States:
[Recent Life Events]: 换灯泡时摔了一跤。
[Emotion State]: 心里发慌。
[Cognitive State]: 希望睡个整觉。
Counseling Goals:
让孙某说说那一跤。
用倾听的办法。
"""


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(personas_app, [str(each) for each in arguments])


def test_list_names_every_persona() -> None:
    result = run("list")
    assert result.exit_code == 0
    for each in list_profiles():
        assert each.id in result.stdout


def test_list_as_json_is_one_list() -> None:
    rows = json.loads(run("list", "--json").stdout)
    assert [row["id"] for row in rows] == [each.id for each in list_profiles()]
    assert {row["language"] for row in rows} == {"en", "zh"}
    assert all(isinstance(row["age"], int) for row in rows)


def test_show_prints_the_client_and_its_report() -> None:
    shown = run("show", "zh-ma-guoqing").stdout
    assert "马国庆" in shown
    assert "开塔吊" in shown
    assert "咨询过程" not in shown
    assert "咨询过程" in run("show", "zh-ma-guoqing", "--case").stdout


def test_check_is_clean_for_the_shipped_personas() -> None:
    result = run("check")
    assert result.exit_code == 0
    assert f"{len(list_profiles())} checked: 0 errors, 0 warnings" in result.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "en-gordon-pel"),
        ("check", "en-gordon-pel"),
        ("check", "nowhere/profile.yaml"),
        ("import", "nowhere.txt", "--from", "muspsy-usercard"),
        ("import", "nowhere", "--from", "cactus-intake"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(
    arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert "Traceback" not in result.output
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_shape_is_refused() -> None:
    assert run("import", "x.txt", "--from", "tea-leaves").exit_code == 2


def test_import_says_what_was_filled_in_and_what_was_refused(tmp_path: Path) -> None:
    (tmp_path / "usercards_1.txt").write_text(CARD, encoding="utf-8")
    (tmp_path / "usercards_2.txt").write_text(CARD.replace("31岁", "13岁"), encoding="utf-8")
    result = run("import", tmp_path, "--from", "muspsy-usercard", "--out", tmp_path / "out")
    assert result.exit_code == 0
    assert "muspsy-1" in result.stdout
    assert "Missing in all, and filled in:" in result.stdout
    assert "symptoms" in result.stdout
    assert "孙某 is 13, under 18" in result.stdout
    assert "1 profile and 0 case reports" in result.stdout
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["muspsy-1"]
    checked = run("check", tmp_path / "out")
    assert checked.exit_code == 0
    assert "1 checked: 0 errors" in checked.stdout


def test_importing_none_but_minors_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "usercards_2.txt"
    path.write_text(CARD.replace("31岁", "13岁"), encoding="utf-8")
    result = run("import", path, "--from", "muspsy-usercard", "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "every client in it was refused" in result.stderr
    assert not (tmp_path / "out").exists()
    allowed = run(
        *("import", path, "--from", "muspsy-usercard", "--out", tmp_path / "out"), "--allow-minors"
    )
    assert allowed.exit_code == 0
    # Allowed to be imported is not sound: the check still says that the client is a minor.
    assert run("check", tmp_path / "out").exit_code == 1


def test_import_refuses_to_write_over_an_edited_profile(tmp_path: Path) -> None:
    path = tmp_path / "usercards_1.txt"
    path.write_text(CARD, encoding="utf-8")
    arguments = ("import", path, "--from", "muspsy-usercard", "--out", tmp_path / "out")
    assert run(*arguments).exit_code == 0
    profile = tmp_path / "out" / "muspsy-1" / "profile.yaml"
    profile.write_text(profile.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    result = run(*arguments)
    assert result.exit_code == 2
    assert "is already there with other content" in result.stderr


def test_check_of_a_folder_without_profiles_is_refused(tmp_path: Path) -> None:
    result = run("check", tmp_path)
    assert result.exit_code == 2
    assert "there is no profile in this folder" in result.stderr
