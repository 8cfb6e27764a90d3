from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from muspsy_sim.records.content import CONTENT_FOLDERS, list_content
from muspsy_sim.records.schemas import (
    first_line,
    schema_for,
    schema_named,
    stale_schemas,
    write_schemas,
)


class Fact(BaseModel):
    topic: str


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")
    facts: list[Fact] = []
    weights: dict[str, float] = {}


def test_a_schema_refuses_the_keys_that_the_reader_refuses() -> None:
    schema = schema_for(Fact)
    assert schema["additionalProperties"] is False
    assert schema["required"] == ["topic"]


def test_a_free_mapping_stays_free() -> None:
    schema = schema_for(Open)
    assert schema["properties"]["weights"]["additionalProperties"] == {"type": "number"}  # type: ignore[index]
    assert schema["$defs"]["Fact"]["additionalProperties"] is False  # type: ignore[index]


def test_schemas_are_written_removed_and_known_to_be_current(tmp_path: Path) -> None:
    assert stale_schemas(tmp_path, {"fact": Fact}) == ["fact"]
    write_schemas(tmp_path, {"fact": Fact, "old": Fact})
    assert stale_schemas(tmp_path, {"fact": Fact}) == ["old"]
    assert [path.name for path in write_schemas(tmp_path, {"fact": Fact})] == ["fact.json"]
    assert stale_schemas(tmp_path, {"fact": Fact}) == []
    assert json.loads((tmp_path / "fact.json").read_bytes()) == schema_for(Fact)
    assert stale_schemas(tmp_path, {"fact": Open}) == ["fact"]


@given(st.text("abc./-_", min_size=1))
def test_the_first_line_names_its_schema(schema: str) -> None:
    assert schema_named(first_line(schema) + "a: 1\n") == schema


@pytest.mark.parametrize("text", ["", "a: 1\n", "a: 1\n# yaml-language-server: $schema=x\n"])
def test_a_file_without_the_line_names_none(text: str) -> None:
    assert schema_named(text) is None


@pytest.mark.parametrize("folder", CONTENT_FOLDERS)
def test_every_content_file_names_a_schema_that_is_there(folder: str) -> None:
    files = list_content(folder, "**/*.yaml")
    assert files
    unchecked = [
        path.name
        for path in files
        if (name := schema_named(path.read_text(encoding="utf-8"))) is None
        or not (path.parent / name).is_file()
    ]
    assert unchecked == []
