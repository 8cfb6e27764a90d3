"""Import and audit of a large corpus: processor time, wall and memory of the two commands.

    python benchmarks/corpus_size.py [--dialogues 50000] [--out DIR]
    python benchmarks/corpus_size.py --one-file 4 [--out DIR]

Makes SMILE-shaped files (one JSON list a dialogue) by a seeded script, then runs `muspsy import` on
the folder and `muspsy audit` on what was imported, each in a process of its own. Leaves with 1
where both together take more than 90 seconds of the wall for 50,000, or one more than 500 MB.

`--one-file` makes one JSON list of PsyDial's shape instead, of so many gigabytes, imports it and
writes it back in its format, and minds memory alone.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

SECONDS_EACH = 90.0 / 50_000
MEGABYTES = 500.0

_OPENINGS = ("最近总是", "这几天", "自从换了工作，", "和家里吵过以后，", "考试以后，", "夜里")
_TROUBLES = (
    "睡不着", "提不起劲", "不想见人", "老想着那件事", "心里发慌", "一点小事就哭",
    "胸口发闷", "觉得自己没用", "不敢接电话", "跟谁都说不上话",
)  # fmt: skip
_ENDS = (
    "，不知道该怎么办。",
    "，已经两个月了。",
    "，也没跟别人说过。",
    "，你说我是不是病了？",
    "。",
)
_ASKS = (
    "听起来这段时间挺难熬的，", "谢谢你愿意说出来，", "我想多了解一点，", "你一个人扛着这些，",
    "嗯，我在听，",
)  # fmt: skip
_QUESTIONS = (
    "是从什么时候开始的？", "那一刻你心里在想什么？", "身边有人知道吗？", "最难受的是哪一部分？",
    "以前有过这样的时候吗？", "你希望先从哪里谈起？",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Took:
    """What one command took."""

    wall: float
    processor: float
    megabytes: float


def make(folder: Path, dialogues: int, seed: int = 0) -> None:
    """Write the files, a hundred to a folder, each dialogue unlike the others."""
    draw = random.Random(seed)
    for n in range(dialogues):
        turns = _turns(draw, draw.randint(8, 14), ("client", "counselor"))
        part = folder / f"{n // 100:04}"
        part.mkdir(parents=True, exist_ok=True)
        (part / f"{n}.json").write_text(json.dumps(turns, ensure_ascii=False), encoding="utf-8")


def make_one(path: Path, size: int, seed: int = 0) -> int:
    """Write one JSON list of at least `size` bytes; how many dialogues it holds."""
    draw, dialogues = random.Random(seed), 0
    with path.open("wb") as opened:
        opened.write(b"[\n")
        while opened.tell() < size:
            turns = _turns(draw, 2 * draw.randint(30, 45), ("user", "assistant"))
            line = json.dumps({"messages": turns}, ensure_ascii=False)
            opened.write((b",\n" if dialogues else b"") + line.encode())
            dialogues += 1
        opened.write(b"\n]\n")
    return dialogues


def _turns(draw: random.Random, number: int, roles: tuple[str, str]) -> list[dict[str, str]]:
    turns = []
    for k in range(number):
        said = (
            f"{draw.choice(_OPENINGS)}{draw.choice(_TROUBLES)}，{draw.choice(_TROUBLES)}"
            f"{draw.choice(_ENDS)}第{draw.randint(1, 9999)}次了。"
            if k % 2 == 0
            else f"{draw.choice(_ASKS)}{draw.choice(_QUESTIONS)}{draw.choice(_TROUBLES)}？"
        )
        turns.append({"role": roles[k % 2], "content": said})
    return turns


def run(*words: str) -> Took:
    """A command in a process of its own. Raises `SystemExit` where it fails."""
    began = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 - our own command line
        [sys.executable, "-m", "muspsy_sim", *words], stdout=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    code = os.waitstatus_to_exitcode(status)
    if code not in (0, 1):  # An audit leaves with 1 where it is told to fail on what it finds.
        sys.exit(f"muspsy {' '.join(words)} left with {code}")
    return Took(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def main() -> None:
    """Make, import, audit or write back, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0] if __doc__ else "")
    parser.add_argument("--dialogues", type=int, default=50_000)
    parser.add_argument("--one-file", type=float, metavar="GB", help="one file of this size")
    parser.add_argument("--out", type=Path, help="keep the files here; a temporary folder if none")
    asked = parser.parse_args()
    limit: float | None = None
    with tempfile.TemporaryDirectory() as temporary:
        room = asked.out or Path(temporary)
        room.mkdir(parents=True, exist_ok=True)
        tables = str(room / "t")
        if asked.one_file is not None:
            file = room / "one.json"
            dialogues = make_one(file, round(asked.one_file * 1e9))
            size = file.stat().st_size / 1e9
            steps = {
                "import": run("import", str(file), "--from", "psydial", "--out", tables),
                "export": run("export", tables, "--to", "psydial", "--out", str(room / "back")),
            }
            print(f"One file of {size:.2f} GB, ", end="")
        else:
            dialogues, limit = asked.dialogues, SECONDS_EACH * asked.dialogues
            make(room / "smile", dialogues)
            steps = {
                "import": run("import", str(room / "smile"), "--from", "smile", "--out", tables),
                "audit": run("audit", tables, "--out", str(room / "report")),
            }
    print(f"{dialogues:,} dialogues, {os.cpu_count()} cores")
    print("| step | wall, s | processor, s | memory, MB |\n|---|---:|---:|---:|")
    for name, took in steps.items():
        print(f"| {name} | {took.wall:.1f} | {took.processor:.1f} | {took.megabytes:.0f} |")
    wall = sum(took.wall for took in steps.values())
    most = max(took.megabytes for took in steps.values())
    at_most = "" if limit is None else f" (at most {limit:.0f})"
    print(f"| both | {wall:.1f}{at_most} | | {most:.0f} (at most {MEGABYTES:.0f}) |")
    sys.exit(1 if (limit is not None and wall > limit) or most > MEGABYTES else 0)


if __name__ == "__main__":
    main()
