"""Executes one scenario a number of times in one environment, whether it is done there or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dask_matrix.collect.planning import plan
from dask_matrix.collect.running.run import Drive
from dask_matrix.collect.running.session_runner import Work

if TYPE_CHECKING:
    from dask_matrix.collect.bisection.find_scenario import Named
    from dask_matrix.collect.environments.resolution import Described
    from dask_matrix.collect.planning.pending import Outlook
    from dask_matrix.collect.planning.request import Order
    from dask_matrix.collect.supervising.progress import Report, Step
    from dask_matrix.collect.workspace.selection import Wanted
    from dask_matrix.collect.workspace.workspace import Workplace
    from dask_matrix.store.store import Store


class Trying(Drive):
    """A run's part in one environment: executes one scenario so many times more, and nothing else that is known."""

    def __init__(
        self, order: Order, workplace: Workplace, store: Store, report: Report, scenario: Named, executions: int
    ) -> None:
        super().__init__(order, workplace, store, report)
        self.scenario, self.executions = scenario, executions

    def _not_done(self, outlook: Outlook) -> list[Wanted]:  # noqa: ARG002 - it is wanted, done or not
        return list(self.order.wanted)

    def _started(self, described: Described) -> Step:
        """Start the session with the next attempts of the scenario, all others being done."""
        self._begin()
        name, key = self.scenario.id, described.key
        first = self.store.executed(self.summary.run)[name, key] + 1
        attempts = {name: list(range(first, first + self.executions))}
        return self.sessions.start(described, Work(self._others(described), attempts))

    def _others(self, described: Described) -> dict[str, str]:
        """Return the scenarios that must not run though the expression may pick them: those known here, or anywhere."""
        catalog = self.order.catalog
        here = plan.present(catalog, self.store.collected(described.key))
        if not here:
            every = self.store.world().collected.values()
            here = {name: found for each in every for name, found in plan.present(catalog, each).items()}
        return {name: fingerprint for name, fingerprint in here.items() if name != self.scenario.id}
