"""evaluate and judge-check as a person uses them."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import orjson
import pytest
from rich.console import Console

from muspsy_sim.cli.entry import run_command_line
from muspsy_sim.cli.evaluate_summary import _columns, print_agreement
from muspsy_sim.evaluation.agreement import Agreement
from muspsy_sim.evaluation.reliability import ItemAgreement
from muspsy_sim.runs.store import Run
from tests.unit.episodes import make_episode
from tests.unit.judged import a_run


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return a_run(
        tmp_path / "run", [make_episode(x, a) for x in ("en", "zh") for a in ("full", "bare")]
    )  # type: ignore[arg-type]


def answered(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    code = run_command_line([str(word) for word in words])
    told = capsys.readouterr()
    return code, " ".join(told.out.split()), " ".join(told.err.split())


@pytest.mark.slow
def test_an_evaluation_tells_means_gaps_and_what_is_unchecked(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = answered(capsys, "evaluate", run.folder, "--repeat-share", "1")
    assert code == 0
    assert "offline judges its own family: the counselor and the client are offline too" in err
    for words in ("alliance.goal", "alliance.bond", "crisis.stays", "phq9.change", "asked again"):
        assert words in out
    assert "alliance.goal-shared" not in out.split("asked again")[0], "items stand in the scores"
    assert "crisis.total" not in out
    assert "not applicable" in out
    assert "all instruments, for offline: not checked; `muspsy judge-check --judge offline`" in out
    assert "nan" not in out.lower()
    scores = orjson.loads((run.folder / "scores" / "en-rook--full--s0.json").read_bytes())
    assert {"instrument", "version", "item", "session", "value", "reason", "judge", "repeat"} <= (
        scores["scores"][0].keys()
    )
    agreement = orjson.loads((run.folder / "tables" / "agreement.json").read_bytes())
    assert agreement[0]["retest"]["offline"]


@pytest.mark.slow
def test_a_replay_says_that_nobody_was_asked(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert answered(capsys, "evaluate", run.folder, "-q") == (0, "", "")
    code, out, _ = answered(capsys, "evaluate", run.folder, "--replay")
    assert code == 0
    assert "4 of 4 episodes have the same scores, byte by byte" in out
    assert "no model was asked" in out
    (next((run.folder / "scores" / "journal").glob("en*.jsonl"))).unlink()
    code, out, err = answered(capsys, "evaluate", run.folder, "--replay")
    assert code == 1
    assert "3 of 4 episodes" in out
    assert "the journal is missing" in err


def test_pairs_are_told_with_what_turned(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = answered(
        capsys, "evaluate", run.folder, "--pairs", "full,bare", "--instruments", "alliance,mi-skill"
    )
    assert code == 0
    assert "verdicts turned with the order" in out
    assert list((run.folder / "scores" / "pairs" / "full~bare").glob("*.json"))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--instruments", "aliance"], "there is no instrument 'aliance'; did you mean 'alliance'"),
        (["--judges", "gpt-4.1"], "did you mean `openai:gpt-4.1`?"),
        (["--judges", "openai:gpt-4.1"], "OPENAI_API_KEY is not set"),
        (["--restart", "--replay"], "--restart and --replay exclude each other"),
        (["--pairs", "full"], "--pairs 'full' does not name two arms"),
        (["--pairs", "full,bear"], "the run has no arm 'bear'; did you mean 'bare'?"),
        (["--instruments", "nowhere.yaml"], "nowhere.yaml"),
        (["--repeat-share", "2"], "repeat-share"),
    ],
)
def test_mistakes_are_told_in_a_line(
    run: Run, capsys: pytest.CaptureFixture[str], words: list[str], told: str
) -> None:
    code, _, err = answered(capsys, "evaluate", run.folder, *words)
    assert code == 2
    assert told in err
    assert "Traceback" not in err
    assert not list((run.folder / "scores").glob("*.json"))


def test_a_folder_that_is_no_run_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = answered(capsys, "evaluate", tmp_path)
    assert code == 2
    assert "run.yaml is missing" in err


def test_an_instrument_of_ones_own_that_offline_has_no_rule_for_fails_with_that_reason(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "warmth.yaml"
    own.write_text(
        "id: warmth\nversion: 1\ntitle: Warmth\nrates: counselor\nunit: session\n"
        "scale: {low: 1, high: 2}\nitems:\n  - id: warm\n    asks: Is it warm?\n    neutral: 1\n"
        "    anchors:\n      - {low: 1, high: 2, text: Any.}\nsource: mine\nlicence: mine\n"
    )
    code, out, _ = answered(capsys, "evaluate", run.folder, "--instruments", own)
    assert code == 0
    assert "8 failed and 0 voided" in out
    assert "offline has no rule for warm" in out
    assert "100% of the judgments are lost" in out
    assert "warmth.warm │ - │ - │" in out, "all scores failed: no number, and never NaN"


def test_judge_check_of_a_runs_courses_marks_what_cannot_be_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    episodes = [
        make_episode("en", "full", seed=n, case=f"case-{n}", persona=f"en-p{n}") for n in range(6)
    ]
    run = a_run(tmp_path / "run", episodes)
    words = ["judge-check", "--judge", "offline", "--run", run.folder, "--instruments", "crisis"]
    code, out, _ = answered(capsys, *words, "--kinds")
    check = orjson.loads(next((run.folder / "scores" / "checks").glob("*.json")).read_bytes())
    assert check["judge"] == "offline"
    assert check["courses"] == 6
    assert "risk_missed" in out
    assert code == (0 if check["instruments"][0]["verdict"] == "usable" else 1)
    assert "offline on 6 courses of 6 clients" in out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--judge", "ofline"], "did you mean `offline`?"),
        (["--judge", "offline", "--run", "nowhere"], "there is no run here"),
        (["--judge", "offline", "--instruments", "crises"], "did you mean 'crisis'?"),
        ([], "--judge"),
    ],
)
def test_judge_check_tells_mistakes(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    told: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, err = answered(capsys, "judge-check", *words)
    assert code == 2
    assert told in err
    assert list(tmp_path.iterdir()) == []


def test_arms_that_do_not_fit_are_numbered_and_named_above() -> None:
    arms = [f"memory-{m}.plan-{p}" for m in ("none", "notes") for p in ("none", "turn")]
    for width, heads in ((80, ["1", "2", "3", "4"]), (160, arms)):
        screen = Console(width=width, file=StringIO())
        assert _columns(screen, ["alliance.goal"], arms) == heads
        told = screen.file.getvalue()  # type: ignore[attr-defined]
        assert told.split() == (
            [w for n, arm in enumerate(arms, 1) for w in (str(n), arm)] if width == 80 else []
        )


@pytest.mark.parametrize("width", [80, 120])
def test_no_two_items_have_the_same_name_in_a_table_of_agreement(width: int) -> None:
    value = Agreement(value=-0.14, low=-0.52, high=0.52, units=16)
    judge = "http://gpu.example:8000/v1#judge-model"
    found = [
        ItemAgreement(
            instrument="alliance", item=item, judges=[judge, "offline"], units=16,
            kappa={"pair": value}, alpha=value, icc=value, retest={judge: value}, same={judge: 1.0},
        )
        for item in ("bond-heard", "bond-open")
    ]  # fmt: skip
    screen = Console(width=width, file=StringIO())
    print_agreement(screen, found)
    told = screen.file.getvalue()  # type: ignore[attr-defined]
    assert max(map(len, told.splitlines())) <= width
    for item in ("alliance.bond-heard", "alliance.bond-open"):
        assert told.count(item) == 2, told
    assert "…" not in told
    assert told.count("kappa") == 3, "the last column is not cut off"
    rows = [line for line in told.splitlines() if "alliance" in line]
    assert all(line.endswith("│") for line in rows)
