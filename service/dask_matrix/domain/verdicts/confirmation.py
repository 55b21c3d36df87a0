"""Which verdicts are doubtful, and how many more executions confirm each of them.

One execution may be a fluke. A broken verdict is executed once more. A verdict that differs from its neighbour's, which
is what users look for, three times more: on both sides and whether it passed or not, so that neither side is favoured.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from dask_matrix.domain.records.outcome import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

ONCE_MORE = 2
"""Executions that a broken verdict needs; the harness retries by itself unless it is interrupted."""
CONFIRMED = 1 + 3
"""Executions that a verdict needs if it differs from a neighbour's: three more than the first."""


class Doubt(StrEnum):
    """Why a verdict is doubtful."""

    BROKEN_ONCE = "failed only once"
    DIFFERS = "its verdict differs from the neighbouring release's"


class Column(NamedTuple):
    """What decides which environments are neighbours: they share lane and platform."""

    key: str
    lane: str
    platform: str


class Cell(NamedTuple):
    """The verdict of one scenario in one environment, from executions with one fingerprint."""

    scenario: str
    environment: str
    verdict: Verdict
    executions: int
    fingerprint: str


@dataclass(frozen=True)
class ConfirmationRequest:
    """How many executions a cell needs, how many it has with its fingerprint, and why it needs more."""

    needs: int
    has: int
    fingerprint: str
    doubt: Doubt

    @property
    def executions(self) -> int:
        """How many more it needs."""
        return self.needs - self.has


ConfirmationRequests = dict[tuple[str, str], ConfirmationRequest]
"""(scenario, environment) -> the executions still needed there."""


def confirmation_requests(columns: Sequence[Column], cells: Iterable[Cell]) -> ConfirmationRequests:
    """Return the cells that need more executions; ``columns`` are in the order of the matrix.

    The neighbours of a cell are the nearest column before and after it, of the same lane and platform, whose verdict
    of this scenario is evidence. A flaky cell needs none: no further execution can change its verdict.
    """
    rows: dict[str, dict[str, Cell]] = {}
    for cell in cells:
        if cell.verdict.passes is not None:
            rows.setdefault(cell.scenario, {})[cell.environment] = cell
    found: ConfirmationRequests = {}
    for row in rows.values():
        if all_pass(row.values()):
            continue
        for line in _lines(columns, row):
            for doubted, request in _requests_of(line):
                found[doubted.scenario, doubted.environment] = request
    return found


def all_pass(row: Iterable[Cell]) -> bool:
    """Whether a row passes everywhere, so that nothing in it needs confirmation: true of most rows."""
    return all(cell.verdict is Verdict.PASS for cell in row)


def _lines(columns: Sequence[Column], row: Mapping[str, Cell]) -> Iterable[list[Cell]]:
    """Return the cells of a row in order, one list for each lane and platform."""
    lines: dict[tuple[str, str], list[Cell]] = {}
    for column in columns:
        if cell := row.get(column.key):
            lines.setdefault((column.lane, column.platform), []).append(cell)
    return lines.values()


def _requests_of(line: Sequence[Cell]) -> Iterable[tuple[Cell, ConfirmationRequest]]:
    for place, cell in enumerate(line):
        if cell.verdict is Verdict.FLAKY:
            continue
        neighbours = line[max(0, place - 1) : place + 2]
        differs = any(neighbour.verdict is not cell.verdict for neighbour in neighbours)
        doubt = Doubt.DIFFERS if differs else Doubt.BROKEN_ONCE
        needed = CONFIRMED if differs else 1 if cell.verdict is Verdict.PASS else ONCE_MORE
        if cell.executions < needed:
            yield cell, ConfirmationRequest(needed, cell.executions, cell.fingerprint, doubt)
