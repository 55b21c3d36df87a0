"""One look at all that is recorded, for all environments of an order: what is to be done, and what to be confirmed.

It takes no lock and touches no environment, so that a run with nothing to do ends at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dask_matrix.collect.planning import plan
from dask_matrix.domain.matrix.rows_and_columns import columns
from dask_matrix.domain.verdicts.confirmation import Column, Wish, wishes
from dask_matrix.store.planning import Collected

if TYPE_CHECKING:
    from collections.abc import Collection

    from dask_matrix.collect.environments.resolution import Described
    from dask_matrix.collect.planning.request import Order
    from dask_matrix.domain.matrix.rows_and_columns import Environment
    from dask_matrix.store.store import Store


class Outlook:
    """What is recorded, held against the scenarios as they are now."""

    def __init__(self, order: Order, store: Store) -> None:
        self.order, self.store = order, store
        self.revision = store.revision
        self._world = store.world()
        self._shown = {(each.release, each.python, each.lane, each.platform): each for each in self._world.columns}
        self._beside = {each.key for each in columns(self._world.columns)}
        self._done: dict[str, dict[str, set[str]]] = {}
        for cell in self._world.cells:
            self._done.setdefault(cell.environment, {})[cell.scenario] = {cell.fingerprint}

    def anew(self) -> Outlook:
        """Look again, if anything was recorded since."""
        return self if self.revision == self.store.revision else Outlook(self.order, self.store)

    def column(self, described: Described) -> Environment | None:
        """Return the environment that the matrix shows where this one belongs, without its lock."""
        spec = described.wanted.spec
        return self._shown.get((spec.release, spec.python, spec.lane, described.platform))

    def nothing_to_do(self, described: Described) -> int | None:
        """Return how many scenarios are done in an environment if all are, and it is shown as it is; else None.

        An answer of None may be too careful: the verdicts name one fingerprint of each cell, not all it had.
        """
        column = self.column(described)
        if self.order.repeats or self.order.verification or described.refusal:
            return None
        if column is None or column.refusal or column.key != described.key or described.newly_main(column):
            return None
        todo = plan.todo(self.order.catalog, self._collected(described.key), self._done.get(described.key, {}))
        return None if todo.reasons else len(todo.done)

    def doubtful(self, environments: Collection[str]) -> dict[str, dict[str, Wish]]:
        """Return key -> scenario id -> what is wanted to confirm its verdict, where that is of the present fingerprint."""
        installed = [each for each in self._world.columns if not each.refusal]
        beside = [Column(each.key, self._line(each), each.platform) for each in installed]
        found: dict[str, dict[str, Wish]] = {}
        for (scenario, key), wish in wishes(beside, self._world.cells).items():
            if key in environments:
                found.setdefault(key, {})[scenario] = wish
        return {key: kept for key, wanted in found.items() if (kept := self._present(key, wanted))}

    def _line(self, column: Environment) -> str:
        """Return what a column is a neighbour in: its lane; commits of the history are nobody's neighbours."""
        return column.lane if column.key in self._beside else f"{column.lane} {column.release.text}"

    def _present(self, key: str, wanted: dict[str, Wish]) -> dict[str, Wish]:
        fingerprints = plan.present(self.order.catalog, self._collected(key))
        return {scenario: wish for scenario, wish in wanted.items() if fingerprints.get(scenario) == wish.fingerprint}

    def _collected(self, key: str) -> Collected:
        return self._world.collected.get(key, Collected())


def planned(key: str, order: Order, store: Store) -> plan.Todo:
    """Return what an order has to do in one environment, from all that is recorded of it."""
    collected = store.collected(key)
    if order.verification:
        return plan.todo(order.catalog, collected, {})
    evidence, repeats = store.evidence_of(key), order.repeats
    again = repeats.asked(store.verdicts_of(key)) if repeats.verdicts else ()
    return plan.todo(order.catalog, collected, evidence, again, repeats.old(evidence))
