"""Cache of the matrix in memory, for one revision of the store on one day, with data derived from it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from dask_matrix.domain.matrix.encoded_rows import EncodedRows
from dask_matrix.domain.upgrades.columns import ColumnSets
from dask_matrix.domain.upgrades.upgrade import UpgradeEvidence
from dask_matrix.store.upgrade_evidence import CachedWarnings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from dask_matrix.domain.matrix.matrix import Matrix
    from dask_matrix.domain.upgrades.context import Context
    from dask_matrix.store.matrix_contents import CurrentContents
    from dask_matrix.store.store import Store


@dataclass(frozen=True)
class CachedMatrix:
    """The matrix at one revision of the store, on one day. Immutable: replaced when the revision or the day changes.

    ``changed`` has the ids of the scenarios that differ from the previous one, None if all may; ``drawn`` has the strips of
    the others, if they were drawn already.
    """

    day: date
    present: CurrentContents
    column_sets: ColumnSets
    warnings: CachedWarnings
    context: Context
    changed: frozenset[str] | None = None
    drawn: Mapping[str, str] = field(default_factory=dict)

    @property
    def revision(self) -> int:
        """The revision of the store."""
        return self.present.revision

    @property
    def matrix(self) -> Matrix:
        """The matrix, with the known failures of the day."""
        return self.column_sets.matrix

    @property
    def evidence(self) -> UpgradeEvidence:
        """The evidence for upgrade answers besides the matrix."""
        return UpgradeEvidence(self.present.spans, self.warnings, self.context)

    @cached_property
    def encoded_rows(self) -> EncodedRows:
        """The matrix with the strip of each row; only rows that changed are drawn again."""
        return EncodedRows.of(self.matrix, self.drawn)


@dataclass(frozen=True)
class PastMatrix:
    """The matrix as it was at a moment, with the known failures of that day."""

    matrix: Matrix

    @cached_property
    def encoded_rows(self) -> EncodedRows:
        """The matrix with the strip of each row."""
        return EncodedRows.of(self.matrix)


def load(store: Store, context: Context, day: date, before: CachedMatrix | None = None) -> CachedMatrix:
    """Load the matrix of a store; if only verdicts have changed since ``before``, the rest is reused from there."""
    present = store.current_contents(before.present if before else None)
    if before is None or before.day != day or present.changed is None:
        column_sets = ColumnSets(context.applied_to(present.matrix, day))
        return CachedMatrix(day, present, column_sets, CachedWarnings(store), context)
    matrix = replace(present.matrix, known=before.matrix.known, published=before.matrix.published)
    changed = frozenset(scenario for scenario, _ in present.changed)
    encoded_rows = before.encoded_rows.rows if "encoded_rows" in vars(before) else before.drawn
    return CachedMatrix(
        day,
        present,
        before.column_sets.updated(matrix, present.changed),
        before.warnings.without({environment for _, environment in present.changed}),
        context,
        changed,
        {scenario: strip for scenario, strip in encoded_rows.items() if scenario not in changed},
    )
