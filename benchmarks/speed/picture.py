"""Draws what was measured: who took how long, and how the harness's cost grows with the number of scenarios."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from matplotlib import pyplot as plt
from matplotlib.axes import Axes

COLOURS = {"ours": "#1f6f8b", "again": "#4c9fb8", "floor": "#9aa5ab"}
OTHERS = "#c9863a"


def draw(report: dict[str, Any], names: dict[str, str], path: Path) -> None:
    """Write the picture."""
    plt.rcParams["svg.hashsalt"] = "run_speed"
    figure, (left, right) = plt.subplots(1, 2, figsize=(13, 4), width_ratios=(3, 2))
    _bars(left, report, names)
    _growth(right, report)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


def _bars(axes: Axes, report: dict[str, Any], names: dict[str, str]) -> None:
    measured = sorted(report["seconds"].items(), key=lambda each: -each[1]["seconds"])
    labels = [names[name] for name, _ in measured]
    seconds = [each["seconds"] for _, each in measured]
    bars = axes.barh(labels, seconds, color=[COLOURS.get(name, OTHERS) for name, _ in measured])
    axes.bar_label(bars, [f"{each:.0f} s" for each in seconds], padding=4)
    axes.set_title(f"{len(report['releases'])} releases x {report['scenarios']} scenarios: seconds until all is done")
    axes.spines[["top", "right"]].set_visible(False)
    axes.margins(x=0.12)


def _growth(axes: Axes, report: dict[str, Any]) -> None:
    for jobs in sorted({each["jobs"] for each in report["scaling"]}):
        points = [each for each in report["scaling"] if each["jobs"] == jobs]
        axes.plot(
            [each["scenarios"] for each in points], [each["seconds"] for each in points], "o-", label=f"{jobs} jobs"
        )
    axes.set(xscale="log", yscale="log", xlabel="empty scenarios", title="The harness alone: seconds, imports included")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend()
