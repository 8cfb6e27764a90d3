"""docs/scale.md says what its arithmetic gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import scale

PAGE = Path(__file__).parents[2] / "docs" / "scale.md"


def test_the_page_holds_what_the_command_beside_it_prints(
    capsys: pytest.CaptureFixture[str],
) -> None:
    scale.main([])
    printed = [line for line in capsys.readouterr().out.splitlines() if line]
    assert len(printed) == 14
    page = " ".join(PAGE.read_text(encoding="utf-8").split())
    assert not [line for line in printed if line not in page]


def test_a_server_is_asked_for_what_the_table_takes_in_its_time() -> None:
    given = scale.arguments(
        ["--exchanges", "10", "--calls", "5", "--call-seconds", "2", "--at-once", "80"]
    )
    # One course is 80 s, so one is done each second: 50 calls, 5,000 tokens, a course's GPU time.
    rows = dict(scale.table(given))
    seconds = rows["GPU hours"][0] * 3600
    assert scale.asked_of_the_server(given) == (
        "80 courses at once ask 50 calls and 5 thousand answered tokens a second, "
        f"or {seconds:.3g} GPUs"
    )
