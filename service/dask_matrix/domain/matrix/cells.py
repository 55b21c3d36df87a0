"""The cells of a matrix by row, so that an updated matrix shares its unchanged rows with the old one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from dask_matrix.domain.verdicts.verdict import Judgement

Cell = tuple[str, str]
"""A scenario's id and an environment's key."""
_NONE: Mapping[str, Judgement] = MappingProxyType({})


class Cells(Mapping[Cell, Judgement]):
    """The judgement of each cell with results: scenario id -> environment key -> judgement. Immutable."""

    __slots__ = ("_rows",)

    def __init__(self, by_row: Mapping[str, Mapping[str, Judgement]]) -> None:
        self._rows = by_row

    def row(self, scenario: str) -> Mapping[str, Judgement]:
        """Return the cells of one row by the key of their environment."""
        return self._rows.get(scenario, _NONE)

    def updated(self, changes: Mapping[Cell, Judgement | None]) -> Cells:
        """Return the cells with some judgements replaced, or removed where the new one is None."""
        if not changes:
            return self
        touched = {scenario: dict(self.row(scenario)) for scenario, _ in changes}
        for (scenario, environment), judgement in changes.items():
            if judgement is None:
                touched[scenario].pop(environment, None)
            else:
                touched[scenario][environment] = judgement
        rows = {**self._rows, **touched}
        return Cells({scenario: row for scenario, row in rows.items() if row})

    def __eq__(self, other: object) -> bool:
        """Whether all judgements are equal; fast for rows that the two share."""
        return self._rows == other._rows if isinstance(other, Cells) else super().__eq__(other)

    __hash__ = None  # type: ignore[assignment]

    def __getitem__(self, cell: Cell) -> Judgement:
        return self._rows[cell[0]][cell[1]]

    def __iter__(self) -> Iterator[Cell]:
        return ((scenario, environment) for scenario, row in self._rows.items() for environment in row)

    def __len__(self) -> int:
        return sum(map(len, self._rows.values()))
