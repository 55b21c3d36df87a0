"""Which records still count: what a matrix made of them shows, and what it rests on. The rest is history."""

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
class Counting:
    """The records that count, each kind in an order that puts alike beside alike, so that they compress well."""

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
        """Return them in the order in which they are written."""
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
    """Records by kind, each id once."""

    def __init__(self, records: Iterable[Record]) -> None:
        self._found: dict[type[Any], dict[str, Any]] = {}
        for record in records:
            self._found.setdefault(type(record), {}).setdefault(record.id, record)

    def __getitem__(self, kind: type[Any]) -> list[Any]:
        return list(self._found.get(kind, {}).values())


def counting(records: Iterable[Record], present: Mapping[str, str]) -> Counting:
    """Return the records that count, for a scenario set whose tests have these fingerprints.

    ``present`` has ``file::name`` -> fingerprint of each test and ``file`` -> fingerprint of each file. Of environments
    count those that a matrix shows, of scenarios the newest description that is of the set as it is, and of results
    and bisections those with its fingerprint, of bisections that asked the same the newest. Of installations count the newest
    of each environment, of ends the newest of each run that anything else is of.
    """
    read = _ByKind(records)
    environments = _shown(read[EnvironmentRecord])
    refusals = {
        key: refusal
        for key, refusal in _newest(read[RefusalRecord], "environment").items()
        if key in environments and refusal.at >= environments[key].at
    }
    installed = _newest(read[InstallationRecord], "environment")
    installations = [installed[key] for key in environments if key in installed]
    scenarios = _newest((each for each in read[ScenarioRecord] if _is_present(each, present)), "scenario")
    results = _results(read[ResultRecord], environments, scenarios)
    collections = _collections(read[CollectionRecord], environments)
    bisects = _bisects(read[BisectRecord], scenarios)
    described = [*environments.values(), *refusals.values(), *installations, *scenarios.values()]
    runs = {each.run for each in (*described, *collections, *results, *bisects)}
    ends = _newest((each for each in read[EndRecord] if each.run in runs), "run")
    return Counting(
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
    """Return the newest record of each question about a scenario as it is, by scenario."""
    newest: dict[tuple[str, ...], BisectRecord] = {}
    for each in sorted(records, key=lambda each: (each.at, each.id)):
        present = scenarios.get(each.scenario)
        if present and present.fingerprint == each.found.fingerprint:
            newest[each.scenario, *each.found.question] = each
    return [newest[question] for question in sorted(newest)]


def _newest(records: Iterable[Dated], name: str) -> dict[str, Dated]:
    """Return the newest record of each thing of a name."""
    ordered = sorted(records, key=lambda each: (each.at, each.id))
    return {getattr(each, name): each for each in ordered}


def _shown(records: Iterable[EnvironmentRecord]) -> dict[str, EnvironmentRecord]:
    """Return the newest descriptions of the environments that a matrix shows, by key, in the order of its columns."""
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


def _is_present(record: ScenarioRecord, present: Mapping[str, str]) -> bool:
    """Whether a description is of the set as it is. A test that only pytest finds has the fingerprint of its file."""
    top = re.match(r"\w*", record.function)
    name = f"{record.file}::{top[0] if top else ''}"
    return record.fingerprint == present.get(name, present.get(record.file))


def _results(
    records: Iterable[ResultRecord], environments: Mapping[str, object], scenarios: Mapping[str, ScenarioRecord]
) -> list[ResultRecord]:
    """Return the results of these scenarios, also under former ids, as they are now; rows in order, then columns."""
    named = {former: each for each in scenarios.values() for former in each.formerly} | dict(scenarios)
    order = {key: place for place, key in enumerate(environments)}
    kept = [
        each
        for each in records
        if each.environment in order and each.scenario in named and each.fingerprint == named[each.scenario].fingerprint
    ]
    return sorted(kept, key=lambda each: (each.scenario, order[each.environment], each.started, each.id))


def _collections(records: Iterable[CollectionRecord], environments: Mapping[str, object]) -> list[CollectionRecord]:
    """Return the collections that are the newest to have looked at some file in an environment."""
    newest: dict[tuple[str, str], CollectionRecord] = {}
    for each in sorted(records, key=lambda each: (each.at, each.id)):
        if each.environment in environments:
            newest |= dict.fromkeys(((each.environment, file) for file in each.files), each)
    return list({each.id: each for each in newest.values()}.values())
