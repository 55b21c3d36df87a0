"""The second pass of a run: executes doubtful verdicts again until they can be believed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Collection

    from dask_matrix.collect.planning.pending import Outlook
    from dask_matrix.domain.verdicts.confirmation import Wish


@dataclass
class Confirming:
    """Says, round after round, which attempts are wanted where.

    Each round wants less, since every execution brings a verdict nearer to what it needs. A cell that gained nothing
    from having been asked for (its fixture fails, say) is not asked for again.
    """

    outlook: Outlook
    run: str
    _asked: dict[tuple[str, str], int] = field(default_factory=dict)

    def wanted(self, environments: Collection[str]) -> dict[str, dict[str, list[int]]]:
        """Return key -> scenario id -> numbers of the attempts that are wanted next, for some environments."""
        doubtful = self._doubtful(environments)
        if not doubtful:
            return {}
        executed = self.outlook.store.executed(self.run)
        found = {key: self._attempts(key, wishes, executed) for key, wishes in doubtful.items()}
        return {key: attempts for key, attempts in found.items() if attempts}

    def ask(self, environment: str) -> dict[str, list[int]]:
        """Return scenario id -> attempts for one environment, and remember that they were asked for."""
        doubtful = self._doubtful({environment}).get(environment, {})
        attempts = self._attempts(environment, doubtful, self.outlook.store.executed(self.run))
        self._asked |= {(scenario, environment): doubtful[scenario].has for scenario in attempts}
        return attempts

    def _doubtful(self, environments: Collection[str]) -> dict[str, dict[str, Wish]]:
        self.outlook = self.outlook.anew()
        return self.outlook.doubtful(environments)

    def _attempts(
        self, environment: str, wishes: dict[str, Wish], executed: Counter[tuple[str, str]]
    ) -> dict[str, list[int]]:
        found = {}
        for scenario, wish in wishes.items():
            cell = (scenario, environment)
            if self._asked.get(cell, -1) >= wish.has or (self.outlook.order.pytest_arguments and not executed[cell]):
                continue  # in vain before, or not what this run is about
            first = executed[cell] + 1
            found[scenario] = list(range(first, first + wish.executions))
        return found
