"""Decide what must run in an environment: cells without a result for (fingerprint, environment), and reruns."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.domain.verdicts.confirmation import Doubt

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Mapping
    from datetime import datetime

    from dask_matrix.collect.scenario_set.catalog import Catalog
    from dask_matrix.store.planning import Collected


class Reason(StrEnum):
    """Why a scenario runs. The values are printed in plans."""

    NEW = "never run here"
    CHANGED = "the scenario or what it uses changed"
    UNFINISHED = "not finished before"
    REQUESTED = "asked for again"
    OLD = "its evidence is older than asked for"
    BROKEN_ONCE = Doubt.BROKEN_ONCE.value
    DIFFERS = Doubt.DIFFERS.value


@dataclass(frozen=True)
class Reruns:
    """Which finished cells to rerun: those with one of ``verdicts``, and those last tested before ``before``."""

    verdicts: frozenset[Verdict] = frozenset()
    before: datetime | None = None

    def __bool__(self) -> bool:
        """Whether any cell may be rerun."""
        return bool(self.verdicts) or self.before is not None

    def by_verdict(self, verdicts: Mapping[str, Verdict]) -> set[str]:
        """Return the scenarios whose verdict is to be rerun."""
        return {scenario for scenario, verdict in verdicts.items() if verdict in self.verdicts}

    def by_age(self, evidence: Mapping[str, Mapping[str, datetime]]) -> dict[str, set[str]]:
        """Return scenario id -> the fingerprints whose newest result is too old."""
        return {
            scenario: {print_ for print_, at in found.items() if self.before is not None and at < self.before}
            for scenario, found in evidence.items()
        }


@dataclass(frozen=True)
class Todo:
    """What must run in one environment.

    ``reasons`` has a reason for each test function, or file whose tests are not known yet; ``runs`` their scenario
    ids, empty if never collected here; ``done`` the scenarios that must not run, with their fingerprints.
    """

    reasons: dict[str, Reason] = field(default_factory=dict)
    runs: dict[str, frozenset[str]] = field(default_factory=dict)
    done: dict[str, str] = field(default_factory=dict)

    @property
    def cells(self) -> int:
        """Estimated number of executions: a function that was never collected counts as one."""
        return sum(max(1, len(scenarios)) for scenarios in self.runs.values())


def todo(
    catalog: Catalog,
    collected: Collected,
    done: Mapping[str, Container[str]],
    again: Collection[str] = (),
    old: Mapping[str, Container[str]] | None = None,
) -> Todo:
    """Return what must run in an environment, from what was collected and finished there.

    ``done`` maps scenario ids to the fingerprints with results; ``again`` are scenario ids to rerun; ``old`` maps
    scenario ids to the fingerprints whose results are too old.
    """
    requested, too_old = frozenset(again), old or {}
    planned = Todo()
    for function, fingerprint in _all_fingerprints(catalog, collected).items():
        known = collected.functions.get(function, {})
        file = function.partition("::")[0]
        if not known and collected.files.get(file) == catalog.files[file]:
            continue  # pytest collected this version of the file and found no such test
        outdated = {scenario for scenario in known if fingerprint in too_old.get(scenario, ())}
        finished = {scenario for scenario in known if fingerprint in done.get(scenario, ())} - requested - outdated
        planned.done.update(dict.fromkeys(finished, fingerprint))
        if reason := _reason(known, fingerprint, finished, requested, outdated):
            planned.reasons[function] = reason
            planned.runs[function] = frozenset(known) - finished
    return planned


def current_fingerprints(catalog: Catalog, collected: Collected) -> dict[str, str]:
    """Return the current fingerprint of each scenario that was collected in an environment."""
    return {
        scenario: fingerprint
        for function, fingerprint in _all_fingerprints(catalog, collected).items()
        for scenario in collected.functions.get(function, ())
    }


def _all_fingerprints(catalog: Catalog, collected: Collected) -> dict[str, str]:
    """Return fingerprints of all possible tests: functions parsed or collected, and files without functions.

    A test that only pytest finds (imported by ``*``, a ``unittest.TestCase``) has the fingerprint of its file.
    """
    found = {
        name: catalog.files[file] for name in collected.functions if (file := name.partition("::")[0]) in catalog.files
    }
    read = {name.partition("::")[0] for name in catalog.functions | found}
    silent = {file: fingerprint for file, fingerprint in catalog.files.items() if file not in read}
    return found | silent | catalog.functions


def _reason(
    known: dict[str, str], fingerprint: str, finished: set[str], requested: frozenset[str], outdated: set[str]
) -> Reason | None:
    if not known:
        return Reason.NEW
    if requested & known.keys():
        return Reason.REQUESTED
    missing = known.keys() - finished
    if any(known[scenario] != fingerprint for scenario in missing - outdated):
        return Reason.CHANGED
    if missing - outdated:
        return Reason.UNFINISHED
    return Reason.OLD if outdated else None
