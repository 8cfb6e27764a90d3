"""JSON schemas of the content files, so that an editor checks a YAML file while it is written.

Each content file begins with a line that names its schema; the schemas lie in `docs/schema/` and
are generated from the pydantic models, never written by hand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pydantic

from muspsy_sim.records.files import write_atomic

_FIRST_LINE = re.compile(r"# yaml-language-server: \$schema=(\S+)\s*")
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def first_line(schema: str) -> str:
    """The line that a content file begins with; `schema` is a path relative to that file."""
    return f"# yaml-language-server: $schema={schema}\n"


def schema_named(text: str) -> str | None:
    """The schema that a content file's first line names, or `None` where it names none."""
    found = _FIRST_LINE.fullmatch(text.partition("\n")[0])
    return found[1] if found else None


def schema_for(model: type[pydantic.BaseModel]) -> dict[str, object]:
    """The JSON schema of what `load_strict` accepts for `model`: unknown keys are refused."""
    schema: dict[str, object] = {"$schema": _DIALECT, **model.model_json_schema()}
    _close(schema)
    return schema


def write_schemas(folder: Path, models: Mapping[str, type[pydantic.BaseModel]]) -> list[Path]:
    """Write `NAME.json` for each model, remove schemas of no model, and return what is there.

    Raises:
        StorageError: the disk refuses.
    """
    for stale in sorted(folder.glob("*.json")):
        if stale.stem not in models:
            stale.unlink()
    for name, model in models.items():
        write_atomic(folder / f"{name}.json", _encoded(model))
    return sorted(folder.glob("*.json"))


def stale_schemas(folder: Path, models: Mapping[str, type[pydantic.BaseModel]]) -> list[str]:
    """The names of schemas that `write_schemas` would write, change or remove, sorted."""
    present = {path.stem: path.read_bytes() for path in folder.glob("*.json")}
    wanted = {name: _encoded(model) for name, model in models.items()}
    return sorted(
        name for name in present.keys() | wanted.keys() if present.get(name) != wanted.get(name)
    )


def _encoded(model: type[pydantic.BaseModel]) -> bytes:
    # Indented, since these are read in diffs; UTF-8, since descriptions may be Chinese.
    text = json.dumps(schema_for(model), ensure_ascii=False, indent=2, sort_keys=True)
    return f"{text}\n".encode()


def _close(schema: object) -> None:
    """Refuse unknown keys in every object that lists its own."""
    if isinstance(schema, dict):
        if isinstance(schema.get("properties"), dict) and schema.get("type") == "object":
            schema.setdefault("additionalProperties", False)
        for part in schema.values():
            _close(part)
    elif isinstance(schema, list):
        for part in schema:
            _close(part)
