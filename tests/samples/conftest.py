"""Published samples, for tests on machines that have them.

They lie in the folder that the environment variable MUSPSY_SAMPLES names, or beside the checkout.
Where they are not, no test of this folder is collected.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_REPOSITORY = Path(__file__).resolve().parent.parent.parent
SAMPLES = Path(os.environ.get("MUSPSY_SAMPLES") or _REPOSITORY.parent / "shared" / "data")

collect_ignore_glob = [] if SAMPLES.is_dir() else ["test_*.py"]


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of published samples."""
    return SAMPLES
