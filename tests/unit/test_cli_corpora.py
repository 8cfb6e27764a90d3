"""`muspsy import`, `export --to FORMAT`, `audit`, `repair`, `formats` as they are called."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from muspsy_sim.cli.entry import run_command_line
from muspsy_sim.datasets.audit.auditing import RULES
from muspsy_sim.datasets.audit.finding import Finding
from muspsy_sim.datasets.audit.findings_file import FindingsFile
from muspsy_sim.formats.corpora.telling_losses import loss_lines
from tests.unit import corpus_files as shapes
from tests.unit.episodes import make_episode, write_run


def command(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    code = run_command_line([str(word) for word in words])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_import_and_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shapes.lay(tmp_path / "in", "smile")
    code, out, _ = command(capsys, "import", tmp_path / "in", "--out", tmp_path / "tables")
    assert code == 0
    assert "1 entries, 3 turns, 0 documents. Formats: smile (1). Languages: en (1)." in out
    code, out, _ = command(capsys, "export", tmp_path / "tables", "--to", "smile")
    assert code == 0
    back = tmp_path / "tables" / "exports" / "smile" / "1.json"
    assert json.loads(back.read_text()) == shapes.TURNS
    assert "Lost" not in out


def test_what_a_format_cannot_hold_is_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shapes.lay(tmp_path / "in", "psycheval")
    code, out, _ = command(
        capsys, "export", tmp_path / "in", "--to", "smile", "--out", tmp_path / "out"
    )
    assert code == 0
    said = " ".join(out.split())
    assert "Lost, since smile has no place for it (manifest.json and README.md" in said
    assert "where sessions begin" in said
    assert "fields: client_id, core_beliefs, theoretical" in said
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    readme = (tmp_path / "out" / "README.md").read_text()
    for what, number in manifest["lost"].items():
        assert number == 1
        assert what.partition(": ")[2] in readme


def test_losses_are_told_by_kind() -> None:
    lost = {"field: b": 3, "field: a": 3, "field: c": 1, "the id": 3, "field of turns: t": 2}
    assert loss_lines(lost, 3) == [
        "fields of turns: t (in 2)",
        "fields: a, b (in all 3); c (in 1)",
        "the id (in all 3)",
    ]
    many = {f"field: f{n:02}": 5 for n in range(20)}
    assert loss_lines(lost, 1)[1] == "fields: a, b; c"
    (line,) = loss_lines(many, 9)
    assert line.endswith("f10, f11 and 8 more (in 5)")
    (line,) = loss_lines(many, 9, shown=None)
    assert line.count("f") == 21


def test_a_run_as_a_published_format(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    episodes = [
        make_episode("en", arm, case="case-1", persona="p-1", offline=["client"])
        for arm in ("full", "dismissive")
    ]
    run = write_run(tmp_path / "run", episodes)
    code, _, err = command(capsys, "export", run, "--to", "muspsy-dialogue")
    assert (code, "--allow-offline" in err) == (2, True)
    code, out, _ = command(capsys, "export", run, "--to", "muspsy-dialogue", "--allow-offline")
    assert code == 0
    assert "Left out: 1 episodes, arm dismissive: a control." in out
    assert "do not train on this" in out
    (file,) = (run / "exports" / "muspsy-dialogue").glob("*.txt")
    said = file.read_text(encoding="utf-8")
    assert said.startswith(("Consultant: ", "User: "))
    code, out, _ = command(capsys, "audit", run, "--json")
    assert code == 0
    told = json.loads(out)
    assert told["formats"] == {"run": 2}
    counted = {name: rule["findings"] for name, rule in told["rules"].items()}
    assert counted
    assert counted == dict(Counter(each["rule"] for each in told["findings"]))
    assert all(each["todo"] for each in told["findings"])


def test_a_run_as_psycheval_cases_is_read_by_both_importers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    episode = make_episode("en", "full", case="case-1", persona="p-1")
    run = write_run(tmp_path / "run", [episode])
    out = tmp_path / "cases"
    code, told, _ = command(capsys, "export", run, "--to", "psycheval", "--out", out)
    assert code == 0
    assert "documents of single sessions: plan" in told
    (file,) = out.glob(f"{episode.id}*.json")
    case = json.loads(file.read_text(encoding="utf-8"))
    assert set(case) == {"client_id", "client_info", "global_plan", "sessions"}
    assert case["client_info"]["main_problem"] == episode.profile.presenting_problem
    for session in case["sessions"]:
        assert set(session) <= {
            *("session_number", "session_goals", "session_dialogue", "session_summary"),
        }
        assert isinstance(session.get("session_goals", []), list)
    said = [t["text"] for s in case["sessions"] for t in s["session_dialogue"]]
    spoken = "\n".join(said)
    written = file.read_text(encoding="utf-8")
    for fact in episode.profile.facts:
        assert fact.text in spoken or json.dumps(fact.text, ensure_ascii=False)[1:-1] not in written
    assert command(capsys, "import", out, "--out", tmp_path / "tables")[0] == 0
    code, _, err = command(
        capsys, "personas", "import", file, "--from", "psycheval-case", "--out", tmp_path / "who"
    )
    assert code == 0, err


def test_mistakes_are_told_in_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shapes.lay(tmp_path / "in", "smile")
    for words, told in (
        (("import", tmp_path / "no", "--out", tmp_path / "o"), "no such file or folder"),
        (("import", tmp_path / "in", "--out", tmp_path / "o", "--from", "smil"), "smile?"),
        (("export", tmp_path / "in", "--to", "smiel"), "did you mean smile?"),
        (("audit", tmp_path / "no"), "no such file or folder"),
        (("export", tmp_path / "in", "--to", "hubb"), "did you mean hub?"),
        (("audit", tmp_path / "in", "--fail-on", "erorr"), "did you mean error?"),
        (("audit", tmp_path / "in", "--names", tmp_path / "no"), "cannot be read"),
        (("repair", tmp_path / "in", "--out", tmp_path / "o"), "holds no transcript"),
    ):
        code, _, err = command(capsys, *words)
        assert code == 2, words
        assert told in err
        assert "Traceback" not in err


def test_audit_says_where_and_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shapes.lay(tmp_path / "in", "cpsycound")
    out_folder = tmp_path / "audit"
    code, out, _ = command(capsys, "audit", tmp_path / "in", "--out", out_folder)
    assert code == 0
    assert "case_1.txt:8, session 1, turn 4: the client speaks twice in a row: 再见。" in out
    assert sorted(p.name for p in out_folder.iterdir()) == [
        "audit.html",
        "audit.md",
        "findings.jsonl",
    ]
    found = [json.loads(line) for line in (out_folder / "findings.jsonl").read_text().splitlines()]
    assert {each["rule"] for each in found} == {"non-alternation", "ends-on-client"}
    assert command(capsys, "audit", tmp_path / "in", "--fail-on", "warning")[0] == 1
    assert command(capsys, "audit", tmp_path / "in", "--fail-on", "error")[0] == 0


def test_formats_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = command(capsys, "formats")
    assert code == 0
    assert all(name in out for name in shapes.FILES)


def test_an_audit_that_ends_early_leaves_no_half_of_its_findings(tmp_path: Path) -> None:
    def stopped() -> None:
        with FindingsFile(tmp_path / "r") as kept:
            kept.add(Finding(RULES[0], "d", "f", 1, "m"))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert not any((tmp_path / "r").iterdir())
    with FindingsFile(tmp_path / "r") as kept:
        kept.add(Finding(RULES[0], "d", "f", 1, "m"))
    (file,) = (tmp_path / "r").iterdir()
    assert json.loads(file.read_text())["rule"] == RULES[0].name
