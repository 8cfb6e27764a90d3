"""What every record has in common: unknown fields are refused, and values carry their ranges.

Records are plain pydantic models; behaviour lives in functions over them.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Language = Literal["en", "zh"]
"""Languages that the project speaks: English and (simplified) Chinese."""

Unit = Annotated[float, Field(ge=0.0, le=1.0)]
"""A value in [0, 1]; the field that uses it says which end is good."""

Signed = Annotated[float, Field(ge=-1.0, le=1.0)]
"""A value in [-1, 1]."""

Speaker = Literal["client", "counselor"]
"""Who said a turn. Roles are stated, never inferred from position."""

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.~-]{0,119}$")]
"""An identifier that is safe as a file name."""


class Record(BaseModel):
    """Base of all records: unknown fields are refused, so a typo is never silently dropped."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Root(Record):
    """A record that is stored as a file of its own, with the version of its schema."""

    schema_version: Literal[1] = 1
