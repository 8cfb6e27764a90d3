"""`muspsy appraise-check` against a real server: stopped by Ctrl-C, and gone on with."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path

from muspsy_sim.llm.journal_text import read_journal
from tests.parts.chat_server import in_a_process
from tests.parts.command import COMMAND, environment, muspsy


def test_it_goes_on_after_ctrl_c_and_pays_for_nothing_twice(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with in_a_process("--latency", "0.05") as spec:
        arguments = ["appraise-check", "--model", spec, "--language", "en", "--out", str(out)]
        arguments += ["--at-once", "32"]
        process = subprocess.Popen(
            [*COMMAND, *arguments],
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        journal = out / "en.journal.jsonl"
        deadline = time.monotonic() + 40
        while time.monotonic() < deadline and len(read_journal(journal).entries) < 20:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
        assert process.returncode == 130
        assert f"{out} keeps the answers so far" in err
        before = len(read_journal(journal).entries)
        assert 20 <= before < 400
        done = muspsy(*arguments, "--json")
        assert done.code == 1, "words by lot are no appraiser"
        found = json.loads(done.out)["findings"][0]
        assert found["appraised"] == found["turns"]
        entries = read_journal(journal).entries
        keys = [entry.key for entry in entries]
        assert len(keys) == len(set(keys)), "no call was asked twice"
        again = muspsy(*arguments, "--json")
        assert again.out == done.out
        assert len(read_journal(journal).entries) == len(entries)
