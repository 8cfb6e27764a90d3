"""All seven published ways of making a corpus, on the same clients, side by side.

    python benchmarks/corpora.py [--model offline] [--samples FOLDER] [--into docs/corpora.md]

Generates a corpus by each recipe of `runs/corpora/` (MusPsy's twice: scripted and simulated), with
one model and the project's personas, and measures all on samples of one size with `muspsy metrics`'
measures. With `--samples` the published samples of a folder are measured too, in a table of their
own, since they are of other sizes, clients and languages. With `offline` this is a check of the
plumbing and ranks nothing.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

START = "<!-- figures: written by benchmarks/corpora.py, do not edit below -->"

RECIPES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("muspsy-scripted", "muspsy", ()),
    ("muspsy-simulated", "muspsy", ("muspsy.progress=simulated",)),
    ("cactus", "cactus", ("cactus.attitudes=[neutral]",)),
    ("cpsycoun", "cpsycoun", ()),
    ("smile", "smile", ()),
    ("simpsydial", "simpsydial", ()),
    ("psydial", "psydial", ("source={simpsydial}",)),
    ("psy-insight", "psy-insight", ("source={muspsy-simulated}",)),
)
"""Name, recipe, what is set; a name in braces is the folder that an earlier one was made in."""

SAMPLES: tuple[tuple[str, str, str], ...] = (
    ("MusPsy", "muspsy/dialogues_1001.head.txt", "muspsy-dialogue"),
    ("CPsyCounD", "cpsycoun/CPsyCounD", "cpsycound"),
    ("CPsyCounE", "cpsycoun/CPsyCounE", "cpsycoune"),
    ("SMILE", "smile", "smile"),
    ("SimPsyDial", "simpsydial/data.json", "simpsydial"),
)
"""Name, place below the samples' folder, format."""


def muspsy(*words: str) -> str:
    """What a command prints. Raises `SystemExit` where it fails, with what it said."""
    done = subprocess.run(  # noqa: S603 - our own command line
        [sys.executable, "-m", "muspsy_sim", *words], capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"muspsy {' '.join(words)}\n{done.stdout}{done.stderr}")
    return done.stdout


def made(room: Path, model: str) -> dict[str, Path]:
    """Every corpus, generated into a folder of its name."""
    folders: dict[str, Path] = {}
    for name, recipe, changes in RECIPES:
        folder = room / name
        sets = [f"models.default={model}", *(c.format_map(folders) for c in changes)]
        words = [word for change in sets for word in ("--set", change)]
        muspsy("generate", recipe, "--out", str(folder), "-q", *words)
        folders[name] = folder
        print(f"{name}: made", file=sys.stderr)
    return folders


def table(paths: list[Path], form: str | None = None) -> str:
    """`muspsy metrics` over the paths, as Markdown."""
    named = ["--from", form] if form else []
    return muspsy("metrics", *map(str, paths), "--markdown", "--sample", "200", *named).strip()


def samples_table(folder: Path) -> str:
    """The published samples, each measured by itself: they have no size in common."""
    columns: list[list[str]] = []
    names: list[str] = []
    notes: dict[str, None] = {}
    for name, place, form in SAMPLES:
        if (folder / place).exists():
            lines = table([folder / place], form).splitlines()
            rows = [line for line in lines if line.startswith("|")][2:]
            columns.append(rows)
            names.append(name)
            said = (line for line in lines if line and not line.startswith("|"))
            notes |= dict.fromkeys(
                re.sub(r"^All on [\d,]+ dialogues each", "Each on all it holds", s) for s in said
            )
    head = f"| measure | {' | '.join(names)} |\n|---|{'---:|' * len(names)}\n"
    body = []
    for row in zip(*columns, strict=True):
        cells = [[part.strip() for part in line.strip("|").split("|")] for line in row]
        body.append(f"| {cells[0][0]} | {' | '.join(cell[1] for cell in cells)} |")
    return head + "\n".join(body) + "\n\n" + "\n".join(notes)


def main() -> None:
    """Generate, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0] if __doc__ else "")
    parser.add_argument("--model", default="offline")
    parser.add_argument("--samples", type=Path, help="a folder of published samples")
    parser.add_argument("--into", type=Path, help="write the figures below the mark in this page")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as room:
        folders = made(Path(room), asked.model)
        parts = [
            f"### Made here, by `{asked.model}`",
            table([*folders.values()]),
        ]
    if asked.samples is not None:
        parts += ["### Published samples", samples_table(asked.samples)]
    text = "\n\n".join(parts) + "\n"
    if asked.into is None:
        print(text)
        return
    page = asked.into.read_text(encoding="utf-8")
    kept, mark, _ = page.partition(START)
    if not mark:
        sys.exit(f"{asked.into} has no line {START}")
    asked.into.write_text(f"{kept}{START}\n\n{text}", encoding="utf-8")


if __name__ == "__main__":
    main()
