"""Summarise all executions of a scenario: how long it takes in each environment, and where its outcomes differ."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from dask_matrix.domain.records.outcome import VERDICT_OF, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dask_matrix.domain.verdicts.verdict import Evidence


@dataclass(frozen=True)
class Durations:
    """Wall-clock seconds of the executions that passed in one environment."""

    shortest: float
    typical: float
    longest: float
    executions: int


@dataclass(frozen=True)
class Steadiness:
    """How many executions with a scenario's current fingerprint, in how many cells; ``mixed`` are keys of flaky cells."""

    executions: int
    cells: int
    mixed: tuple[str, ...]


def took(executions: Mapping[str, Sequence[Evidence]], fingerprint: str) -> dict[str, Durations]:
    """Return environment key -> durations of a scenario with a fingerprint; environments where it never passed are left out."""
    passed = {
        key: [each.seconds for each in _of(results, fingerprint) if each.outcome is Outcome.PASSED]
        for key, results in executions.items()
    }
    return {key: Durations(min(each), median(each), max(each), len(each)) for key, each in passed.items() if each}


def steadiness(executions: Mapping[str, Sequence[Evidence]], fingerprint: str) -> Steadiness:
    """Return how consistent the outcomes of a scenario with a fingerprint are."""
    counted = {key: _of(results, fingerprint) for key, results in executions.items()}
    mixed = [
        key
        for key, results in counted.items()
        if {True, False} <= {VERDICT_OF[each.outcome].passes for each in results}
    ]
    return Steadiness(sum(map(len, counted.values())), sum(map(bool, counted.values())), tuple(mixed))


def _of(results: Sequence[Evidence], fingerprint: str) -> list[Evidence]:
    return [each for each in results if each.fingerprint == fingerprint and each.outcome.is_evidence]
