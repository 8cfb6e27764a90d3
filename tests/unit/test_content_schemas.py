"""The schemas that editors check content by are those of the program's own models."""

from __future__ import annotations

from pathlib import Path

from muspsy_sim.cli.schemas import content_models
from muspsy_sim.records.schemas import stale_schemas


def test_the_schemas_are_current(repository: Path) -> None:
    stale = stale_schemas(repository / "docs" / "schema", content_models())
    assert stale == [], "run: python -m muspsy_sim.cli.schemas docs/schema"
