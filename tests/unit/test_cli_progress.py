"""Progress: a line without control characters where nobody's terminal is, redrawn where one is."""

from __future__ import annotations

import asyncio
import io

import pytest
from rich.console import Console

from muspsy_sim.cli import progress as shown
from muspsy_sim.cli.progress import Pace, as_line, as_panel, time_left, watching
from muspsy_sim.cli.screen import console, count, duration, money, plain, size
from muspsy_sim.llm.budget import Budget
from muspsy_sim.records.episode import CourseEnd, Usage
from muspsy_sim.runs.progress import RunProgress


def halfway() -> RunProgress:
    progress = RunProgress(4, began=100.0)
    progress.expected_weeks = 40
    progress.running = 2
    progress.weeks = 20
    progress.sessions = 12
    progress.turns = 1234
    progress.finished(CourseEnd.SESSIONS_USED)
    progress.finished(CourseEnd.CLIENT_DROPPED_OUT)
    progress.count.add("client", Usage(calls=3, prompt_tokens=9000, completion_tokens=1000))
    return progress


def test_the_line_says_how_far_the_run_is() -> None:
    line = as_line(halfway(), Pace(), 110.0)
    for words in (
        "10 s: 2 of 4 episodes done",
        "2 running",
        "12 sessions",
        "1,234 turns",
        "10,000 tokens",
        "money 0.00",
        "about 10 s left",
        "client_dropped_out 1, sessions_used 1",
    ):
        assert words in line
    assert line.isprintable()


def test_money_without_a_price_is_unknown_and_estimates_say_so() -> None:
    progress = halfway()
    progress.budget = Budget()
    progress.budget.count("http://h/v1#m", Usage(calls=1, prompt_tokens=5))
    progress.count.add("client", Usage(calls=1, prompt_tokens=5, estimated=1))
    line = as_line(progress, Pace(), 110.0)
    assert "money unknown" in line
    assert "~10,005 tokens" in line


def test_time_left_leaves_out_what_was_whole_before() -> None:
    progress = RunProgress(4, began=0.0)
    progress.expected_weeks = 40
    assert time_left(progress, 5.0) is None
    progress.kept, progress.done, progress.weeks = 2, 2, 20
    assert time_left(progress, 5.0) is None
    progress.weeks = 25
    assert time_left(progress, 5.0) == 15.0
    progress.done = 4
    assert time_left(progress, 5.0) == 0.0


def test_the_pace_is_that_of_the_last_seconds() -> None:
    pace = Pace()
    assert pace.per_second == 0.0
    for second in range(60):
        pace.note(float(second), 0 if second < 40 else (second - 40) * 7)
    assert pace.per_second == pytest.approx(7.0)


async def _watched(screen: Console | None) -> None:
    async with watching(halfway(), "a title", screen):
        await asyncio.sleep(0.05)


def test_without_a_terminal_plain_lines_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shown, "_LINE_S", 0.01)
    out = io.StringIO()
    asyncio.run(_watched(console(out)))
    first, *lines = out.getvalue().splitlines()
    assert first == "a title"
    assert len(lines) >= 2
    assert all(line.isprintable() and "2 of 4 episodes" in line for line in lines)


def test_on_a_terminal_it_is_redrawn_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shown, "_REDRAW_S", 0.01)
    out = io.StringIO()
    asyncio.run(_watched(Console(file=out, force_terminal=True, width=100)))
    drawn = out.getvalue()
    assert "\x1b[" in drawn
    assert "episodes" in drawn
    assert drawn.count("a title") > 1


def test_on_a_dumb_terminal_plain_lines_are_printed() -> None:
    out = io.StringIO()
    screen = Console(file=out, force_terminal=True, _environ={"TERM": "dumb"})
    asyncio.run(_watched(screen))
    assert "\x1b" not in out.getvalue()


def test_nobody_watching_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    asyncio.run(_watched(None))
    assert capsys.readouterr().out == ""


def test_what_stops_the_run_passes_through_the_display() -> None:
    async def failing() -> None:
        async with watching(halfway(), "a title", console(io.StringIO())):
            raise ValueError("x")

    with pytest.raises(ValueError, match="x"):
        asyncio.run(failing())


def test_the_panel_fits_a_narrow_terminal() -> None:
    out = io.StringIO()
    screen = Console(file=out, width=80)
    screen.print(as_panel(halfway(), Pace(), 110.0, "title"))
    assert all(len(line) <= 80 for line in out.getvalue().splitlines())


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (duration(0.4), "0 s"),
        (duration(59.6), "1 min 0 s"),
        (duration(3725), "1 h 2 min"),
        (size(0), "0 B"),
        (size(999), "999 B"),
        (size(1500), "1.5 kB"),
        (size(123_456_789), "123 MB"),
        (size(5_000_000_000_000), "5000 GB"),
        (money(None), "unknown"),
        (money(0.0), "0.00"),
        (money(0.0123), "0.0123"),
        (money(12.345), "12.35"),
        (count(1234567), "1,234,567"),
        (plain("a\x1b[31mb\r\n\x07\u202ec\td"), "a\\x1b[31mb\n\\x07\\x202ec\td"),
    ],
)
def test_numbers_as_people_read_them(told: str, words: str) -> None:
    assert told == words
