"""Which verdicts are not to be believed yet, and how many more executions each of them wants.

One execution may be an accident. A verdict that breaks is executed once more. One that differs from its neighbour's,
the very thing this product is asked for, three times more: on both sides and whether it passed or not, so that
neither side is favoured.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from dask_matrix.domain.records.outcome import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

ONCE_MORE = 2
"""Executions that a broken verdict rests on; the harness sees to it by itself unless it is ended in between."""
CONFIRMED = 1 + 3
"""Executions that a verdict rests on which differs from a neighbour's: three more than the first."""


class Doubt(StrEnum):
    """Why a verdict is not to be believed yet."""

    BROKEN_ONCE = "failed only once"
    DIFFERS = "its verdict differs from the neighbouring release's"


class Column(NamedTuple):
    """An environment as far as neighbourhood goes: neighbours are of one lane and one platform."""

    key: str
    lane: str
    platform: str


class Cell(NamedTuple):
    """What one scenario's verdict in one environment rests on: executions of one fingerprint."""

    scenario: str
    environment: str
    verdict: Verdict
    executions: int
    fingerprint: str


@dataclass(frozen=True)
class Wish:
    """How many executions a cell needs, how many of one fingerprint it has, and why it needs more."""

    needs: int
    has: int
    fingerprint: str
    doubt: Doubt

    @property
    def executions(self) -> int:
        """How many more it wants."""
        return self.needs - self.has


Wishes = dict[tuple[str, str], Wish]
"""(scenario, environment) -> what is still wanted there."""


def wishes(columns: Sequence[Column], cells: Iterable[Cell]) -> Wishes:
    """Return the cells that want more executions; ``columns`` stand in the order of the matrix.

    The neighbours of a cell are the nearest column before and after it, of the same lane and platform, whose verdict
    of this scenario is evidence. A flaky cell is beyond doubt: no execution more can make it anything else.
    """
    rows: dict[str, dict[str, Cell]] = {}
    for cell in cells:
        if cell.verdict.holds is not None:
            rows.setdefault(cell.scenario, {})[cell.environment] = cell
    found: Wishes = {}
    for row in rows.values():
        if settled(row.values()):
            continue
        for line in _lines(columns, row):
            for doubted, wish in _wishes_of(line):
                found[doubted.scenario, doubted.environment] = wish
    return found


def settled(row: Iterable[Cell]) -> bool:
    """Whether a row passes wherever it was executed, so that nothing of it differs: most rows do."""
    return all(cell.verdict is Verdict.PASS for cell in row)


def _lines(columns: Sequence[Column], row: Mapping[str, Cell]) -> Iterable[list[Cell]]:
    """Return the cells of a row in their order, apart for each lane and platform."""
    lines: dict[tuple[str, str], list[Cell]] = {}
    for column in columns:
        if cell := row.get(column.key):
            lines.setdefault((column.lane, column.platform), []).append(cell)
    return lines.values()


def _wishes_of(line: Sequence[Cell]) -> Iterable[tuple[Cell, Wish]]:
    for place, cell in enumerate(line):
        if cell.verdict is Verdict.FLAKY:
            continue
        beside = line[max(0, place - 1) : place + 2]
        differs = any(neighbour.verdict is not cell.verdict for neighbour in beside)
        doubt = Doubt.DIFFERS if differs else Doubt.BROKEN_ONCE
        needed = CONFIRMED if differs else 1 if cell.verdict is Verdict.PASS else ONCE_MORE
        if cell.executions < needed:
            yield cell, Wish(needed, cell.executions, cell.fingerprint, doubt)
