"""Plots as inline SVG, drawn on the server: no scripts, no style attributes, colours by class."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, log10
from typing import TYPE_CHECKING

from markupsafe import Markup

from dask_matrix.web import times

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dask_matrix.domain.verdicts.execution_history import Durations

PITCH, HEIGHT, LEFT, TOP, BOTTOM = 12, 132, 58, 10, 34
"""Pixels: between two releases, height of the plot area, and its margins."""
MARK_OFFSET = 4.0
"""Pixels between the marks of two lines at the same release."""
STEPS = (1, 2, 5, 10)
YEAR_LABEL_WIDTH = 3
"""Width of a year's label, in releases."""
MAX_LINES = 4
"""How many lines have a mark of their own; further lines are left out."""


@dataclass(frozen=True)
class Point:
    """One release. ``took`` has an entry per line, None where nothing passed."""

    release: str
    year: str
    took: tuple[Durations | None, ...]


def duration_plot(points: Sequence[Point], lines: Sequence[str]) -> Markup:
    """Plot shortest, median and longest duration by release; return empty markup without any durations."""
    figures = [took for point in points for took in point.took if took]
    if not figures:
        return Markup("")
    top, step = _scale(max(each.longest for each in figures))
    width = LEFT + PITCH * len(points) + PITCH
    inner = Markup("").join([*_levels(top, step, width), *_years(points), *_marks(points, lines, top)])
    return Markup(
        '<svg class="plot" role="img" width="{w}" height="{h}" viewBox="0 0 {w} {h}" aria-label="{text}">{inner}</svg>'
    ).format(w=width, h=TOP + HEIGHT + BOTTOM, text=_summary(points, figures), inner=inner)


def _summary(points: Sequence[Point], figures: Sequence[Durations]) -> str:
    low, high = min(each.typical for each in figures), max(each.typical for each in figures)
    return f"Duration from {points[0].release} to {points[-1].release}: medians between {times.duration(low)} and {times.duration(high)}."


def _scale(longest: float) -> tuple[float, float]:
    """Return the top of the axis and the step between grid lines: the smallest round values that fit all durations."""
    rough = max(longest, 0.001) / 3
    power: float = 10.0 ** floor(log10(rough))
    step = next((power * each for each in STEPS if power * each >= rough), power * STEPS[-1])
    return step * 3, step


def _level(value: float, top: float) -> float:
    return round(TOP + HEIGHT * (1 - value / top), 1)


def _levels(top: float, step: float, width: int) -> Iterator[Markup]:
    """Yield the horizontal grid lines with their labels."""
    for number in range(4):
        y = _level(step * number, top)
        label = times.duration(step * number) if number else "0"
        yield Markup('<line class="level" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(LEFT, width, y, y)
        yield Markup('<text x="{}" y="{}" text-anchor="end">{}</text>').format(LEFT - 8, y + 4, label)


def _years(points: Sequence[Point]) -> Iterator[Markup]:
    """Yield a line where a year begins, and its label if it fits before the next."""
    begins = [(number, point.year) for number, point in enumerate(points) if point.year]
    after = [number for number, _ in begins[1:]] + [len(points) + YEAR_LABEL_WIDTH]
    for (number, year), end in zip(begins, after, strict=True):
        x = LEFT + PITCH * number + 2
        yield Markup('<line class="begins" x1="{x}" x2="{x}" y1="{a}" y2="{b}"/>').format(
            x=x, a=TOP, b=TOP + HEIGHT + 6
        )
        if end - number >= YEAR_LABEL_WIDTH:
            yield Markup('<text x="{}" y="{}">{}</text>').format(x, TOP + HEIGHT + 20, year)


def _marks(points: Sequence[Point], lines: Sequence[str], top: float) -> Iterator[Markup]:
    """Yield for each release and line a range from shortest to longest and a mark at the median, with a tooltip."""
    for number, point in enumerate(points):
        for place, took in enumerate(point.took[:MAX_LINES]):
            if took:
                x = round(LEFT + PITCH * (number + 0.5) + 2 + MARK_OFFSET * (place - (len(point.took) - 1) / 2), 1)
                text = f"{point.release}, {lines[place]}: {_figures(took)}"
                yield Markup(
                    '<g class="line-{n}"><title>{text}</title><line x1="{x}" x2="{x}" y1="{a}" y2="{b}"/>{mark}</g>'
                ).format(
                    n=place, text=text, x=x, a=_level(took.longest, top), b=_level(took.shortest, top),
                    mark=_mark(place, x, _level(took.typical, top)),
                )  # fmt: skip


def _mark(place: int, x: float, y: float) -> Markup:
    """Return the mark of a line: round for the first, square for others, so lines differ by more than colour."""
    if place == 0:
        return Markup('<circle cx="{}" cy="{}" r="2.8"/>').format(x, y)
    return Markup('<rect x="{}" y="{}" width="5" height="5"/>').format(round(x - 2.5, 1), round(y - 2.5, 1))


def _figures(took: Durations) -> str:
    span = f"{times.duration(took.shortest)} to {times.duration(took.longest)}, median " if took.executions > 1 else ""
    return f"{span}{times.duration(took.typical)} of {took.executions} {'execution' if took.executions == 1 else 'executions'}"
