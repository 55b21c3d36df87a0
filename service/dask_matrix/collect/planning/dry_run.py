"""Dry run: estimate what a run would execute in each environment, without resolving, installing or running anything."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dask_matrix.collect.environments import locks
from dask_matrix.collect.environments.installation import READY
from dask_matrix.collect.environments.locks import LockCache
from dask_matrix.collect.machine import interpreters
from dask_matrix.collect.planning import plan
from dask_matrix.collect.planning.pending import PendingWork, environment_todo
from dask_matrix.domain.environments.environment import environment_key
from dask_matrix.domain.verdicts.durations import Estimate
from dask_matrix.store.planning import Collected

if TYPE_CHECKING:
    from dask_matrix.collect.planning.request import RunRequest
    from dask_matrix.collect.workspace.selection import SelectedEnvironment
    from dask_matrix.collect.workspace.workspace import Workspace
    from dask_matrix.domain.verdicts.confirmation import ConfirmationRequest
    from dask_matrix.store.store import Store


@dataclass(frozen=True)
class PlannedEnvironment:
    """What would run in one environment: counts per reason, estimated executions and time.

    ``cells`` counts executions of unfinished scenarios, ``confirmations`` those of doubtful verdicts. ``seconds``
    excludes ``untimed`` executions, whose duration is unknown. ``installed``: the environment is already installed.
    """

    label: str
    key: str | None
    cells: int = 0
    confirmations: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    note: str = ""
    seconds: float = 0.0
    untimed: int = 0
    installed: bool = True

    @property
    def executions(self) -> int:
        """Estimated number of executions."""
        return self.cells + self.confirmations

    @property
    def summary(self) -> str:
        """The plan as one line of text."""
        reasons = ", ".join(f"{count} {reason}" for reason, count in self.reasons.items())
        return self.note or reasons or "nothing to do"

    def as_json(self) -> dict[str, Any]:
        """Return the plan as JSON values."""
        return {
            "label": self.label,
            "key": self.key,
            "executions": self.executions,
            "confirmations": self.confirmations,
            "reasons": self.reasons,
            "seconds": round(self.seconds, 1),
            "untimed": self.untimed,
            "installed": self.installed,
            "note": self.note,
        }


class DryRun:
    """Dry run of a request, from stored results and cached locks."""

    def __init__(self, request: RunRequest, workspace: Workspace, store: Store) -> None:
        self.request, self.workspace, self.store = request, workspace, store
        self.locks = LockCache(workspace.places.locks, workspace.index.settings)
        self.timings = store.timings()

    def environments(self) -> list[PlannedEnvironment]:
        """Return what a run would do in each environment, in the order of the columns."""
        answers = [self._key(each) for each in self.request.environments]
        keys = {key for key, _ in answers if key}
        doubtful = PendingWork(self.request, self.store).doubtful(keys) if self.request.confirms else {}
        return [
            self._plan_environment(selected, key, refusal, doubtful.get(key or "", {}))
            for selected, (key, refusal) in zip(self.request.environments, answers, strict=True)
        ]

    def _key(self, selected: SelectedEnvironment) -> tuple[str | None, str]:
        """Return (key or None if never resolved, the resolver's refusal or "") of an environment."""
        platform = interpreters.platform_name()
        lock = self.locks.cached(locks.lock_request(selected, platform, self.workspace.config))
        if lock is None:
            return None, ""
        return environment_key(selected.spec.python, platform, lock.text, selected.spec), lock.refusal

    def _plan_environment(
        self, selected: SelectedEnvironment, key: str | None, refusal: str, doubtful: dict[str, ConfirmationRequest]
    ) -> PlannedEnvironment:
        label = selected.spec.label
        if refusal:
            return PlannedEnvironment(label, key, note="uninstallable: resolving it failed earlier")
        todo = (
            environment_todo(key, self.request, self.store) if key else plan.todo(self.request.catalog, Collected(), {})
        )
        confirmation_requests = {scenario: request for scenario, request in doubtful.items() if scenario in todo.done}
        estimate = self._estimate(key or "", todo, confirmation_requests)
        reasons = Counter(reason.value for reason in todo.reasons.values())
        reasons.update(f"confirming: {plan.Reason(request.doubt.value)}" for request in confirmation_requests.values())
        return PlannedEnvironment(
            label=label,
            key=key,
            cells=todo.cells,
            confirmations=sum(request.executions for request in confirmation_requests.values()),
            reasons=dict(reasons),
            seconds=estimate.over(self.request.jobs),
            untimed=estimate.untimed,
            installed=key is not None and (self.workspace.places.environments / key / READY).exists(),
        )

    def _estimate(self, key: str, todo: plan.Todo, confirmation_requests: dict[str, ConfirmationRequest]) -> Estimate:
        """Estimate durations; functions never collected here are estimated from other environments."""
        executions = [scenario for scenarios in todo.runs.values() for scenario in scenarios]
        executions += [
            scenario for scenario, request in confirmation_requests.items() for _ in range(request.executions)
        ]
        unknown = [function for function, scenarios in todo.runs.items() if not scenarios]
        return self.timings.estimate(key, executions, unknown)
