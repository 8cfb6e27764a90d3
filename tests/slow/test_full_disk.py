"""A disk that is full at any byte of a run: one line, exit 2, nothing damaged, and it goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from muspsy_sim.llm.journal_text import read_journal
from tests.parts.command import muspsy, recipe

pytestmark = pytest.mark.timeout(300)

RECIPE = """\
personas: [en-gordon-pell, zh-ma-guoqing]
arms: [full]
seeds: [0]
sessions: 2
exchanges: 6
follow_up_weeks: 1
"""


def results(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((out / "episodes").glob("*"))}


def lines(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((out / "journal").glob("*"))}


def test_a_disk_that_is_full_at_any_byte(tmp_path: Path) -> None:
    file = recipe(tmp_path, RECIPE)
    once, out = tmp_path / "once", tmp_path / "out"
    assert muspsy("run", file, "-q", "--out", once).code == 0
    wanted = results(once)
    largest = max(len(raw) for raw in wanted.values()) // 1024
    journal = max(len(raw) for raw in lines(once).values()) // 1024
    assert journal < largest
    before: dict[str, bytes] = {}
    # No file may be larger than so many KiB: from the first line of the journal to the last of the
    # episode, each time a little further.
    for limit in (3, 5, *range(8, journal, journal // 4), journal + 2, largest - 1):
        answer = muspsy("run", file, "-q", "--out", out, before=f"ulimit -f {limit}")
        assert answer.code == 2, (limit, answer)
        (line,) = answer.err.splitlines()
        assert "cannot write" in line
        assert "Traceback" not in answer.err
        assert not list(out.glob("**/.muspsy-*")), "a temporary file was left"
        after = lines(out)
        assert all(after[name].startswith(raw) for name, raw in before.items())
        assert not any(read_journal(path).torn for path in (out / "journal").glob("*"))
        assert results(out).items() <= wanted.items()
        before = after
    assert before
    assert muspsy("run", file, "-q", "--out", out).code == 0
    assert results(out) == wanted
    for path in (out / "journal").glob("*"):
        keys = [entry.key for entry in read_journal(path).entries]
        assert len(keys) == len(set(keys))
