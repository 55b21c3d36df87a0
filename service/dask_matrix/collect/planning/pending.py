"""Find pending work in stored results: unfinished scenarios, and doubtful verdicts that need confirmation.

Takes no lock and touches no environment, so that a run with nothing to do ends at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dask_matrix.collect.planning import plan
from dask_matrix.domain.matrix.rows_and_columns import columns
from dask_matrix.domain.verdicts.confirmation import Column, ConfirmationRequest, confirmation_requests
from dask_matrix.store.planning import Collected

if TYPE_CHECKING:
    from collections.abc import Collection

    from dask_matrix.collect.environments.resolution import ResolvedEnvironment
    from dask_matrix.collect.planning.request import RunRequest
    from dask_matrix.domain.matrix.rows_and_columns import Environment
    from dask_matrix.store.store import Store


class PendingWork:
    """Stored results of all environments, compared with the current scenarios. Read once; `refreshed` reads again."""

    def __init__(self, request: RunRequest, store: Store) -> None:
        self.request, self.store = request, store
        self.revision = store.revision
        self._data = store.planning_data()
        self._shown_by_spec = {
            (each.release, each.python, each.lane, each.platform): each for each in self._data.columns
        }
        self._shown_keys = {each.key for each in columns(self._data.columns)}
        self._done: dict[str, dict[str, set[str]]] = {}
        for cell in self._data.cells:
            self._done.setdefault(cell.environment, {})[cell.scenario] = {cell.fingerprint}

    def refreshed(self) -> PendingWork:
        """Return this object, or a new one if anything was recorded since."""
        return self if self.revision == self.store.revision else PendingWork(self.request, self.store)

    def column(self, resolved: ResolvedEnvironment) -> Environment | None:
        """Return the environment, without its lock, that the matrix shows for the same release, Python and lane."""
        spec = resolved.selected.spec
        return self._shown_by_spec.get((spec.release, spec.python, spec.lane, resolved.platform))

    def nothing_to_do(self, resolved: ResolvedEnvironment) -> int | None:
        """Return the number of finished scenarios if all are finished and the matrix shows this environment; else None.

        None may be too cautious: verdicts have one fingerprint per cell, not all that it had.
        """
        column = self.column(resolved)
        if self.request.reruns or self.request.verification or resolved.refusal:
            return None
        if column is None or column.refusal or column.key != resolved.key or resolved.newly_main(column):
            return None
        todo = plan.todo(self.request.catalog, self._collected(resolved.key), self._done.get(resolved.key, {}))
        return None if todo.reasons else len(todo.done)

    def doubtful(self, environments: Collection[str]) -> dict[str, dict[str, ConfirmationRequest]]:
        """Return key -> scenario id -> what its verdict needs for confirmation, for current fingerprints only."""
        installed = [each for each in self._data.columns if not each.refusal]
        candidates = [Column(each.key, self._neighbour_group(each), each.platform) for each in installed]
        found: dict[str, dict[str, ConfirmationRequest]] = {}
        for (scenario, key), request in confirmation_requests(candidates, self._data.cells).items():
            if key in environments:
                found.setdefault(key, {})[scenario] = request
        return {key: current for key, requests in found.items() if (current := self._current(key, requests))}

    def _neighbour_group(self, column: Environment) -> str:
        """Return the group in which a column has neighbours: its lane. Commits not shown in the matrix have none."""
        return column.lane if column.key in self._shown_keys else f"{column.lane} {column.release.text}"

    def _current(self, key: str, requests: dict[str, ConfirmationRequest]) -> dict[str, ConfirmationRequest]:
        fingerprints = plan.current_fingerprints(self.request.catalog, self._collected(key))
        return {
            scenario: request
            for scenario, request in requests.items()
            if fingerprints.get(scenario) == request.fingerprint
        }

    def _collected(self, key: str) -> Collected:
        return self._data.collected.get(key, Collected())


def environment_todo(key: str, request: RunRequest, store: Store) -> plan.Todo:
    """Return what a request must execute in one environment, from all its stored results."""
    collected = store.collected(key)
    if request.verification:
        return plan.todo(request.catalog, collected, {})
    evidence, reruns = store.evidence_of(key), request.reruns
    again = reruns.by_verdict(store.verdicts_of(key)) if reruns.verdicts else ()
    return plan.todo(request.catalog, collected, evidence, again, reruns.by_age(evidence))
