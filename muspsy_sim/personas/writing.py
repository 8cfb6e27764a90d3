"""Profiles and case reports as files, a persona a subfolder that bears its id.

Nothing is written unless every file can be: a file that is there already with other content stops
the lot, so that nobody's edit is lost.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from muspsy_sim.records.content import content_root
from muspsy_sim.records.errors import StorageError
from muspsy_sim.records.files import write_atomic
from muspsy_sim.records.profile import CaseReport, Profile
from muspsy_sim.records.schemas import first_line
from muspsy_sim.records.yaml_text import yaml_text


def profile_text(profile: Profile, folder: Path) -> str:
    """A profile as the YAML of `folder/ID/profile.yaml`, with the line that names its schema."""
    value = profile.model_dump(mode="json", exclude_defaults=True)
    schema = content_root() / "docs" / "schema" / "profile.json"
    # Outside a checkout there is no schema that an editor could be led to.
    top = ""
    if schema.is_file():
        top = first_line(os.path.relpath(schema, (folder / profile.id).resolve()))
    return top + yaml_text({"schema_version": profile.schema_version, **value})


def case_text(case: CaseReport) -> str:
    """A case report as Markdown with its front matter."""
    front = case.model_dump(mode="json", exclude={"text", "schema_version"})
    return f"---\n{yaml_text(front)}---\n\n{case.text}"


def write_new(files: Mapping[Path, str]) -> list[Path]:
    """Write each text to its path and return the paths, sorted.

    Raises:
        StorageError: a file is there already with other content, or the disk refuses.
    """
    for path, text in files.items():
        if path.exists() and path.read_bytes() != text.encode():
            raise StorageError(
                "is already there with other content", file=path, hint="choose another --out folder"
            )
    for path, text in files.items():
        write_atomic(path, text.encode())
    return sorted(files)
