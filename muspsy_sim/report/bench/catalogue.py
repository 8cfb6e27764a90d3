"""The benchmarks by name. A module is imported only when its benchmark is run."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from muspsy_sim.records.errors import RunError
from muspsy_sim.report.bench.figures import BenchResult, Figure, Size

Measured = tuple[list[Figure], list[str]]
"""Figures, and lines to print below them."""


@dataclass(frozen=True, slots=True)
class Bench:
    """A benchmark: where its function is (`module:function`, taking a `Size`), what it measures."""

    name: str
    where: str
    about: str
    extra: str = ""
    """The extra that it needs; it is not run unless it is named."""
    needs: tuple[str, ...] = ()
    """The modules that the extra brings."""

    def check(self) -> None:
        """Raises `RunError` where the extra that it needs is not installed."""
        if missing := [name for name in self.needs if find_spec(name) is None]:
            raise RunError(
                f"the benchmark {self.name} needs {' and '.join(missing)}, not installed here",
                hint=f"pip install 'muspsy-sim[{self.extra}]'",
            )

    def measured(self, size: Size) -> BenchResult:
        """Run it. Raises what it raises: `MuspsyError` where an extra or a part is missing."""
        module, _, function = self.where.partition(":")
        measure: Callable[[Size], Measured] = getattr(import_module(module), function)
        began = time.perf_counter()
        figures, lines = measure(size)
        return BenchResult(
            bench=self.name,
            about=self.about,
            figures=figures,
            lines=lines,
            seconds=round(time.perf_counter() - began, 2),
        )


_HERE = "muspsy_sim.report.bench"

BENCHES: dict[str, Bench] = {
    bench.name: bench
    for bench in (
        Bench(
            "orchestration",
            f"{_HERE}.orchestration:measure",
            "a run over a model that answers at once, beside its bare nodes",
        ),
        Bench(
            "http",
            f"{_HERE}.http:measure",
            "a run over HTTP to a server of 200 ms, beside the same requests alone",
        ),
        Bench(
            "storage",
            f"{_HERE}.storage:measure",
            "resuming, replaying, memory and bytes, beside reading and running",
        ),
        Bench(
            "prompts",
            f"{_HERE}.prompts:measure",
            "how much of each agent's prompts the same episode sent before",
        ),
        Bench(
            "local",
            f"{_HERE}.local:measure",
            "episodes over a local checkpoint, many at once beside one at a time",
            extra="local",
            needs=("torch", "transformers"),
        ),
        Bench(
            "workers",
            f"{_HERE}.workers:measure_processes",
            "two worker processes beside one, over episodes that keep the processor busy",
        ),
        Bench(
            "ray",
            f"{_HERE}.workers:measure_ray",
            "two Ray actors beside one, over episodes that keep the processor busy",
            extra="ray",
            needs=("ray",),
        ),
    )
}
"""In the order in which they are run and listed."""
