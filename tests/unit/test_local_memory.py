"""What Linux says of the memory that a process may still take."""

from __future__ import annotations

from pathlib import Path

import pytest

from muspsy_sim.llm.local.memory import available

GB = 1_000_000_000


def system(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


MACHINE = {
    "proc/meminfo": "MemTotal:  24684100 kB\nMemFree:  9 kB\nMemAvailable:  20000000 kB\n",
    "proc/self/cgroup": "1:name=systemd:/x\n0::/jobs/7\n",
}


@pytest.mark.parametrize(
    ("groups", "left"),
    [
        ({}, 20_480_000_000),
        ({"jobs/7/memory.max": "max\n"}, 20_480_000_000),
        ({"jobs/7/memory.max": f"{4 * GB}\n", "jobs/7/memory.current": f"{3 * GB}\n"}, GB),
        (
            {
                "jobs/7/memory.max": f"{4 * GB}\n",
                "jobs/7/memory.current": f"{3 * GB}\n",
                "jobs/7/memory.stat": f"anon {GB}\ninactive_file {2 * GB}\n",
            },
            3 * GB,
        ),
        ({"jobs/memory.max": f"{2 * GB}\n", "jobs/memory.current": "0\n"}, 2 * GB),
        ({"memory.max": f"{GB}\n", "memory.current": f"{2 * GB}\n"}, 0),
    ],
    ids=["no limit", "said to be none", "a limit", "files read", "of a group above", "spent"],
)
def test_what_is_left_is_the_machines_or_its_groups(
    tmp_path: Path, groups: dict[str, str], left: int
) -> None:
    files = {f"sys/fs/cgroup/{name}": text for name, text in groups.items()}
    assert available(system(tmp_path, {**MACHINE, **files})) == left


def test_other_systems_do_not_say(tmp_path: Path) -> None:
    assert available(tmp_path) is None
