"""run, status, replay and fork as a person uses them, on small recipes of the offline default."""

from __future__ import annotations

import io
from pathlib import Path

import orjson
import pytest

from muspsy_sim.cli.entry import run_command_line
from muspsy_sim.cli.screen import console
from muspsy_sim.cli.summary import change, endings, print_summary, rows_of
from muspsy_sim.runs.status import is_running, outcomes, status_of
from muspsy_sim.runs.store import Run, read_run_file, writing
from tests.fakes import FakeModel, failing
from tests.unit.courses import PERSONA, held, planned

RECIPE = """\
personas: [en-gordon-pell, zh-lu-xiaowen]
arms: [full, neither]
seeds: [0]
sessions: 2
exchanges: 3
follow_up_weeks: 1
"""
FULL = f"{PERSONA}--full--s0"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(RECIPE)
    return path


@pytest.mark.slow
def test_a_run_tells_what_came_of_it_and_what_to_try(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command_line(["run", str(file)]) == 0
    out = capsys.readouterr().out
    folder = file.parent / "small"
    assert out.startswith(f"4 episodes into {folder}\n")
    assert "4 of 4 episodes done" in out
    for words in ("full", "neither", "en-gordon-pell", "PHQ-9", "simulated clients", "Offline"):
        assert words in " ".join(out.split())
    assert f"Results: {folder}" in out
    assert f"muspsy replay {folder}" in out
    assert "\x1b" not in out
    assert sorted(p.name for p in (folder / "episodes").iterdir()) == sorted(
        f"{p}--{a}--s0.json" for p in (PERSONA, "zh-lu-xiaowen") for a in ("full", "neither")
    )


@pytest.mark.slow
def test_running_again_keeps_what_is_whole(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["run", str(file), "--limit", "1", "-q"]) == 0
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "")
    first = (file.parent / "small" / "episodes" / f"{FULL}.json").stat().st_mtime_ns
    assert run_command_line(["run", str(file)]) == 0
    assert "1 of them whole already" in capsys.readouterr().out
    assert (file.parent / "small" / "episodes" / f"{FULL}.json").stat().st_mtime_ns == first


@pytest.mark.slow
def test_more_arms_and_seeds_extend_a_run(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    only = ["--set", "personas=[en-gordon-pell]", "-q"]
    assert run_command_line(["run", str(file), *only, "--set", "arms=[full]"]) == 0
    assert run_command_line(["run", str(file), *only, "--set", "arms=[neither]"]) == 0
    assert run_command_line(["run", str(file), *only, "--set", "seeds=[5]", "--limit", "1"]) == 0
    run = Run(file.parent / "small")
    described = read_run_file(run)
    assert described["recipe"]["seeds"] == [5, 0]
    assert set(described["arms"]) == {"full", "neither"}
    assert sorted(described["episodes"]) == run.episode_ids()
    assert len(run.episode_ids()) == 3
    assert run_command_line(["replay", str(run.folder)]) == 0
    assert "3 of 3 episodes identical" in capsys.readouterr().out


@pytest.mark.slow
def test_a_setting_that_would_change_what_is_there_is_refused(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    only = ["--set", "personas=[en-gordon-pell]", "-q"]
    assert run_command_line(["run", str(file), *only, "--set", "arms=[full]"]) == 0
    more = [*only, "--set", "arms=[neither]", "--set", "exchanges=4"]
    assert run_command_line(["run", str(file), *more]) == 2
    assert "recipe differs in arm 'full'" in capsys.readouterr().err


@pytest.mark.slow
def test_relative_personas_are_those_beside_the_recipe(
    file: Path, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = repository / "personas" / PERSONA / "profile.yaml"
    (file.parent / "mine").mkdir()
    (file.parent / "mine" / "profile.yaml").write_bytes(profile.read_bytes())
    file.write_text(RECIPE.replace("[en-gordon-pell, zh-lu-xiaowen]", "[./mine]"))
    monkeypatch.chdir(repository)
    assert run_command_line(["run", str(file), "-q", "--limit", "1"]) == 0
    assert Run(file.parent / "small").episode_ids() == [FULL]


@pytest.mark.slow
def test_a_folder_of_personas_stands_for_all_in_it(file: Path, repository: Path) -> None:
    for name in (PERSONA, "zh-lu-xiaowen"):
        (file.parent / "mine" / name).mkdir(parents=True)
        profile = repository / "personas" / name / "profile.yaml"
        (file.parent / "mine" / name / "profile.yaml").write_bytes(profile.read_bytes())
    file.write_text(RECIPE.replace("[en-gordon-pell, zh-lu-xiaowen]", "[./mine]"))
    assert run_command_line(["run", str(file), "-q", "--set", "arms=[full]"]) == 0
    assert Run(file.parent / "small").episode_ids() == [FULL, "zh-lu-xiaowen--full--s0"]
    assert run_command_line(["replay", str(file)]) == 0


@pytest.mark.slow
def test_a_failed_run_says_which_and_how_to_go_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "small.yaml"
    file.write_text(RECIPE + "budget: {tokens: 1}\nmodels: {default: offline}\n")
    model = failing("auth", at=lambda request: request.key.session == 2)
    held(tmp_path / "small", model, planned(sessions=2, exchanges=3))
    assert run_command_line(["status", str(tmp_path / "small")]) == 0
    out = capsys.readouterr().out
    assert "0 of 1 episodes complete, 1 stopped by a failure" in out
    assert "model_error in week 2" in out
    assert "auth on purpose" in out
    assert "--retry-failed" in out


@pytest.mark.slow
def test_status_tells_owed_begun_and_whole(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["run", str(file), "-q"]) == 0
    run = Run(file.parent / "small")
    run.episode_file(FULL).unlink()
    run.episode_file(f"{PERSONA}--neither--s0").unlink()
    run.journal_file(f"{PERSONA}--neither--s0").unlink()
    run.episode_file("zh-lu-xiaowen--neither--s0").write_text("{}")
    found = status_of(run)
    assert [o.id for o in found.done] == ["zh-lu-xiaowen--full--s0"]
    assert [(b.id, b.calls > 5) for b in found.begun] == [(FULL, True)]
    assert found.untouched == [f"{PERSONA}--neither--s0"]
    assert len(found.damaged) == 1
    assert run_command_line(["status", str(file)]) == 0
    out = capsys.readouterr().out
    assert "not running: 1 of 4 episodes complete" in out
    assert "is no whole episode" in out
    assert f"{FULL}: " in out
    assert run_command_line(["status", str(run.folder), "--json"]) == 0
    told = orjson.loads(capsys.readouterr().out)
    assert told["not_begun"] == [f"{PERSONA}--neither--s0"]
    assert told["disk_bytes"]["journal"] > 0


@pytest.mark.slow
def test_status_sees_that_another_process_writes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    held(tmp_path, FakeModel(), planned(sessions=1, exchanges=1))
    run = Run(tmp_path)
    assert not is_running(run)
    with writing(run):
        assert is_running(run)
        assert run_command_line(["status", str(tmp_path)]) == 0
        assert "running: 1 of 1" in capsys.readouterr().out
        # Looking does not hold the run.
        assert is_running(run)


@pytest.mark.slow
def test_replay_says_identical_or_where_it_differs(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command_line(["run", str(file), "-q"]) == 0
    folder = file.parent / "small"
    assert run_command_line(["replay", str(folder)]) == 0
    out = capsys.readouterr().out
    assert "4 of 4 episodes identical" in out
    assert "no model was asked" in out
    episode = folder / "episodes" / f"{FULL}.json"
    episode.write_bytes(episode.read_bytes().replace(b'"end_week":2', b'"end_week":1', 1))
    assert run_command_line(["replay", str(folder)]) == 1
    out = capsys.readouterr().out
    assert f"different  {FULL}: $.end_week: 1 in the file, 2 in the replay" in out
    assert run_command_line(["replay", str(folder), "xiaowen--full"]) == 0
    assert "1 of 1 episodes identical" in capsys.readouterr().out
    (folder / "journal" / f"{FULL}.jsonl").unlink()
    assert run_command_line(["replay", str(folder)]) == 2
    assert f"refused    {FULL}: " in capsys.readouterr().out


@pytest.mark.slow
def test_fork_goes_on_and_its_folder_is_a_run(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command_line(["run", str(file), "-q", "--limit", "1"]) == 0
    folder = file.parent / "small"
    words = ["fork", str(folder), FULL, "--session", "1", "--turn", "1"]
    assert run_command_line([*words, "--arm", "dismissive"]) == 0
    out = capsys.readouterr().out
    assert "after turn 2 of session 1 (turn 1 is within that exchange), under dismissive" in out
    (fork,) = Run(folder).forks()
    for command in (["status"], ["replay"]):
        assert run_command_line([*command, str(fork.folder)]) == 0
    out = capsys.readouterr().out
    assert f"forked from {FULL} after turn 2 of session 1" in out
    assert "1 of 1 episodes identical" in out
    assert run_command_line(["show", str(fork.folder), FULL]) == 0
    assert f"forked from {FULL} (arm full) after turn 2" in capsys.readouterr().out
    assert run_command_line(["status", str(folder)]) == 0
    assert f"fork: {fork.folder}" in capsys.readouterr().out
    assert run_command_line([*words, "--arm", "dismissive", "-q"]) == 0


@pytest.mark.slow
def test_init_copies_the_content_and_says_how_it_is_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command_line(["init", str(tmp_path / "mine")]) == 0
    assert f"export MUSPSY_CONTENT={tmp_path / 'mine'}" in capsys.readouterr().out
    arm = tmp_path / "mine" / "graphs" / "full.yaml"
    schema = arm.read_text().splitlines()[0].partition("$schema=")[2]
    assert (arm.parent / schema).resolve().is_file()
    assert run_command_line(["init", str(tmp_path / "mine")]) == 2
    assert "is already there" in capsys.readouterr().err


@pytest.mark.slow
def test_the_summary_counts_by_arm_and_by_client(tmp_path: Path) -> None:
    plan = planned(personas=[PERSONA, "zh-lu-xiaowen"], arms=["full", "waitlist"], seeds=[0, 1])
    held(tmp_path, FakeModel(), plan)
    found = list(outcomes(Run(tmp_path), [e.id for e in plan.episodes]))
    rows = rows_of(found)
    assert [(r.arm, r.persona, len(r.outcomes)) for r in rows] == [
        ("full", PERSONA, 2),
        ("full", "zh-lu-xiaowen", 2),
        ("full", "", 4),
        ("waitlist", PERSONA, 2),
        ("waitlist", "zh-lu-xiaowen", 2),
        ("waitlist", "", 4),
    ]
    waiting = rows[-1].outcomes
    assert endings(waiting) == "4 waited (time)"
    assert {o.sessions for o in waiting} == {0}
    assert [r.persona for r in rows_of(found * 1)][-1] == ""
    many = planned(personas=[PERSONA], arms=["full"], seeds=[0])
    assert [r.persona for r in rows_of([o for o in found if o.id == many.episodes[0].id])] == [""]


@pytest.mark.slow
@pytest.mark.parametrize("width", [72, 80, 100, 120, 200])
def test_nothing_in_the_summary_is_cut(tmp_path: Path, width: int) -> None:
    plan = planned(personas=[PERSONA, "zh-lu-xiaowen"], arms=["full", "neither", "waitlist"])
    outcome = held(tmp_path, FakeModel(), plan)
    out = io.StringIO()
    screen = console(out)
    screen.width = width
    print_summary(screen, plan, outcome)
    table = out.getvalue().partition("PHQ-9 and GAD-7:")[0]
    assert "…" not in table
    assert all(len(line) <= width for line in table.splitlines())
    assert table.count("→") == 2 * 9
    found = list(outcomes(outcome.run, [e.id for e in plan.episodes]))
    for row in rows_of(found):
        assert change([o.gad7 for o in row.outcomes]) in table
    assert "money" in table


def test_what_was_not_measured_is_no_number() -> None:
    assert change([None, None]) == "-"
    assert change([(10, 5), None, (20, 10)]) == "15.0→7.5"
