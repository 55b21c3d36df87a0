"""Estimate how long scenarios will take from how long they took before."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Timed(NamedTuple):
    """The duration of one execution, overhead included. ``function`` is ``file::name``."""

    scenario: str
    environment: str
    function: str
    seconds: float


@dataclass(frozen=True)
class Estimate:
    """Seconds of work; ``untimed`` counts executions without any earlier duration, which are not included."""

    seconds: float = 0.0
    longest: float = 0.0
    untimed: int = 0

    def __add__(self, other: Estimate) -> Estimate:
        return Estimate(self.seconds + other.seconds, max(self.longest, other.longest), self.untimed + other.untimed)

    def over(self, jobs: int) -> float:
        """Return the seconds that it takes with ``jobs`` in parallel: at least the longest execution."""
        return max(self.longest, self.seconds / jobs)


class Timings:
    """The duration of each scenario: in one environment if it was executed there, else the median over all."""

    def __init__(self, timed: Iterable[Timed]) -> None:
        everywhere: dict[str, list[float]] = {}
        self._here: dict[str, dict[str, float]] = {}
        self._of_function: dict[str, set[str]] = {}
        for each in timed:
            everywhere.setdefault(each.scenario, []).append(each.seconds)
            self._here.setdefault(each.environment, {})[each.scenario] = each.seconds
            self._of_function.setdefault(each.function, set()).add(each.scenario)
        self._typical = {scenario: median(seconds) for scenario, seconds in everywhere.items()}

    def expected(self, environment: str) -> dict[str, float]:
        """Return scenario id -> seconds, for every scenario that was ever timed."""
        return self._typical | self._here.get(environment, {})

    def estimate(self, environment: str, executions: Sequence[str], functions: Iterable[str] = ()) -> Estimate:
        """Estimate executions of scenarios, plus one of each scenario that ``functions`` have in other environments."""
        expected = self.expected(environment)
        total = Estimate()
        for function in functions:
            known = self._of_function.get(function, set())
            executions = [*executions, *known]
            total += Estimate(untimed=0 if known else 1)
        for scenario in executions:
            seconds = expected.get(scenario)
            total += Estimate(untimed=1) if seconds is None else Estimate(seconds, seconds)
        return total
