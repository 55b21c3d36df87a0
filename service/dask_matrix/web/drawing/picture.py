"""The matrix as a small SVG, for the overview and for READMEs: one speck per cell, coloured by verdict."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from markupsafe import Markup

from dask_matrix.domain.matrix.cell_states import CELL_STATES, CellState
from dask_matrix.web.drawing.palette import DARK, LIGHT, hue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dask_matrix.domain.matrix.encoded_rows import EncodedRows
    from dask_matrix.domain.matrix.matrix import Matrix

WIDTH, HEIGHT = 3, 2
"""Size of a speck in pixels."""
GAP = 3
"""Pixels between areas and between years."""
FAINT = frozenset({"pass", "na", "untested"})
"""Verdicts drawn in their tint only, so that the others stand out."""
_EQUAL_CELLS = re.compile(r"(.)\1*", re.DOTALL)
SPECIAL_COLOURS = {"na": ("#ececea", "#23282d"), "untested": ("none", "none"), "uninstallable": ("#dcdcd7", "#30373e")}
"""Class -> its colours in light and dark mode, where they are not those of its hue."""


def picture(part: EncodedRows) -> str:
    """Return a part of the matrix as SVG that follows the reader's light or dark mode."""
    left, top = _offsets(part.matrix)
    shapes: dict[str, list[str]] = {}
    for scenario, y in zip(part.matrix.scenarios, top, strict=False):
        for name, start, end in _specks(part.rows[scenario.id], left):
            shapes.setdefault(name, []).append(
                f"M{left[start]} {y}h{left[end] + WIDTH - left[start]}v{HEIGHT}H{left[start]}z"
            )
    size = (left[-1] + WIDTH if left else 1, top[-1] + HEIGHT if top else 1)
    paths = Markup("").join(Markup('<path class="{}" d="{}"/>').format(name, "".join(d)) for name, d in shapes.items())
    return _svg(part.matrix, size, _style(shapes), paths)


def _svg(matrix: Matrix, size: tuple[int, int], style: str, paths: Markup) -> str:
    names = [each.name for each in matrix.environments]
    span = f", Dask {names[0]} to {names[-1]}" if names else ""
    title = f"{len(matrix.scenarios)} scenarios in {len(names)} environments{span}"
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" width="{}" height="{}" role="img"'
        ' preserveAspectRatio="none" shape-rendering="crispEdges"><title>{}</title><style>{}</style>{}</svg>'
    ).format(*size, *size, title, Markup(style), paths)  # noqa: S704 - text from the palette


def _specks(row: str, left: list[int]) -> Iterator[tuple[str, int, int]]:
    """Yield class, first and last column of each run of equal cells; a run never crosses a gap."""
    for found in _EQUAL_CELLS.finditer(row):
        name, start = _name(CELL_STATES[found[1]]), found.start()
        for place in range(found.start(), found.end()):
            last = place + 1 == found.end()
            if last or left[place + 1] - left[place] > WIDTH:
                yield name, start, place
                start = place + 1


def _name(state: CellState) -> str:
    verdict = state.was or state.verdict
    return {"n/a": "na"}.get(verdict.value, verdict.value) + ("-turn" if state.is_transition else "")


def _style(names: dict[str, list[str]]) -> str:
    light = "".join(f".{name}{{fill:{_colour(name, LIGHT)}}}" for name in names)
    dark = "".join(f".{name}{{fill:{_colour(name, DARK)}}}" for name in names)
    return f"{light}@media (prefers-color-scheme:dark){{{dark}}}"


def _colour(name: str, scheme: str) -> str:
    verdict, _, is_change = name.partition("-")
    if verdict in SPECIAL_COLOURS:
        return SPECIAL_COLOURS[verdict][scheme == DARK]
    colour, tint = hue(verdict).of(scheme)
    return tint if verdict in FAINT and not is_change else colour


def _offsets(matrix: Matrix) -> tuple[list[int], list[int]]:
    """Return the pixel offset of each column and each row, with gaps between years and areas."""
    years = [each.release.version.major for each in matrix.environments]
    areas = [each.area for each in matrix.scenarios]
    return _positions(years, WIDTH), _positions(areas, HEIGHT)


def _positions(groups: list[int] | list[str], step: int) -> list[int]:
    places = [0] if groups else []
    for before, after in pairwise(groups):
        places.append(places[-1] + step + (GAP if before != after else 0))
    return places
