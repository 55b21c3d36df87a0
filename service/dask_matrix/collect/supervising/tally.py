"""The tally of a run: its results by outcome, and the cells that errored without evidence, with the cause."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dask_matrix.domain.records.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dask_matrix.domain.records.records import ResultRecord

NAMED = 3
"""Scenarios named of those that errored for the same cause."""


@dataclass
class Tally:
    """``outcomes`` counts results. ``errored`` maps (label, scenario) to the cause, for cells without other results."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    errored: dict[tuple[str, str], str] = field(default_factory=dict)
    _with_evidence: set[tuple[str, str]] = field(default_factory=set)

    def add(self, label: str, result: ResultRecord) -> None:
        """Count a result of the environment with a label."""
        self.outcomes[result.outcome] += 1
        cell = (label, result.scenario)
        if result.outcome is Outcome.ERRORED:
            self.errored[cell] = _cause(result)
        else:
            self._with_evidence.add(cell)
        self._without_evidence()

    def update(self, other: Tally) -> None:
        """Add another tally."""
        self.outcomes += other.outcomes
        self.errored |= other.errored
        self._with_evidence |= other._with_evidence
        self._without_evidence()

    def counted(self) -> str:
        """Return how many results there are of each outcome: ``12 results recorded: 10 passed, 2 errored``."""
        of_each = ", ".join(f"{self.outcomes[outcome]} {outcome}" for outcome in Outcome if self.outcomes[outcome])
        return f"{self.outcomes.total()} results recorded{': ' * bool(of_each)}{of_each}."

    def errored_lines(self) -> Iterator[str]:
        """Yield lines about the cells that errored: one per environment and cause, with some of its scenarios."""
        groups: dict[tuple[str, str], list[str]] = {}
        for (label, scenario), cause in sorted(self.errored.items()):
            groups.setdefault((label, cause), []).append(scenario)
        if groups:
            yield f"{len(self.errored)} errored, which says nothing about Dask:"
        for (label, cause), scenarios in groups.items():
            more = f" and {len(scenarios) - NAMED} more" if len(scenarios) > NAMED else ""
            yield f"  {label}: {', '.join(scenarios[:NAMED])}{more}: {cause}"

    def _without_evidence(self) -> None:
        for cell in self.errored.keys() & self._with_evidence:
            del self.errored[cell]


def _cause(result: ResultRecord) -> str:
    """Return why a result errored, in one line: where it happened, and its reason or its exception."""
    raised = result.exception
    text = f"{raised.type}: {raised.message.strip()}".removesuffix(": ") if raised else result.reason
    if result.reason and result.phase != "collection":
        text = result.reason
    first = next((line.strip() for line in text.splitlines() if line.strip()), "no cause was recorded")
    return f"in {result.phase}: {first}"
