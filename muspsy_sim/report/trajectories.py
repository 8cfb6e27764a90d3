"""The picture of a comparison: each measure from week to week, one line for each arm.

Needs matplotlib (extra `report`). The same comparison gives the same bytes.
"""

from __future__ import annotations

import io
from importlib.util import find_spec
from pathlib import Path

from muspsy_sim.evaluation.comparing.comparison import ComparisonReport
from muspsy_sim.evaluation.comparing.endpoints import TRAJECTORIES
from muspsy_sim.records.files import write_atomic

_STYLES = ("-", "--", "-.", ":")


def can_draw() -> bool:
    """Whether matplotlib is there."""
    return find_spec("matplotlib") is not None


def draw_trajectories(report: ComparisonReport, file: Path) -> Path:
    """Draw the trajectories into `file` (.svg, .png or .pdf). Raises `StorageError`."""
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    arms = [arm.arm for arm in report.arms]
    measures = list(dict.fromkeys(p.measure for p in report.trajectories))
    with mpl.rc_context({"svg.hashsalt": "muspsy", "svg.fonttype": "none", "font.size": 9}):
        figure = Figure(figsize=(9.0, 6.4), layout="constrained")
        FigureCanvasAgg(figure)
        boxes = figure.subplots(2, 2).flat
        for box, measure in zip(boxes, measures, strict=False):
            for k, arm in enumerate(arms):
                own = [p for p in report.trajectories if (p.measure, p.arm) == (measure, arm)]
                box.plot(
                    [p.week for p in own],
                    [p.mean for p in own],
                    linestyle=_STYLES[k % len(_STYLES)],
                    marker="o",
                    markersize=2.5,
                    linewidth=1.2,
                    color=f"C{k % 10}",
                    label=arm,
                )
            box.set_title(TRAJECTORIES.get(measure, measure))
            box.set_xlabel("week")
            box.grid(alpha=0.25)
        handles, labels = figure.axes[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=2, frameon=False)
        into = io.BytesIO()
        # No date inside, so that an unchanged comparison is an unchanged file.
        stamp = {"Date": None} if file.suffix == ".svg" else {}
        figure.savefig(into, format=file.suffix.lstrip(".") or "svg", metadata=stamp, dpi=120)
    write_atomic(file, into.getvalue())
    return file
