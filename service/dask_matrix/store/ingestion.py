"""Ingest records into the tables; the result does not depend on their order or on repetitions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, update

from dask_matrix.domain.environments.commit_pair import MAIN
from dask_matrix.domain.records import records
from dask_matrix.store import models, surfaces
from dask_matrix.store.import_failures import ImportFailures
from dask_matrix.store.judging import judge_all, judge_cells
from dask_matrix.store.rows import batches, result_row
from dask_matrix.store.run_progress import Parts
from dask_matrix.store.spans import Spans

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy.orm import Session


KEPT = {models.Scenario, models.Environment, models.Refusal, models.Run}
"""Tables whose rows are asked for again and again, and are few enough to be kept in memory."""


class Ingestion:
    """The ingestion of records within one transaction: ``add`` batches, then ``finish``.

    ``accepted`` counts new records, ``duplicates`` those already known. With ``whole``, the database was empty before:
    every cell is judged once, when all records are there, and results are moved to the current ids of their scenarios
    then too, so that the cost of a record does not depend on how many there are.
    """

    def __init__(self, session: Session, *, whole: bool = False) -> None:
        self.session, self.whole = session, whole
        self.revision = session.get_one(models.Revision, models.ONLY)
        self.accepted = 0
        self.duplicates = 0
        self._cells: set[tuple[str, str]] = set()
        self._scenarios: set[str] = set()
        self._parts, self._spans = Parts(session), Spans(session)
        self._import_failures = ImportFailures(session)
        self._kept: dict[tuple[type[models.Table], Any], models.Table] = {}
        self._former = {row.former: row for row in session.scalars(select(models.FormerName))}

    def add(self, batch: Sequence[records.Record]) -> None:
        """Ingest a batch; its verdicts are those of ``finish``."""
        handlers: dict[type[records.Record], Callable[[Any], bool]] = {
            records.RunRecord: self._run,
            records.EnvironmentRecord: self._environment,
            records.RefusalRecord: self._refusal,
            records.InstallationRecord: self._installation,
            records.CollectionRecord: self._collection,
            records.ScenarioRecord: self._scenario,
            records.BisectRecord: self._bisect,
            records.SurfaceRecord: self._surface,
            records.ObservationRecord: self._observation,
            records.EndRecord: self._end,
        }
        for record in batch:
            if not isinstance(record, records.ResultRecord):
                self._count(handlers[type(record)](record))
        self._results([record for record in batch if isinstance(record, records.ResultRecord)])
        self.session.flush()

    def finish(self) -> None:
        """Update counts, spans and the verdicts of the cells that the batches affect."""
        self._parts.write()
        self._spans.write(self.revision.number)
        if self.whole:
            self._move_results()
            judge_all(self.session, self.revision.number)
        else:
            judge_cells(self.session, self._cells, self._scenarios, self.revision.number)
        self._import_failures.judge(self.revision)

    def _move_results(self) -> None:
        """Move results under former ids to the scenarios that have them now."""
        table = models.Result
        for former in self._former:
            if (current := self._current_id(former)) != former:
                self.session.execute(update(table).where(table.scenario == former).values(scenario=current))

    def _count(self, new: bool, many: int = 1) -> None:  # noqa: FBT001 - says which counter to increase
        if new:
            self.accepted += many
        else:
            self.duplicates += many

    def _write_if_newer(self, table: type[models.Table], key: Any, values: dict[str, Any]) -> bool:
        """Write a row unless the table has one at least as new; return whether it was written."""
        present: Any = self._find(table, key)
        if present is not None and present.at >= values["at"]:
            return False
        if present is None:
            present = table(**values)
            self.session.add(present)
            self._keep(table, key, present)
        else:
            for name, value in values.items():
                setattr(present, name, value)
        return True

    def _find(self, table: type[models.Table], key: Any) -> Any:
        """Return a row by its primary key, or None; the database is not asked twice, nor if it was empty."""
        kept = self._kept.get((table, key))
        if kept is not None or (self.whole and table in KEPT):
            return kept
        found = self.session.get(table, key)
        if found is not None:
            self._keep(table, key, found)
        return found

    def _keep(self, table: type[models.Table], key: Any, row: models.Table) -> None:
        if table in KEPT:
            self._kept[table, key] = row

    def _mark_reshaped(self, *, removed: bool = False) -> None:
        """Mark that this revision changes a row or a column, and whether it deletes verdicts."""
        self.revision.shape = self.revision.number
        if removed:
            self.revision.removed = self.revision.number

    def _run(self, record: records.RunRecord) -> bool:
        values = record.model_dump(exclude={"v", "kind", "run"})
        return self._write_if_newer(models.Run, record.id, values)

    def _end(self, record: records.EndRecord) -> bool:
        values = record.model_dump(include={"id", "at", "run"})
        return self._write_if_newer(models.RunEnd, record.id, values | {"how": record.how.value})

    def _environment(self, record: records.EnvironmentRecord) -> bool:
        self._parts.touch(record.run, record.key, record.at)
        values = record.model_dump(exclude={"v", "kind", "id", "run"})
        present = self._find(models.Environment, record.key)
        earlier = present is None or record.at < present.first_at
        first = record.at if present is None or earlier else present.first_at
        values["pair"] = record.pair.model_dump(mode="json") if record.pair else None
        if present and present.pair and values["pair"] and MAIN in {present.pair["ref"], values["pair"]["ref"]}:
            values["pair"]["ref"] = MAIN  # a pair that was once `main` stays part of main's history
            if present.pair != values["pair"]:
                present.pair = values["pair"]
                self._mark_reshaped()
        written = self._write_if_newer(models.Environment, record.key, values | {"first_at": first})
        if not written and present:
            present.first_at = first
        if written or earlier:
            self._mark_reshaped()
        return written

    def _refusal(self, record: records.RefusalRecord) -> bool:
        self._parts.touch(record.run, record.environment, record.at)
        values = record.model_dump(include={"environment", "at", "phase", "message"})
        if written := self._write_if_newer(models.Refusal, record.environment, values):
            self._mark_reshaped()
        return written

    def _installation(self, record: records.InstallationRecord) -> bool:
        values = record.model_dump(exclude={"v", "kind"})
        return self._write_if_newer(models.Installation, record.id, values)

    def _bisect(self, record: records.BisectRecord) -> bool:
        values = record.model_dump(mode="json", include={"id", "run", "found"})
        return self._write_if_newer(
            models.Bisect, record.id, values | {"at": record.at, "scenario": self._current_id(record.scenario)}
        )

    def _surface(self, record: records.SurfaceRecord) -> bool:
        if self.session.get(models.Surface, record.id) is not None:
            return False
        self.session.add(models.Surface(id=record.id, content=surfaces.packed(record.content.kept())))
        return True

    def _observation(self, record: records.ObservationRecord) -> bool:
        values = record.model_dump(exclude={"v", "kind", "id"})
        return self._write_if_newer(models.Observation, (record.environment, record.config), values)

    def _collection(self, record: records.CollectionRecord) -> bool:
        """Replace, file by file, what an older collection found."""
        self._parts.plan(record)
        table, environment = models.CollectedFile, record.environment
        here = select(table.file, table.at).where(table.environment == environment)
        known = dict(self.session.execute(here).all())
        newer = [file for file in record.files if file not in known or known[file] < record.at]
        for files in batches(newer):
            self.session.execute(delete(table).where(table.environment == environment, table.file.in_(files)))
        self._insert(
            table,
            [
                {"environment": environment, "file": file, "fingerprint": record.files[file], "at": record.at}
                for file in newer
            ],
        )
        self._replace_collected(record, set(newer))
        return bool(newer)

    def _replace_collected(self, record: records.CollectionRecord, files: set[str]) -> None:
        """Replace the collected tests of some files."""
        table = models.Collected
        found = {
            scenario: {"function": function, "fingerprint": record.scenarios[scenario]}
            for scenario, function in record.functions.items()
            if _file_of(function) in files and scenario not in self._former
        }
        here = table.environment == record.environment
        known = self.session.execute(select(table.scenario, table.function).where(here))
        gone = [name for name, function in known if name in found or _file_of(function) in files]
        for names in batches(gone):
            self.session.execute(delete(table).where(here, table.scenario.in_(names)))
        rows = [{"environment": record.environment, "scenario": name, **values} for name, values in found.items()]
        self._insert(table, rows)

    def _insert(self, table: type[models.Table], rows: list[dict[str, Any]]) -> None:
        """Write rows in one statement, without ORM objects: there may be thousands."""
        if rows:
            self.session.connection().execute(insert(table), rows)

    def _scenario(self, record: records.ScenarioRecord) -> bool:
        for former in record.formerly:
            self._rename(former, record)
        if (alias := self._former.get(record.scenario)) is not None:
            if alias.at >= record.at:
                return False  # an old record; the scenario was renamed since
            self.session.delete(self._former.pop(record.scenario))  # the id is in use again
            self.session.flush()
        values = record.model_dump(exclude={"v", "kind", "run", "id", "scenario"}) | {"id": record.scenario}
        before = self._find(models.Scenario, record.scenario)
        old = before.fingerprint if before else None
        if not before or any(getattr(before, name) != value for name, value in values.items() if name != "at"):
            self._mark_reshaped()
        written = self._write_if_newer(models.Scenario, record.scenario, values)
        if written and old != record.fingerprint:
            self._scenarios.add(record.scenario)
        return written and old != record.fingerprint

    def _rename(self, former: str, record: records.ScenarioRecord) -> None:
        """Move everything under a former id to the scenario that names it, unless that id is in use again."""
        known, present = self._former.get(former), self._find(models.Scenario, former)
        if former == record.scenario or (known and known.at >= record.at) or (present and present.at > record.at):
            return
        alias = models.FormerName(former=former, scenario=record.scenario, at=record.at)
        self._former[former] = self.session.merge(alias)
        self.session.flush()
        if known and known.scenario == record.scenario:
            return
        self._mark_reshaped(removed=True)
        self._kept.pop((models.Scenario, former), None)
        for table in (models.Scenario.id, models.VerdictRow.scenario, models.Collected.scenario):
            self.session.execute(delete(table.class_).where(table == former))
        for moved in (models.Bisect,) if self.whole else (models.Bisect, models.Result):
            self.session.execute(update(moved).where(moved.scenario == former).values(scenario=record.scenario))
        self._scenarios.add(record.scenario)

    def _current_id(self, scenario: str) -> str:
        """Follow renames to the current id; stop if they go round in a circle."""
        seen = {scenario}
        while (alias := self._former.get(scenario)) is not None and alias.scenario not in seen:
            scenario = alias.scenario
            seen.add(scenario)
        return scenario

    def _results(self, batch: Sequence[records.ResultRecord]) -> None:
        new = {record.id: record for record in batch}
        for ids in batches(list(new)):
            for known in self.session.scalars(select(models.Result.id).where(models.Result.id.in_(ids))):
                del new[known]
        self._count(new=False, many=len(batch) - len(new))
        self._count(new=True, many=len(new))
        numbers = _next_numbers(self.session, len(new))
        rows = [
            result_row(record, number, record.scenario if self.whole else self._current_id(record.scenario))
            for number, record in zip(numbers, new.values(), strict=True)
        ]
        self._insert(models.Result, rows)
        self._spans.add(new.values())
        self._parts.add(new.values())
        if not self.whole:
            self._cells |= {(row["scenario"], row["environment"]) for row in rows}


def _next_numbers(session: Session, many: int) -> range:
    """Return the next numbers of results, counted in the revision row, which each writer locks."""
    revision = session.get_one(models.Revision, 1)
    revision.number += many
    return range(revision.number - many + 1, revision.number + 1)


def _file_of(function: str) -> str:
    """Return the file of ``file::name``, "" without a name."""
    return function.rpartition("::")[0].partition("::")[0]
