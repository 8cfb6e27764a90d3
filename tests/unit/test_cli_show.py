"""A course to read: who said what, what changed, and, when asked, what each kept to itself."""

from __future__ import annotations

import io
from pathlib import Path
from random import Random

import pytest
from rich.cells import cell_len

from muspsy_sim.cli import course_words as words
from muspsy_sim.cli.course_page import Page, print_course
from muspsy_sim.cli.entry import run_command_line
from muspsy_sim.cli.screen import console
from muspsy_sim.records.answers import CounselorReply
from muspsy_sim.records.episode import Episode
from muspsy_sim.records.state import StateChange
from muspsy_sim.records.views import RespondView
from muspsy_sim.runs.store import Run, read_episode
from tests.fakes import FakeModel
from tests.unit.courses import PERSONA, held, planned

EN = f"{PERSONA}--full--s0"
ZH = "zh-lu-xiaowen--full--s0"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("shown")
    held(made, FakeModel(), planned(personas=[PERSONA, "zh-lu-xiaowen"], arms=["full", "waitlist"]))
    return made


def page(episode: Episode, *, width: int = 120, only: int | None = None, **how: bool) -> str:
    out = io.StringIO()
    screen = console(out)
    screen.width = width
    print_course(Page(screen, **how), episode, only)
    return out.getvalue()


def test_everything_that_was_said_is_shown_in_order(folder: Path) -> None:
    episode = read_episode(Run(folder), EN)
    out = " ".join(page(episode).split())
    at = 0
    assert episode.intake is not None
    for session in (episode.intake, *episode.sessions):
        for turn in session.turns:
            first = " ".join(turn.text.split())[:30]
            found = out.find(f"{turn.id} {turn.speaker} {first}", at)
            assert found >= at, turn.id
            at = found
    for week in episode.weeks:
        assert f"week {week.number}: " in out
        assert f"PHQ-9 {week.report.phq9_total} (" in out
    assert f"ended: {episode.end.value} (by {episode.end.by})" in out


def test_what_is_private_is_shown_only_when_asked(folder: Path) -> None:
    episode = read_episode(Run(folder), EN)
    held_session = episode.sessions[0]
    assert held_session.note is not None
    assert held_session.client_memory is not None
    private = {
        "the counselor's note",
        "the counselor's plan",
        "what the client remembers",
        "appraisal: ",
        "state: trust ",
        "move: ",
        "plan: question: ",
        "recalled: note:1",
    }
    open_page, whole = page(episode), page(episode, private=True)
    assert not {word for word in private if word in open_page}
    assert not {word for word in private if word not in whole}


def test_what_changed_stands_in_the_margin(folder: Path) -> None:
    episode = read_episode(Run(folder), EN)
    turn = next(t for s in episode.sessions for t in s.turns if words.margin(t) and t.changes)
    told = words.margin(turn)[0].split("  ")[0]
    line = next(x for x in page(episode).splitlines() if x.startswith(turn.id.ljust(8)))
    assert line.endswith(told) or told in line[80:]
    narrow = page(episode, width=80).splitlines()
    after = narrow[narrow.index(next(x for x in narrow if x.startswith(turn.id.ljust(8)))) + 1 :]
    assert any(told in x for x in after[:6])


@pytest.mark.slow
@pytest.mark.parametrize("width", [60, 80, 120, 200])
@pytest.mark.parametrize("name", [EN, ZH])
def test_no_line_is_wider_than_the_screen(folder: Path, name: str, width: int) -> None:
    out = page(read_episode(Run(folder), name), width=width, private=True)
    assert max(cell_len(line) for line in out.splitlines()) <= width


def test_plain_is_one_line_for_each_turn(folder: Path) -> None:
    episode = read_episode(Run(folder), ZH)
    lines = page(episode, plain=True).splitlines()
    for session in episode.sessions:
        for turn in session.turns:
            assert f"{turn.id} {turn.speaker}: {turn.text}" in lines


def test_one_session_alone(folder: Path) -> None:
    episode = read_episode(Run(folder), EN)
    only = page(episode, only=2)
    assert "s2t1" in only
    assert "s1t1" not in only
    assert "intake" not in only
    intake = page(episode, only=0)
    assert "s0t1" in intake
    assert "s1t1" not in intake


def test_an_arm_without_sessions_shows_its_weeks(folder: Path) -> None:
    out = page(read_episode(Run(folder), f"{PERSONA}--waitlist--s0"))
    assert "(control)" in out
    assert "week 1: " in out
    assert "s1t1" not in out


@pytest.mark.slow
def test_words_of_a_model_are_only_words(tmp_path: Path) -> None:
    said = "[bold red]Now[/bold red] \x1b[2Jlook \u202eback {{ here }}"
    wrong = FakeModel(counselor__respond=lambda view, rng: CounselorReply(text=said))
    held(tmp_path, wrong, planned(sessions=1, exchanges=1))
    out = page(read_episode(Run(tmp_path), EN), private=True)
    assert "[bold red]Now[/bold red]" in out
    assert "{{ here }}" in out
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "\\x1b[2Jlook" in out


def test_the_command_finds_an_episode_by_a_part_of_its_id(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command_line(["show", str(folder), "Pell--full", "--session", "1"]) == 0
    assert "s1t1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("part", "more", "told"),
    [
        ("pell", [], "fits 2 episodes"),
        ("pelll--full", [], f"did you mean '{EN}'"),
        ("qqq", [], "there is no episode 'qqq'"),
        (EN, ["--session", "9"], "has no session 9; it has 0, 1, 2, 3"),
    ],
)
def test_an_episode_that_is_not_there(
    folder: Path, capsys: pytest.CaptureFixture[str], part: str, more: list[str], told: str
) -> None:
    assert run_command_line(["show", str(folder), part, *more]) == 2
    err = capsys.readouterr().err
    assert told in err
    assert err.count("\n") == 1


@pytest.mark.slow
def test_reasoning_is_private(tmp_path: Path) -> None:
    def thinks(view: RespondView, rng: Random) -> CounselorReply:
        return CounselorReply(text="Words.")

    class Thinking(FakeModel):
        async def reply(self, request):  # type: ignore[no-untyped-def]
            from dataclasses import replace

            return replace(await super().reply(request), reasoning="She tests me.")

    held(tmp_path, Thinking(counselor__respond=thinks), planned(sessions=1, exchanges=1))
    episode = read_episode(Run(tmp_path), EN)
    assert "She tests me." not in page(episode)
    assert "reasoning: She tests me." in page(episode, private=True)


def test_movements_are_summed_and_small_ones_left_out() -> None:
    moved = [
        StateChange(value="trust", by=0.03, rule="a"),
        StateChange(value="alliance.bond", by=-0.02, rule="b"),
        StateChange(value="trust", by=0.02, rule="c"),
        StateChange(value="distress", by=0.001, rule="d"),
    ]
    assert words.changed(moved) == "trust +.05  bond -.02"
    assert words.signed(1.0) == "+1.00"


def test_a_trend_is_a_bar_for_each_week() -> None:
    assert words.trend([27, 0, 14], 27) == "27 █▁▅ 14"
    assert words.trend([], 27) == ""
