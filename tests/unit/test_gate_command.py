"""`muspsy validate`: what it runs, what it prints and writes, and how it leaves."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from muspsy_sim.cli.entry import run_command_line
from muspsy_sim.evaluation.gate import courses
from muspsy_sim.evaluation.gate.arms import ArmSummary
from muspsy_sim.evaluation.gate.conditions import Condition
from muspsy_sim.evaluation.gate.courses import Asked
from muspsy_sim.evaluation.gate.validating import validate
from muspsy_sim.evaluation.gate.verdict import Validity
from muspsy_sim.llm.seam import Model, Role
from muspsy_sim.records.answers import BandsAnswer
from muspsy_sim.records.errors import ContentError, RunError
from muspsy_sim.records.files import write_atomic
from muspsy_sim.report.validity import BEGIN, END, draw, markdown, put_between
from tests.fakes import FakeModel, failing


def condition(name: str, status: str = "holds", **rest: Any) -> Condition:
    return Condition.model_validate(
        {
            "id": name,
            "title": name,
            "about": "order_arms",
            "figure": 4.39,
            "low": 2.53,
            "high": 6.27,
            "unit": "points",
            "limit": "interval above 0",
            "status": status,
            "clients": 12,
            **rest,
        }
    )


def validity(*conditions: Condition) -> Validity:
    return Validity(
        holds=all(c.status == "holds" for c in conditions),
        conditions=list(conditions),
        arms=[
            ArmSummary(
                arm="full",
                courses=36,
                improvement=9.7,
                low=7.0,
                high=12.1,
                dropped_out=0.19,
                responded=None,
                sensitive_told=114,
            )
        ],
        clients=12,
        courses=540,
        seeds=3,
        models={"client": "offline"},
        code_version="0",
    )


GOOD = condition("full - neutral")
BROKEN = condition(
    "neutral - dismissive", "broken", figure=0.1, low=-1.0, high=1.2, words="they do not differ"
)
UNKNOWN = condition(
    "trust heard",
    "unmeasured",
    about="fidelity",
    unit="kappa",
    limit="at least 0.4",
    figure=None,
    low=None,
    high=None,
    words="no text to read",
)

Validate = Callable[[Validity], None]


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> Validate:
    """Let the command find this verdict without running anything."""

    def set_to(verdict: Validity) -> None:
        async def fake(asked: Asked, folder: Path, **_: Any) -> Validity:
            write_atomic(folder / "validity.json", verdict.model_dump_json().encode())
            return verdict

        monkeypatch.setattr("muspsy_sim.evaluation.gate.validating.validate", fake)

    return set_to


@pytest.fixture
def out(tmp_path: Path) -> str:
    return str(tmp_path / "out")


@pytest.mark.slow
def test_a_gate_that_holds_leaves_with_0(
    found: Validate, out: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found(validity(GOOD))
    assert run_command_line(["validate", "--out", out]) == 0
    shown = capsys.readouterr().out
    assert "The gate holds: all 1 conditions." in shown
    assert "no claim of clinical validity" in " ".join(shown.split())
    assert "sign-flip" in shown


def test_a_gate_that_breaks_leaves_with_1_and_says_what_broke(
    found: Validate, out: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found(validity(GOOD, BROKEN, UNKNOWN))
    assert run_command_line(["validate", "--out", out]) == 1
    shown = " ".join(capsys.readouterr().out.split())
    assert "BROKEN: neutral - dismissive: they do not differ" in shown
    assert "Not measured: trust heard: no text to read" in shown
    assert "1 of 3 conditions broken, 1 could not be measured" in shown
    assert "+4.39" in shown


def test_what_could_not_be_measured_is_no_success(found: Validate, out: str) -> None:
    found(validity(GOOD, UNKNOWN))
    assert run_command_line(["validate", "--out", out]) == 1


def test_json_is_what_the_file_holds_and_nothing_else(
    found: Validate, out: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found(validity(GOOD, BROKEN))
    assert run_command_line(["validate", "--out", out, "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["conditions"][1]["status"] == "broken"


def test_tables_go_between_the_marks_of_a_page(found: Validate, out: str, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"Before.\n\n{BEGIN}\nwhat stood there\n{END}\n\nAfter.\n")
    found(validity(GOOD, BROKEN, UNKNOWN))
    assert run_command_line(["validate", "--out", out, "--into", str(page)]) == 1
    text = page.read_text()
    assert text.startswith("Before.")
    assert text.endswith(f"{END}\n\nAfter.\n")
    assert "what stood there" not in text
    assert "| full - neutral | +4.39 | +2.53 to +6.27 | interval above 0 | holds |" in text
    assert "**BROKEN**" in text
    assert "- **BROKEN: neutral - dismissive: they do not differ**" in text
    assert "| trust heard | - | - | at least 0.4 | **not measured** |" in text


def test_a_page_without_marks_is_refused_before_anything_is_run(
    monkeypatch: pytest.MonkeyPatch, out: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.md"
    page.write_text("No marks.")
    assert run_command_line(["validate", "--out", out, "--into", str(page)]) == 2
    assert "holds no place for the tables" in capsys.readouterr().err
    assert run_command_line(["validate", "--out", out, "--into", str(tmp_path / "no.md")]) == 2
    assert "no such file" in capsys.readouterr().err
    assert not Path(out).exists()
    with pytest.raises(ContentError):
        put_between(page, "text")


def test_a_missing_picture_is_a_note_and_no_failure(
    found: Validate,
    out: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def missing(*_: Any) -> None:
        raise ModuleNotFoundError("matplotlib")

    monkeypatch.setattr("muspsy_sim.report.validity.draw", missing)
    found(validity(GOOD))
    assert run_command_line(["validate", "--out", out]) == 0
    assert "muspsy-sim[report]" in capsys.readouterr().err


def test_the_picture_is_the_same_bytes_each_time(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    for name in ("a.svg", "b.svg"):
        draw(validity(GOOD, BROKEN, UNKNOWN), tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    assert b"<svg" in (tmp_path / "a.svg").read_bytes()


def test_the_page_carries_the_disclaimer_and_the_method() -> None:
    text = markdown(validity(GOOD), "muspsy validate", None)
    assert "All conditions hold." in text
    assert "no claim of clinical validity" in text
    assert "intention to treat" in text


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--personas", "en-gordon-pel"], "en-gordon-pell"),
        (["--client", "ofline"], "did you mean `offline`"),
        (["--annotator", "openai:gpt-4o"], "OPENAI_API_KEY is not set"),
        (["--seeds", "0"], "seeds"),
    ],
)
def test_a_slip_is_told_in_one_line(
    arguments: list[str], told: str, out: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command_line(["validate", "--out", out, *arguments]) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    assert told in lines[0]
    assert not Path(out).exists()


class Reader:
    """An annotator that always says the same, and quotes the client's first line."""

    name = "reader"

    async def reply(self, request: Any) -> Any:
        from muspsy_sim.llm.seam import Reply

        said = next(x.text for x in request.view.dialogue if x.speaker == "client")
        answer = BandsAnswer(
            trust="wary", trust_quotes=[said], distress="heavy", distress_quotes=[said]
        )
        return Reply(answer.model_dump_json())


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Courses of one session of three exchanges."""
    monkeypatch.setattr(courses, "SESSIONS", 1)
    monkeypatch.setattr(courses, "EXCHANGES", 3)
    monkeypatch.setattr(courses, "FOLLOW_UP_WEEKS", 1)


def everybody(model: Model) -> dict[Role, Model]:
    return {"client": model, "appraiser": model, "counselor": model, "annotator": Reader()}


ONE = Asked(personas=("en-gordon-pell",), seeds=1)


@pytest.mark.slow
@pytest.mark.usefixtures("short")
def test_the_whole_gate_runs_is_kept_and_goes_on(tmp_path: Path) -> None:
    fake = FakeModel()
    found = asyncio.run(validate(ONE, tmp_path, overrides=everybody(fake)))
    assert {c.status for c in found.conditions if c.about.startswith("order")} == {"unmeasured"}
    assert "1 client is too few" in found.conditions[0].words
    assert found.courses == 11 + 4
    assert [a.arm for a in found.arms][:3] == ["full", "neutral", "dismissive"]
    by_id = {c.id: c for c in found.conditions}
    assert by_id["frozen:state"].status == "holds"
    assert json.loads((tmp_path / "validity.json").read_bytes()) == found.model_dump(mode="json")
    asked = fake.asked
    assert asyncio.run(validate(ONE, tmp_path, overrides=everybody(fake))) == found
    assert fake.asked == asked, "what is recorded is not asked for again"
    assert (tmp_path / "courses" / "run.yaml").exists()
    assert run_command_line(["replay", str(tmp_path / "shuffled")]) == 0


@pytest.mark.slow
@pytest.mark.usefixtures("short")
def test_courses_that_stopped_are_told_and_nothing_is_judged(tmp_path: Path) -> None:
    broken = failing("refused", at=lambda request: request.key.prompt == "client.speak")
    with pytest.raises(RunError, match="10 of 11 courses did not reach their horizon"):
        asyncio.run(validate(ONE, tmp_path, overrides=everybody(broken)))
    assert not (tmp_path / "validity.json").exists()
