"""Load the evidence for upgrade questions from a store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dask_matrix.domain.upgrades.columns import ColumnSets
from dask_matrix.domain.upgrades.upgrade import UpgradeEvidence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from dask_matrix.domain.records.records import Warned
    from dask_matrix.domain.upgrades.context import Context
    from dask_matrix.store.store import Store


class CachedWarnings:
    """Warnings by environment and scenario, read from a store on first use and then cached."""

    def __init__(self, store: Store, read: Mapping[str, Mapping[str, tuple[Warned, ...]]] | None = None) -> None:
        self._store, self._read = store, dict(read or {})

    def __call__(self, environment: str) -> Mapping[str, tuple[Warned, ...]]:
        """Return scenario id -> warnings of its deciding result in an environment."""
        if (found := self._read.get(environment)) is None:
            found = self._read[environment] = self._store.warnings(environment)
        return found

    def without(self, changed: Iterable[str]) -> CachedWarnings:
        """Return a copy that reads the ``changed`` environments again."""
        copy = CachedWarnings(self._store, self._read)
        for environment in changed:
            copy._read.pop(environment, None)
        return copy


def load_upgrade_evidence(store: Store, context: Context, day: date) -> tuple[ColumnSets, UpgradeEvidence]:
    """Return a store's matrix as column sets, with the known failures of ``day``, and the evidence behind it."""
    current = store.current_contents()
    column_sets = ColumnSets(context.applied_to(current.matrix, day))
    return column_sets, UpgradeEvidence(current.spans, CachedWarnings(store), context)
