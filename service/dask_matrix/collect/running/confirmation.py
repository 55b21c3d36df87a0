"""Second pass of a run: repeat doubtful verdicts until they are confirmed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Collection

    from dask_matrix.collect.planning.pending import PendingWork
    from dask_matrix.domain.verdicts.confirmation import ConfirmationRequest


@dataclass
class ConfirmationPass:
    """Selects, round by round, the attempts needed to confirm doubtful verdicts.

    Each round needs fewer, since every execution brings a verdict closer to what it needs. A cell that gained no
    execution from its last claim (because its fixture fails, for example) is not claimed again.
    """

    pending: PendingWork
    run: str
    _claimed: dict[tuple[str, str], int] = field(default_factory=dict)

    def needed(self, environments: Collection[str]) -> dict[str, dict[str, list[int]]]:
        """Return key -> scenario id -> numbers of the attempts needed next, for some environments."""
        doubtful = self._doubtful(environments)
        if not doubtful:
            return {}
        executed = self.pending.store.executed(self.run)
        found = {
            key: self._attempts(key, confirmation_requests, executed) for key, confirmation_requests in doubtful.items()
        }
        return {key: attempts for key, attempts in found.items() if attempts}

    def claim(self, environment: str) -> dict[str, list[int]]:
        """Return scenario id -> attempts for one environment, and remember them as claimed."""
        doubtful = self._doubtful({environment}).get(environment, {})
        attempts = self._attempts(environment, doubtful, self.pending.store.executed(self.run))
        self._claimed |= {(scenario, environment): doubtful[scenario].has for scenario in attempts}
        return attempts

    def _doubtful(self, environments: Collection[str]) -> dict[str, dict[str, ConfirmationRequest]]:
        self.pending = self.pending.refreshed()
        return self.pending.doubtful(environments)

    def _attempts(
        self,
        environment: str,
        confirmation_requests: dict[str, ConfirmationRequest],
        executed: Counter[tuple[str, str]],
    ) -> dict[str, list[int]]:
        found = {}
        for scenario, request in confirmation_requests.items():
            cell = (scenario, environment)
            if self._claimed.get(cell, -1) >= request.has or (
                self.pending.request.pytest_arguments and not executed[cell]
            ):
                continue  # the last claim had no effect, or the scenario is not selected in this run
            first = executed[cell] + 1
            found[scenario] = list(range(first, first + request.executions))
        return found
