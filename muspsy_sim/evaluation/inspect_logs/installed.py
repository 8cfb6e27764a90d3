"""Whether Inspect AI is installed, said in one line where it is not."""

from __future__ import annotations

from importlib.util import find_spec

from muspsy_sim.records.errors import ExportError

INSTALL = "pip install 'muspsy-sim[inspect]'"


def need_inspect() -> None:
    """Raises `ExportError` where `inspect_ai` cannot be imported."""
    if find_spec("inspect_ai") is None:
        raise ExportError("Inspect AI is not installed", hint=INSTALL)
