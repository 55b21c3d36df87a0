"""Judge the tests of files that cannot be imported in an environment but are known from others.

Computed from what is stored, never from what came last, so that the order of records does not matter; undone when the
file imports, or when its fingerprint changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import delete, insert, or_, select

from dask_matrix.domain.environments.release import version_of
from dask_matrix.domain.records.outcome import Outcome
from dask_matrix.domain.verdicts.import_failure import is_declared_for, is_of_dask, of_test, with_import_failures
from dask_matrix.domain.verdicts.verdict import Evidence, judge
from dask_matrix.store import models
from dask_matrix.store.rows import batches, evidence, verdict_row

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from dask_matrix.domain.matrix.cells import Cell


class _Failure(NamedTuple):
    """A result of a file that could not be imported; ``evidence`` has the file's fingerprint."""

    file: str
    environment: str
    at: datetime
    evidence: Evidence
    of_dask: bool


Inferred = dict["Cell", list[tuple["datetime", Evidence]]]
"""(scenario, environment) -> what failed imports say of it, and when they were recorded."""


class ImportFailures:
    """The cells decided by failed imports, within one transaction: read before the other cells are judged."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._before = set(_decided(session))

    def judge(self, revision: models.Revision) -> None:
        """Judge the cells that failed imports decide, or decided before; those without any evidence lose their verdict."""
        found = inferred(self._session)
        for scenario, keys in _by_scenario(found.keys() | self._before).items():
            for part in batches(sorted(keys)):
                self._judge_row(scenario, part, found, revision)

    def _judge_row(self, scenario: str, keys: list[str], found: Inferred, revision: models.Revision) -> None:
        table = models.VerdictRow
        here = (table.scenario == scenario) & table.environment.in_(keys)
        present = {row.environment: row for row in self._session.execute(select(table.__table__).where(here))}
        rows = {row["environment"]: row for row in _rows(self._session, scenario, keys, found)}
        changed = [key for key in keys if not _is_same(rows.get(key), present.get(key))]
        written = [rows[key] | {"revision": revision.number} for key in changed if key in rows]
        if changed:
            self._session.execute(delete(table).where(table.scenario == scenario, table.environment.in_(changed)))
        if written:
            self._session.execute(insert(table), written)
        if len(written) < len(changed) or any((scenario, key) in self._before and key not in rows for key in keys):
            revision.removed = revision.number


def inferred(session: Session, at: datetime | None = None) -> Inferred:
    """Return what failed imports, recorded up to ``at`` if given, say of the tests that the same files have elsewhere."""
    files = _files(session)
    failures = [each for each in _failures(session, files) if at is None or each.at <= at]
    collected = _Collected(session, {each.file for each in failures})
    declared = _Declared(session)
    found: Inferred = {}
    for each in failures:
        for scenario, fingerprint in collected.tests_missing_in(each):
            applies = declared.includes(scenario, each.environment)
            told = of_test(each.evidence, fingerprint, of_dask=each.of_dask, declared=applies)
            found.setdefault((scenario, each.environment), []).append((each.at, told))
    return found


class _Declared:
    """The releases that scenarios are declared for, by their newest records."""

    def __init__(self, session: Session) -> None:
        table, columns = models.Scenario, models.Environment
        bounded = or_(table.since.is_not(None), table.until.is_not(None))
        query = select(table.id, table.since, table.until).where(bounded)
        self._bounds = {scenario: (since, until) for scenario, since, until in session.execute(query)}
        self._releases = dict(session.execute(select(columns.key, columns.release)).all())

    def includes(self, scenario: str, environment: str) -> bool:
        """Whether a scenario is declared for the release of an environment; true if either is not known."""
        since, until = self._bounds.get(scenario, (None, None))
        return is_declared_for(version_of(self._releases.get(environment, "")), since, until)


class _Collected:
    """What pytest last collected from some files, in all environments."""

    def __init__(self, session: Session, files: set[str]) -> None:
        self._fingerprints: dict[tuple[str, str], str] = {}
        self._imported: set[tuple[str, str]] = set()
        self._tests: dict[tuple[str, str], set[tuple[str, str]]] = {}
        for file in sorted(files):
            self._read(session, file)

    def tests_missing_in(self, failure: _Failure) -> list[tuple[str, str]]:
        """Return (scenario, fingerprint) of a file's tests; none if it was imported since, or has changed."""
        here, whole = (failure.environment, failure.file), failure.evidence.fingerprint
        if here in self._imported or self._fingerprints.get(here) != whole:
            return []
        return sorted(self._tests.get((failure.file, whole), ()))

    def _read(self, session: Session, file: str) -> None:
        table, whole = models.Collected, models.CollectedFile
        for environment, fingerprint in session.execute(
            select(whole.environment, whole.fingerprint).where(whole.file == file)
        ):
            self._fingerprints[environment, file] = fingerprint
        of_file = table.function.startswith(f"{file}::", autoescape=True)
        for environment, scenario, fingerprint in session.execute(
            select(table.environment, table.scenario, table.fingerprint).where(of_file)
        ):
            self._imported.add((environment, file))
            of_whole = self._fingerprints.get((environment, file), "")
            self._tests.setdefault((file, of_whole), set()).add((scenario, fingerprint))


def _failures(session: Session, files: Mapping[str, str]) -> Iterator[_Failure]:
    """Yield the results of files that could not be imported, unless a newer one is not of that kind."""
    newest: dict[tuple[str, ...], tuple[datetime, str, bool]] = {}
    found: list[tuple[tuple[str, ...], _Failure]] = []
    for row in _results_of_files(session, list(files)):
        result, scenario, environment, fingerprint, outcome, at, started, exception, message, traceback = row
        file, failed = (environment, scenario, fingerprint), outcome == Outcome.ERRORED.value
        newest[file] = max(newest.get(file, (started, result, failed)), (started, result, failed))
        if failed:
            seen = Evidence(result, fingerprint, Outcome.ERRORED, started, exception)
            of_dask = is_of_dask(exception, message, traceback or "")
            found.append((file, _Failure(files[scenario], environment, at, seen, of_dask)))
    yield from (failure for file, failure in found if newest[file][2])


def _files(session: Session) -> dict[str, str]:
    """Return scenario id -> file, of the scenarios that stand for a whole file."""
    table = models.Scenario
    return dict(session.execute(select(table.id, table.file).where(table.function == "")).all())


def _results_of_files(session: Session, scenarios: list[str]) -> Iterator[Any]:
    table = models.Result
    told = (table.exception_type, table.exception_message, table.evidence["traceback"].as_string())
    cell = (table.id, table.scenario, table.environment, table.fingerprint, table.outcome, table.at, table.started)
    for ids in batches(scenarios):
        at_import = table.scenario.in_(ids) & (table.phase == "collection")
        yield from session.execute(select(*cell, *told).where(at_import))


def _decided(session: Session) -> Iterator[Cell]:
    """Yield the cells whose verdict now points to the failed import of a file."""
    files = _files(session)
    errors = {row[0]: row[2] for row in _results_of_files(session, list(files))}
    table = models.VerdictRow
    query = select(table.scenario, table.environment, table.result)
    for keys in batches(sorted(set(errors.values()))):
        for scenario, environment, result in session.execute(query.where(table.environment.in_(keys))):
            if result in errors and scenario not in files:
                yield scenario, environment


def _rows(session: Session, scenario: str, keys: list[str], found: Inferred) -> Iterator[dict[str, Any]]:
    """Yield the verdicts of cells with evidence, as rows."""
    own: dict[str, list[tuple[datetime, Evidence]]] = {}
    where = (models.Result.scenario == scenario) & models.Result.environment.in_(keys)
    for _, key, at, each in evidence(session, where):
        own.setdefault(key, []).append((at, each))
    present = session.get(models.Scenario, scenario)
    for key in keys:
        failures = found.get((scenario, key), [])
        counted = with_import_failures([each for _, each in own.get(key, [])], [each for _, each in failures])
        if counted:
            newest = max(at for at, _ in [*own.get(key, []), *failures])
            fingerprint = present.fingerprint if present else max(counted, key=lambda each: each.at).fingerprint
            cell = {"scenario": scenario, "environment": key, "newest": newest}
            yield cell | verdict_row(judge(counted, fingerprint))


def _is_same(row: Mapping[str, Any] | None, present: Any) -> bool:
    """Whether a verdict is the stored one."""
    if row is None or present is None:
        return row is present
    return all(getattr(present, name) == value for name, value in row.items())


def _by_scenario(cells: set[Cell]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for scenario, environment in sorted(cells):
        found.setdefault(scenario, set()).add(environment)
    return found
