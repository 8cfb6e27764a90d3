"""What stands beside a result: the validity gate's state, pitfall rates, judges that can't rank.

Each is read from the file that its own command writes. Where there is none, that is said plainly:
a check that was not made has not been passed.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import orjson

from muspsy_sim.records.content import content_path
from muspsy_sim.records.errors import RunError
from muspsy_sim.runs.provenance import code_version
from muspsy_sim.runs.store import Run

GATE_FILE = "validity.json"
GATE_FOLDER = "validity"
"""Where `muspsy validate` puts its results, beside runs."""

_TESTED = ("client", "appraiser")
"""Roles whose models the gate is about: another counselor does not change who the client is."""


def gate_lines(run: Run, models: dict[str, set[str]], gate: Path | None = None) -> list[str]:
    """The gate's state for the models of a run, a line for each pair of client and appraiser.

    `gate`: where its results lie. Raises `RunError` where there are none.
    """
    found = list(_gates(run, gate))
    if gate is not None and not found:
        raise RunError(
            "the validity gate has left nothing here",
            file=gate,
            field="--gate",
            hint="name a folder that `muspsy validate` wrote",
        )
    wanted = [sorted(models.get(role, set())) or ["none"] for role in _TESTED]
    lines = []
    for pair in product(*wanted):
        asked = dict(zip(_TESTED, pair, strict=True))
        named = ", ".join(f"{role} {model}" for role, model in asked.items())
        own = [g for g in found if all(g["models"].get(r) == m for r, m in asked.items())]
        if own:
            lines.append(_gate_line(own[0], named))
        else:
            lines.append(f"Validity gate: not run for these models ({named}); `muspsy validate`")
    return lines


def _gate_line(gate: dict[str, Any], named: str) -> str:
    made = gate.get("code_version", "")
    other = f", by version {made}" if made != code_version() else ""
    basis = f"{gate.get('clients')} source cases, {gate.get('seeds')} seeds{other}"
    if gate.get("holds") is True:
        return f"Validity gate: holds ({named}; {basis})"
    conditions = gate.get("conditions") or []
    broken = [c.get("title", "a condition") for c in conditions if c.get("status") != "holds"]
    return f"Validity gate: DOES NOT HOLD ({named}; {basis}): {'; '.join(broken)}"


def _gates(run: Run, named: Path | None) -> Iterator[dict[str, Any]]:
    """What gates there are, nearest first; one whose file does not read as a gate is none."""
    places = [
        run.folder,
        run.folder.parent / GATE_FOLDER,
        Path("runs", GATE_FOLDER),
        content_path("runs", GATE_FOLDER),
    ]
    for place in [named] if named is not None else places:
        found = _read(place / GATE_FILE if place.suffix != ".json" else place)
        if isinstance(found, dict) and isinstance(found.get("models"), dict):
            yield found


def pitfall_rates(run: Run) -> tuple[dict[str, dict[str, float | None]], str]:
    """Pitfall rates by arm and name, and what is to be said of them."""
    table = _read(run.folder / "tables" / "pitfalls.json")
    if not isinstance(table, dict) or not isinstance(table.get("arms"), dict):
        return {}, "Pitfalls: not measured for this run; `muspsy pitfalls` does it."
    try:
        rates = {
            str(arm): {name: one["value"] for name, one in found["pitfalls"].items()}
            for arm, found in table["arms"].items()
        }
    except (KeyError, TypeError, AttributeError):
        return {}, "Pitfalls: tables/pitfalls.json does not read; `muspsy pitfalls` makes it anew."
    measured = table.get("episodes")
    stale = isinstance(measured, dict) and set(measured) != set(run.episode_ids())
    note = "Pitfalls were measured on other episodes than are here now." if stale else ""
    return rates, note


def _read(file: Path) -> Any:
    try:
        return orjson.loads(file.read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return None
