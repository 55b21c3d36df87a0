"""The tally of a run: its results by outcome, the cells that errored without evidence, and files not imported for Dask."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dask_matrix.domain.records.outcome import Outcome
from dask_matrix.domain.verdicts.import_failure import is_of_dask
from dask_matrix.domain.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dask_matrix.domain.records.records import ResultRecord

NAMED = 3
"""Scenarios named of those that errored for the same cause."""

Causes = dict[tuple[str, str], str]
"""(label, scenario) -> why it errored."""


@dataclass
class Tally:
    """``outcomes`` counts results. ``errored`` maps (label, scenario) to the cause, for cells without other results.

    ``broken_files`` does so for test files whose import ended in an exception of Dask's. Whether that is Dask's fault or
    a slip in the file is seen only where it imports in another environment: until then it has errored like the others.
    """

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    errored: Causes = field(default_factory=dict)
    broken_files: Causes = field(default_factory=dict)
    _with_evidence: set[tuple[str, str]] = field(default_factory=set)

    def add(self, label: str, result: ResultRecord) -> None:
        """Count a result of the environment with a label."""
        self.outcomes[result.outcome] += 1
        cell = (label, result.scenario)
        if _is_import_failure_of_dask(result):
            self.broken_files[cell] = _cause(result)
        elif result.outcome is Outcome.ERRORED:
            self.errored[cell] = _cause(result)
        else:
            self._with_evidence.add(cell)
        self._drop_decided()

    def update(self, other: Tally) -> None:
        """Add another tally."""
        self.outcomes += other.outcomes
        self.errored |= other.errored
        self.broken_files |= other.broken_files
        self._with_evidence |= other._with_evidence
        self._drop_decided()

    @property
    def without_evidence(self) -> Causes:
        """Everything that errored, broken files included: a run with any is not all done."""
        return self.errored | self.broken_files

    def counted(self) -> str:
        """Return how many results there are of each outcome: ``12 results recorded: 10 passed, 2 errored``."""
        of_each = ", ".join(f"{self.outcomes[outcome]} {outcome}" for outcome in Outcome if self.outcomes[outcome])
        return f"{counted(self.outcomes.total(), 'result')} recorded{': ' * bool(of_each)}{of_each}."

    def errored_lines(self) -> Iterator[str]:
        """Yield lines about the cells that errored: one per environment and cause, with some of its scenarios."""
        if self.errored:
            yield f"{len(self.errored)} errored, which says nothing about Dask:"
        yield from _lines(self.errored)
        if self.broken_files:
            yield (
                "Test files that could not be imported because of something of Dask's; "
                "their tests count as failed there if the file imports in another environment:"
            )
        yield from _lines(self.broken_files)

    def _drop_decided(self) -> None:
        for cell in self.errored.keys() & self._with_evidence:
            del self.errored[cell]


def _lines(causes: Causes) -> Iterator[str]:
    groups: dict[tuple[str, str], list[str]] = {}
    for (label, scenario), cause in sorted(causes.items()):
        groups.setdefault((label, cause), []).append(scenario)
    for (label, cause), scenarios in groups.items():
        more = f" and {len(scenarios) - NAMED} more" if len(scenarios) > NAMED else ""
        yield f"  {label}: {', '.join(scenarios[:NAMED])}{more}: {cause}"


def _is_import_failure_of_dask(result: ResultRecord) -> bool:
    if result.outcome is not Outcome.ERRORED or result.phase != "collection" or not result.exception:
        return False
    return is_of_dask(result.exception.type, result.exception.message, result.traceback)


def _cause(result: ResultRecord) -> str:
    """Return why a result errored, in one line: where it happened, and its reason or its exception."""
    raised = result.exception
    text = f"{raised.type}: {raised.message.strip()}".removesuffix(": ") if raised else result.reason
    if result.reason and result.phase != "collection":
        text = result.reason
    first = next((line.strip() for line in text.splitlines() if line.strip()), "no cause was recorded")
    return f"in {result.phase}: {first}"
