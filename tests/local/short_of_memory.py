"""A process that writes 16 answers two by two, then all at once with little memory: `FOLDER MEGABYTES`.

Prints how often the batch was halved, how many rows it then had at most, and how many texts are the
same. The limit is the system's on the process's addresses, so that torch is really refused.
"""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path

import torch

from muspsy_sim.llm.local.engine import Engine
from muspsy_sim.llm.local.loading import load
from tests.local.writing import write

PAGE = resource.getpagesize()


def main(folder: str, megabytes: int) -> None:
    torch.set_num_threads(1)
    loaded = load("hf:short", folder, {"MUSPSY_LOCAL_DEVICE": "cpu"})
    prompts = [[3 + (n * 7 + k * 13) % 1400 for k in range(600 - n)] for n in range(16)]
    # Two at a time: what a larger batch gave back would be there for the next one.
    by_two = Engine(loaded, rows=2, kept_bytes=0)
    expected = [each.text for each in write(by_two, prompts, max_tokens=12)]
    by_two.close()
    short = Engine(loaded, rows=16, kept_bytes=100_000_000)
    write(short, [prompt[:20] for prompt in prompts[:1]])
    now = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * PAGE
    resource.setrlimit(
        resource.RLIMIT_AS, (now + (megabytes << 20), resource.getrlimit(resource.RLIMIT_AS)[1])
    )
    texts = [each.text for each in write(short, prompts, max_tokens=12)]
    same = sum(a == b for a, b in zip(texts, expected, strict=True))
    print(short.counts.halved, short.limit, same, flush=True)
    os._exit(0)  # No memory is left for an orderly end.


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
