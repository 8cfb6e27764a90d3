"""`muspsy init DIR`: copy the content out, to be edited by someone who installed the package."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where the folders go.")],
) -> None:
    """Copy agents/, graphs/, personas/ and runs/ into DIR, to be edited there."""
    from muspsy_sim.cli.schemas import content_models
    from muspsy_sim.records.content import CONTENT_VARIABLE, copy_content
    from muspsy_sim.records.schemas import write_schemas

    made = copy_content(folder)
    write_schemas(folder / "docs" / "schema", content_models())
    typer.echo(f"{len(made)} files are in {folder}, and the schemas that editors check them with.")
    typer.echo("To have them used:")
    typer.echo(f"  export {CONTENT_VARIABLE}={folder.resolve()}")
