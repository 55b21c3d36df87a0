"""A store as questions about upgrades are put to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dask_matrix.domain.upgrades.columns import Sides
from dask_matrix.domain.upgrades.upgrade import Backing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from dask_matrix.domain.records.records import Warned
    from dask_matrix.domain.upgrades.context import Beliefs
    from dask_matrix.store.store import Store


class Warnings:
    """What is warned of in each environment, by scenario: read from a store when it is asked for, and then kept."""

    def __init__(self, store: Store, read: Mapping[str, Mapping[str, tuple[Warned, ...]]] | None = None) -> None:
        self._store, self._read = store, dict(read or {})

    def __call__(self, environment: str) -> Mapping[str, tuple[Warned, ...]]:
        """Return scenario id -> the warnings that stand beside its verdict in an environment."""
        if (found := self._read.get(environment)) is None:
            found = self._read[environment] = self._store.warnings(environment)
        return found

    def after(self, changed: Iterable[str]) -> Warnings:
        """Return the same after results came in some environments: these are read anew."""
        following = Warnings(self._store, self._read)
        for environment in changed:
            following._read.pop(environment, None)
        return following


def held(store: Store, beliefs: Beliefs, day: date) -> tuple[Sides, Backing]:
    """Return what questions about upgrades are put to: all that a store holds and a scenario set believes on a day."""
    present = store.present()
    sides = Sides(present.matrix.listing(beliefs.known, day))
    return sides, Backing(present.spans, Warnings(store), beliefs)
