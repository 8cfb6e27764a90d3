"""The `muspsy` command. `main` is its entry point and returns only by leaving the process."""

import typer

app = typer.Typer(name="muspsy", no_args_is_help=True, add_completion=False)


@app.callback()
def muspsy() -> None:
    """Simulate whole courses of counseling."""


def main() -> None:
    """Run the command line."""
    app()
