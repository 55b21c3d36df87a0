"""Decides from the evidence what must run: only cells without a result for (fingerprint, environment) do."""

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
    """Why something runs."""

    NEW = "never run here"
    CHANGED = "the scenario or what it uses changed"
    UNFINISHED = "not finished before"
    ASKED = "asked for again"
    OLD = "its evidence is older than asked for"
    BROKEN_ONCE = Doubt.BROKEN_ONCE.value
    DIFFERS = Doubt.DIFFERS.value


@dataclass(frozen=True)
class Repeats:
    """Which cells run though they are done: those with one of some verdicts, those whose evidence is from before a moment."""

    verdicts: frozenset[Verdict] = frozenset()
    before: datetime | None = None

    def __bool__(self) -> bool:
        """Whether there may be any."""
        return bool(self.verdicts) or self.before is not None

    def asked(self, verdicts: Mapping[str, Verdict]) -> set[str]:
        """Return the scenarios, of those with these verdicts, that are asked for again."""
        return {scenario for scenario, verdict in verdicts.items() if verdict in self.verdicts}

    def old(self, evidence: Mapping[str, Mapping[str, datetime]]) -> dict[str, set[str]]:
        """Return scenario id -> the fingerprints whose newest evidence is too old."""
        return {
            scenario: {print_ for print_, at in found.items() if self.before is not None and at < self.before}
            for scenario, found in evidence.items()
        }


@dataclass(frozen=True)
class Todo:
    """What must run in one environment.

    ``reasons`` says why, for each test function, or file whose tests are not known yet; ``runs`` the scenario ids of
    them, none where they were never collected here; ``done`` are those, with their fingerprints, that must not run.
    """

    reasons: dict[str, Reason] = field(default_factory=dict)
    runs: dict[str, frozenset[str]] = field(default_factory=dict)
    done: dict[str, str] = field(default_factory=dict)

    @property
    def cells(self) -> int:
        """An estimate of the number of executions: what was never collected counts as one."""
        return sum(max(1, len(scenarios)) for scenarios in self.runs.values())


def todo(
    catalog: Catalog,
    collected: Collected,
    done: Mapping[str, Container[str]],
    again: Collection[str] = (),
    old: Mapping[str, Container[str]] | None = None,
) -> Todo:
    """Return what must run in an environment, from what was collected and is done there.

    ``done`` has the fingerprints that a scenario has evidence for; ``again`` names scenario ids to run although they
    are done, ``old`` those with the fingerprints whose evidence is too old.
    """
    asked, aged = frozenset(again), old or {}
    planned = Todo()
    for function, fingerprint in _everything(catalog, collected).items():
        known = collected.functions.get(function, {})
        file = function.partition("::")[0]
        if not known and collected.files.get(file) == catalog.files[file]:
            continue  # pytest has seen this very file, and found no such test in it
        late = {scenario for scenario in known if fingerprint in aged.get(scenario, ())}
        held = {scenario for scenario in known if fingerprint in done.get(scenario, ())} - asked - late
        planned.done.update(dict.fromkeys(held, fingerprint))
        if reason := _reason(known, fingerprint, held, asked, late):
            planned.reasons[function] = reason
            planned.runs[function] = frozenset(known) - held
    return planned


def present(catalog: Catalog, collected: Collected) -> dict[str, str]:
    """Return the fingerprint that each scenario collected in an environment has now."""
    return {
        scenario: fingerprint
        for function, fingerprint in _everything(catalog, collected).items()
        for scenario in collected.functions.get(function, ())
    }


def _everything(catalog: Catalog, collected: Collected) -> dict[str, str]:
    """Return the fingerprints of all that may have tests: functions read or collected, and files without any read.

    A test that only pytest finds (imported by ``*``, a ``unittest.TestCase``) has the fingerprint of its file.
    """
    found = {
        name: catalog.files[file] for name in collected.functions if (file := name.partition("::")[0]) in catalog.files
    }
    read = {name.partition("::")[0] for name in catalog.functions | found}
    silent = {file: fingerprint for file, fingerprint in catalog.files.items() if file not in read}
    return found | silent | catalog.functions


def _reason(
    known: dict[str, str], fingerprint: str, held: set[str], asked: frozenset[str], late: set[str]
) -> Reason | None:
    if not known:
        return Reason.NEW
    if asked & known.keys():
        return Reason.ASKED
    missing = known.keys() - held
    if any(known[scenario] != fingerprint for scenario in missing - late):
        return Reason.CHANGED
    if missing - late:
        return Reason.UNFINISHED
    return Reason.OLD if late else None
