"""Execute one scenario a number of times in one environment, even if it already has results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dask_matrix.collect.planning import plan
from dask_matrix.collect.running.run import Runner
from dask_matrix.collect.running.session_runner import SessionWork

if TYPE_CHECKING:
    from dask_matrix.collect.bisection.find_scenario import NamedScenario
    from dask_matrix.collect.environments.resolution import ResolvedEnvironment
    from dask_matrix.collect.planning.pending import PendingWork
    from dask_matrix.collect.planning.request import RunRequest
    from dask_matrix.collect.supervising.progress import Report, Step
    from dask_matrix.collect.workspace.selection import SelectedEnvironment
    from dask_matrix.collect.workspace.workspace import Workspace
    from dask_matrix.store.store import Store


class PointExecution(Runner):
    """A run in one environment that executes one scenario ``executions`` more times, and no other known scenario."""

    def __init__(
        self,
        request: RunRequest,
        workspace: Workspace,
        store: Store,
        report: Report,
        scenario: NamedScenario,
        executions: int,
    ) -> None:
        super().__init__(request, workspace, store, report)
        self.scenario, self.executions = scenario, executions

    def _unfinished(self, pending: PendingWork) -> list[SelectedEnvironment]:  # noqa: ARG002 - executed even if finished
        return list(self.request.environments)

    def _run_session(self, resolved: ResolvedEnvironment) -> Step:
        """Run the session with the next attempts of the scenario, marking all others as done."""
        self._begin()
        name, key = self.scenario.id, resolved.key
        first = self.store.executed(self.summary.run)[name, key] + 1
        attempts = {name: list(range(first, first + self.executions))}
        return self.sessions.start(resolved, SessionWork(self._other_scenarios(resolved), attempts))

    def _other_scenarios(self, resolved: ResolvedEnvironment) -> dict[str, str]:
        """Return the scenarios that must not run even if -k matches them: those known here, else known anywhere."""
        catalog = self.request.catalog
        here = plan.current_fingerprints(catalog, self.store.collected(resolved.key))
        if not here:
            every = self.store.planning_data().collected.values()
            here = {name: found for each in every for name, found in plan.current_fingerprints(catalog, each).items()}
        return {name: fingerprint for name, fingerprint in here.items() if name != self.scenario.id}
