"""Select the records for a snapshot: those that the current matrix shows and its evidence, without history."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from dask_matrix.domain.environments.environment import Lane, Python
from dask_matrix.domain.matrix.rows_and_columns import Environment, columns
from dask_matrix.domain.records.records import (
    BisectRecord,
    CollectionRecord,
    EndRecord,
    EnvironmentRecord,
    InstallationRecord,
    RefusalRecord,
    ResultRecord,
    RunRecord,
    ScenarioRecord,
    release_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dask_matrix.domain.records.records import Record

Dated = TypeVar("Dated", EnvironmentRecord, RefusalRecord, InstallationRecord, ScenarioRecord, EndRecord)


@dataclass(frozen=True)
class RelevantRecords:
    """The relevant records by kind, each sorted so that similar records are adjacent, which compresses well."""

    runs: list[RunRecord]
    environments: list[EnvironmentRecord]
    refusals: list[RefusalRecord]
    installations: list[InstallationRecord]
    scenarios: list[ScenarioRecord]
    collections: list[CollectionRecord]
    results: list[ResultRecord]
    bisects: list[BisectRecord]
    ends: list[EndRecord]

    def all(self) -> list[Record]:
        """Return all records in the order in which they are written."""
        return [
            *self.runs,
            *self.environments,
            *self.refusals,
            *self.installations,
            *self.scenarios,
            *self.collections,
            *self.results,
            *self.bisects,
            *self.ends,
        ]


class _ByKind:
    """Records by kind, without duplicate ids."""

    def __init__(self, records: Iterable[Record]) -> None:
        self._found: dict[type[Any], dict[str, Any]] = {}
        for record in records:
            self._found.setdefault(type(record), {}).setdefault(record.id, record)

    def __getitem__(self, kind: type[Any]) -> list[Any]:
        return list(self._found.get(kind, {}).values())


def relevant_records(records: Iterable[Record], fingerprints: Mapping[str, str]) -> RelevantRecords:
    """Return the relevant records for a scenario set with the given fingerprints.

    ``fingerprints`` has ``file::name`` -> fingerprint of each test and ``file`` -> fingerprint of each file. Relevant are:

    - the environments that the matrix shows, with their refusal and newest installation,
    - the newest description of each current scenario, and the results with its fingerprint,
    - the newest bisection of each question about a current scenario,
    - the runs of all these, each with its newest end.
    """
    read = _ByKind(records)
    environments = _matrix_columns(read[EnvironmentRecord])
    refusals = {
        key: refusal
        for key, refusal in _newest(read[RefusalRecord], "environment").items()
        if key in environments and refusal.at >= environments[key].at
    }
    installed = _newest(read[InstallationRecord], "environment")
    installations = [installed[key] for key in environments if key in installed]
    scenarios = _newest((each for each in read[ScenarioRecord] if _is_current(each, fingerprints)), "scenario")
    results = _results(read[ResultRecord], environments, scenarios)
    collections = _collections(read[CollectionRecord], environments)
    bisects = _bisects(read[BisectRecord], scenarios)
    described = [*environments.values(), *refusals.values(), *installations, *scenarios.values()]
    runs = {each.run for each in (*described, *collections, *results, *bisects)}
    ends = _newest((each for each in read[EndRecord] if each.run in runs), "run")
    return RelevantRecords(
        runs=sorted((each for each in read[RunRecord] if each.id in runs), key=lambda each: each.id),
        environments=list(environments.values()),
        refusals=[refusals[key] for key in environments if key in refusals],
        installations=installations,
        scenarios=[scenarios[name] for name in sorted(scenarios)],
        collections=collections,
        results=results,
        bisects=bisects,
        ends=[ends[run] for run in sorted(ends)],
    )


def _bisects(records: Iterable[BisectRecord], scenarios: Mapping[str, ScenarioRecord]) -> list[BisectRecord]:
    """Return the newest bisection of each question about a current scenario, by scenario."""
    newest: dict[tuple[str, ...], BisectRecord] = {}
    for each in sorted(records, key=lambda each: (each.at, each.id)):
        current = scenarios.get(each.scenario)
        if current and current.fingerprint == each.found.fingerprint:
            newest[each.scenario, *each.found.question] = each
    return [newest[question] for question in sorted(newest)]


def _newest(records: Iterable[Dated], name: str) -> dict[str, Dated]:
    """Return the newest record for each value of the field ``name``."""
    ordered = sorted(records, key=lambda each: (each.at, each.id))
    return {getattr(each, name): each for each in ordered}


def _matrix_columns(records: Iterable[EnvironmentRecord]) -> dict[str, EnvironmentRecord]:
    """Return the newest records of the environments that the matrix shows, by key, in column order."""
    newest = _newest(records, "key")
    shown = columns(
        Environment(
            each.key,
            release_of(each.release, each.pair),
            Python.parse(each.python),
            Lane(each.lane),
            each.platform,
            each.at,
        )
        for each in newest.values()
    )
    return {each.key: newest[each.key] for each in shown}


def _is_current(record: ScenarioRecord, fingerprints: Mapping[str, str]) -> bool:
    """Whether a scenario record matches the current set; tests that only pytest finds have their file's fingerprint."""
    top = re.match(r"\w*", record.function)
    name = f"{record.file}::{top[0] if top else ''}"
    return record.fingerprint == fingerprints.get(name, fingerprints.get(record.file))


def _results(
    records: Iterable[ResultRecord], environments: Mapping[str, object], scenarios: Mapping[str, ScenarioRecord]
) -> list[ResultRecord]:
    """Return the results of these scenarios, former ids included, with their current fingerprint, by row and column."""
    named = {former: each for each in scenarios.values() for former in each.formerly} | dict(scenarios)
    order = {key: place for place, key in enumerate(environments)}
    relevant = [
        each
        for each in records
        if each.environment in order and each.scenario in named and each.fingerprint == named[each.scenario].fingerprint
    ]
    return sorted(relevant, key=lambda each: (each.scenario, order[each.environment], each.started, each.id))


def _collections(records: Iterable[CollectionRecord], environments: Mapping[str, object]) -> list[CollectionRecord]:
    """Return the collections that are the newest of some file in an environment."""
    newest: dict[tuple[str, str], CollectionRecord] = {}
    for each in sorted(records, key=lambda each: (each.at, each.id)):
        if each.environment in environments:
            newest |= dict.fromkeys(((each.environment, file) for file in each.files), each)
    return list({each.id: each for each in newest.values()}.values())
