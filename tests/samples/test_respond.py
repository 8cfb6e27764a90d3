"""Replies to CPsyCounE's published dialogues."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def test_replies_to_published_dialogues(samples: Path, tmp_path: Path) -> None:
    out = tmp_path / "replies"
    done = subprocess.run(
        [sys.executable, "-m", "muspsy_sim", "respond", "--cases",
         str(samples / "cpsycoun" / "CPsyCounE"), "--from", "cpsycoune", "--model", "offline",
         "--out", str(out)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    results = json.loads((out / "results.json").read_bytes())
    assert results["failed"] == 0
    assert results["cases"] > 3 * results["dialogues"] > 20
    assert all(m["value"] is not None for m in results["reference"])
