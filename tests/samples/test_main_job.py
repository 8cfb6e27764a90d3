"""The main job on published case material: imported clients meet the counselor for whole courses.

What comes out is read back as evaluation episodes and exported as training data.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from muspsy_sim.personas.summaries import list_profiles
from muspsy_sim.records.episode import CourseEnd
from muspsy_sim.runs.store import Run, episodes

RECIPE = """\
personas: [{personas}]
arms: [full, neither]
seeds: [0]
sessions: 4
exchanges: 8
"""


def muspsy(*words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "muspsy_sim", *words],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("kind", "folder", "clients", "refused"),
    [("muspsy-usercard", "muspsy", 3, 0), ("cactus-intake", "cactus", 48, 3)],
)
def test_published_clients_go_through_whole_courses(
    samples: Path, tmp_path: Path, kind: str, folder: str, clients: int, refused: int
) -> None:
    people = tmp_path / "people"
    told = muspsy("personas", "import", str(samples / folder), "--from", kind, "--out", str(people))
    assert f"{clients} profiles" in told
    assert f"{refused} refused" in told
    found = list_profiles(people)
    assert len(found) == clients

    recipe = tmp_path / "recipe.yaml"
    named = [str(people / p.id) for p in found[:: max(1, clients // 12)]]
    recipe.write_text(RECIPE.format(personas=", ".join(f'"{n}"' for n in named)))
    out = tmp_path / "out"
    muspsy("run", str(recipe), "--out", str(out), "--quiet")
    recorded = list(episodes(Run(out)))
    assert len(recorded) == 2 * len(named)
    assert all(e.end.complete for e in recorded)
    assert {e.end for e in recorded} <= set(CourseEnd)
    held = [s for e in recorded for s in e.sessions if s.turns]
    assert len(held) > len(recorded)
    for session in held:
        said = [turn.text for turn in session.turns]
        assert all(text.strip() for text in said)
        assert not any("{" in text or "}" in text for text in said)

    assert "identical" in muspsy("replay", str(out))
    for target in ("parquet", "trl", "alpaca", "messages"):
        muspsy(
            "export",
            str(out),
            "--to",
            target,
            "--allow-offline",
            "--out",
            str(tmp_path / target),
        )
        assert (tmp_path / target / "README.md").is_file()
