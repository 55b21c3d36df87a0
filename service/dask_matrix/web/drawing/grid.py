"""The matrix as its page draws it: heads by year and release, rows by area, and in each row stretches of like cells."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from markupsafe import Markup

from dask_matrix.domain.matrix.cell_states import LOOKS
from dask_matrix.domain.matrix.encoded_rows import BREAKING, HOLDING
from dask_matrix.domain.verdicts.verdict import Judgement
from dask_matrix.web import links
from dask_matrix.web.drawing.labels import OVERLAYS, REFUSALS, said
from dask_matrix.web.drawing.palette import WIDEST

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dask_matrix.domain.matrix.cell_states import Look
    from dask_matrix.domain.matrix.encoded_rows import Strips
    from dask_matrix.domain.matrix.rows_and_columns import Environment, Scenario

MOST_ROOMY = 12
"""Columns; with more of them their heads are written upright."""
MOST_KEPT = 2**14
"""Stretches that are kept as they are written: the same ones stand in many rows."""
MOST_DRAWN = 2**11
"""Strips that are kept as they are drawn."""
_ALIKE = re.compile(rf"(.)\1{{0,{WIDEST - 1}}}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Line:
    """One row. ``covers`` and ``issues`` are what the filter looks at besides what is to be read.

    ``cells`` has an element for each stretch: cells side by side that look alike, how many they are, and the same in words.
    """

    id: str
    title: str
    href: str
    covers: str
    issues: str
    cells: Markup


@dataclass(frozen=True, slots=True)
class Block:
    """The rows of one area, and how many of its rows hold in the newest column that says something; ``shut`` if folded."""

    area: str
    value: str
    holds: int
    of: int
    newest: str
    lines: tuple[Line, ...]
    shut: bool


@dataclass(frozen=True, slots=True)
class Head:
    """A run of columns under one text: a year, or a release with its day. ``more`` names the commits of what is no release."""

    text: str
    columns: int
    href: str = ""
    day: str = ""
    css: str = ""
    more: str = ""


@dataclass(frozen=True, slots=True)
class Foot:
    """The head of a single column: what tells it from its release's others. ``message`` begins what refused it."""

    key: str
    python: str
    lane: str
    label: str
    href: str
    refusal: str
    message: str
    css: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A part of the matrix ready to be drawn."""

    years: tuple[Head, ...]
    releases: tuple[Head, ...]
    columns: tuple[Foot, ...]
    blocks: tuple[Block, ...]
    css: str

    @property
    def width(self) -> int:
        """The number of columns of the table, the heads of rows included."""
        return len(self.columns) + 1


def sheet(part: Strips, shut: frozenset[str] = frozenset()) -> Sheet:
    """Return a part of the matrix as it is drawn; ``shut`` are areas that are folded."""
    environments = part.matrix.environments
    years = _counted(["" if each.pair else str(each.release.version.major) for each in environments])
    cuts = _cuts([count for _, count in years])
    names = tuple(each.name for each in environments)
    return Sheet(
        years=tuple(Head(year, count) for year, count in years),
        releases=tuple(_release(list(found)) for _, found in groupby(environments, key=lambda each: each.release)),
        columns=tuple(map(_foot, environments)),
        blocks=tuple(
            _block(
                part,
                area,
                scenarios,
                [_line(each, _drawn(part.strips[each.id], cuts, names)) for each in scenarios],
                shut,
            )
            for area, scenarios in part.matrix.areas().items()
        ),
        css="roomy" if len(environments) <= MOST_ROOMY else "dense",
    )


def _line(scenario: Scenario, cells: Markup) -> Line:
    return Line(
        id=scenario.id,
        title=scenario.title,
        href=links.scenario(scenario.id),
        covers=" ".join(scenario.covers),
        issues=" ".join(scenario.issues),
        cells=cells,
    )


@lru_cache(maxsize=MOST_DRAWN)
def _drawn(strip: str, cuts: tuple[tuple[int, int], ...], names: tuple[str, ...]) -> Markup:
    """Return a strip as it is drawn. Most rows stay as they were when a result comes in, and many are alike."""
    return Markup("".join(_stretches(strip, cuts, names)))  # noqa: S704 - of Markup


def _stretches(strip: str, cuts: Sequence[tuple[int, int]], names: Sequence[str]) -> Iterator[Markup]:
    """Yield the stretches of a strip; one never goes on from year to year."""
    for start, end in cuts:
        for found in _ALIKE.finditer(strip, start, end):
            yield _stretch(found[1], found.end() - found.start(), names[found.start()], names[found.end() - 1])


@lru_cache(maxsize=MOST_KEPT)
def _stretch(look: str, columns: int, first: str, last: str) -> Markup:
    css, label = _SHOWN[look]
    place = first if first == last else f"{first} to {last}"
    return Markup('<i class="{} w{}">{}: {}</i>').format(css, columns, label, place)


def _block(
    part: Strips, area: str, scenarios: Sequence[Scenario], lines: Sequence[Line], shut: frozenset[str]
) -> Block:
    """Return the rows of an area with what the newest column says that says anything of them."""
    strips = [part.strips[each.id] for each in scenarios]
    for place in range(len(part.matrix.environments) - 1, -1, -1):
        column = [each[place] for each in strips]
        holds = sum(each in HOLDING for each in column)
        if of := holds + sum(each in BREAKING for each in column):
            newest = part.matrix.environments[place].name
            return Block(area or "no area", area, holds, of, newest, tuple(lines), area in shut)
    return Block(area or "no area", area, 0, 0, "", tuple(lines), area in shut)


def _release(environments: Sequence[Environment]) -> Head:
    first = environments[0]
    refused = "refused" if all(each.refusal for each in environments) else ""
    day = str(first.day or "")
    return Head(first.name, len(environments), links.release(first.release.called), day, refused, first.commits)


def _foot(environment: Environment) -> Foot:
    refusal = environment.refusal
    return Foot(
        key=environment.key,
        python=str(environment.python),
        lane=environment.lane.value,
        label=environment.label,
        href=links.environment(environment.key),
        refusal=REFUSALS.get(refusal.phase, refusal.phase) if refusal else "",
        message=refusal.message[:300] if refusal else "",
        css="refused" if refusal else "",
    )


def _counted(texts: Sequence[str]) -> list[tuple[str, int]]:
    return [(text, len(list(same))) for text, same in groupby(texts)]


def _cuts(counts: Sequence[int]) -> tuple[tuple[int, int], ...]:
    ends = [0]
    for count in counts:
        ends.append(ends[-1] + count)
    return tuple(pairwise(ends))


def _shown(look: Look) -> tuple[str, str]:
    """Return the classes and the words of a look."""
    word = said(Judgement(look.verdict, was=look.was))
    beside = OVERLAYS[look.overlay] if look.overlay else None
    css = [word.css, *(["turn"] if look.turns else []), *([beside.css] if beside else [])]
    return " ".join(css), ", ".join(
        [word.label, *(["turns"] if look.turns else []), *([beside.label] if beside else [])]
    )


_SHOWN = {character: _shown(look) for character, look in LOOKS.items()}
