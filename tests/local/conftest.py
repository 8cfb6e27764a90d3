"""A small random model on disk, and engines that are closed after each module.

This suite needs torch, transformers, xgrammar, peft and bert-score; without one of them it fails, and
is not skipped. CI installs them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from muspsy_sim.llm.local.engine import Engine
from muspsy_sim.llm.local.loading import Loaded, load
from muspsy_sim.llm.local.small import save
from muspsy_sim.llm.local.writer import close_writers
from tests.local.writing import conversation

# For a model this small more threads only wait for each other, on a busy machine for most of the time.
torch.set_num_threads(1)


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the small model."""
    return save(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="session")
def loaded(small: Path) -> Loaded:
    """The small model in memory, on the processor in float32."""
    return load("hf:small", str(small), {"MUSPSY_LOCAL_DEVICE": "cpu"})


@pytest.fixture
def prompts(loaded: Loaded) -> list[list[int]]:
    """The prompts of 40 conversations."""
    return [loaded.prompt(conversation(n)) for n in range(40)]


@pytest.fixture
def engine(loaded: Loaded) -> Iterator[Engine]:
    """An engine of its own for a test."""
    made = Engine(loaded, rows=32, kept_bytes=100_000_000)
    yield made
    made.close()


@pytest.fixture(autouse=True, scope="module")
def closed() -> Iterator[None]:
    yield
    close_writers()
