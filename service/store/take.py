"""Takes records into the tables, in any order, any number of times, to the same end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, update

from service.domain import records
from service.domain.pair import MAIN
from service.domain.verdict import Evidence, judge
from service.store import models
from service.store.read import evidence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy.orm import Session

EVIDENCE = ("traceback", "stdout", "stderr", "log", "warnings")
BATCH = 400
"""Ids asked for in one statement; SQLite and PostgreSQL bound their number."""


class Take:
    """One batch on its way into the tables, inside one transaction.

    ``accepted`` counts the records that were new, ``duplicates`` those the tables already knew.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.accepted = 0
        self.duplicates = 0
        self._cells: set[tuple[str, str]] = set()
        self._scenarios: set[str] = set()
        self._former = {row.former: row for row in session.scalars(select(models.FormerName))}

    def add(self, batch: Sequence[records.Record]) -> None:
        """Take a batch in and bring the verdicts it touches up to date."""
        takers: dict[type[records.Record], Callable[[Any], bool]] = {
            records.RunRecord: self._run,
            records.EnvironmentRecord: self._environment,
            records.RefusalRecord: self._refusal,
            records.CollectionRecord: self._collection,
            records.ScenarioRecord: self._scenario,
            records.BisectRecord: self._bisect,
        }
        for record in batch:
            if not isinstance(record, records.ResultRecord):
                self._count(takers[type(record)](record))
        self._results([record for record in batch if isinstance(record, records.ResultRecord)])
        self.session.flush()
        self._judge()

    def _count(self, new: bool, many: int = 1) -> None:  # noqa: FBT001 - the count's own flag
        if new:
            self.accepted += many
        else:
            self.duplicates += many

    def _newest(self, table: type[models.Table], key: Any, values: dict[str, Any]) -> bool:
        """Write a row unless the table holds one at least as new; say whether it was written."""
        present: Any = self.session.get(table, key)
        if present is not None and present.at >= values["at"]:
            return False
        self.session.merge(table(**values))
        return True

    def _run(self, record: records.RunRecord) -> bool:
        values = record.model_dump(exclude={"v", "kind", "run"})
        return self._newest(models.Run, record.id, values)

    def _environment(self, record: records.EnvironmentRecord) -> bool:
        values = record.model_dump(exclude={"v", "kind", "id", "run"})
        present = self.session.get(models.Environment, record.key)
        values["pair"] = record.pair.model_dump(mode="json") if record.pair else None
        first = min(present.first_at, record.at) if present else record.at
        if present and present.pair and values["pair"] and MAIN in {present.pair["ref"], values["pair"]["ref"]}:
            values["pair"]["ref"] = MAIN  # what once was the newest of its branch is that commit of its history
            present.pair = values["pair"]
        written = self._newest(models.Environment, record.key, values | {"first_at": first})
        if not written and present:
            present.first_at = first
        return written

    def _refusal(self, record: records.RefusalRecord) -> bool:
        values = record.model_dump(include={"environment", "at", "phase", "message"})
        return self._newest(models.Refusal, record.environment, values)

    def _bisect(self, record: records.BisectRecord) -> bool:
        values = record.model_dump(mode="json", include={"id", "run", "found"})
        return self._newest(
            models.Bisect, record.id, values | {"at": record.at, "scenario": self._now_called(record.scenario)}
        )

    def _collection(self, record: records.CollectionRecord) -> bool:
        """Let what was found in each file take the place of what an older collection found there."""
        table, environment = models.CollectedFile, record.environment
        here = select(table.file, table.at).where(table.environment == environment)
        known = dict(self.session.execute(here).all())
        newer = [file for file in record.files if file not in known or known[file] < record.at]
        for files in _portions(newer):
            self.session.execute(delete(table).where(table.environment == environment, table.file.in_(files)))
        self._insert(
            table,
            [
                {"environment": environment, "file": file, "fingerprint": record.files[file], "at": record.at}
                for file in newer
            ],
        )
        self._collected(record, set(newer))
        return bool(newer)

    def _collected(self, record: records.CollectionRecord, files: set[str]) -> None:
        """Note the tests of some files in place of all that were noted of them."""
        table = models.Collected
        found = {
            scenario: {"function": function, "fingerprint": record.scenarios[scenario]}
            for scenario, function in record.functions.items()
            if _file_of(function) in files and scenario not in self._former
        }
        here = table.environment == record.environment
        known = self.session.execute(select(table.scenario, table.function).where(here))
        gone = [name for name, function in known if name in found or _file_of(function) in files]
        for names in _portions(gone):
            self.session.execute(delete(table).where(here, table.scenario.in_(names)))
        rows = [{"environment": record.environment, "scenario": name, **values} for name, values in found.items()]
        self._insert(table, rows)

    def _insert(self, table: type[models.Table], rows: list[dict[str, Any]]) -> None:
        """Write rows in one statement: there are thousands of them, and nobody needs the objects."""
        if rows:
            self.session.execute(insert(table), rows)

    def _scenario(self, record: records.ScenarioRecord) -> bool:
        for former in record.formerly:
            self._rename(former, record)
        if (alias := self._former.get(record.scenario)) is not None:
            if alias.at >= record.at:
                return False  # an old record of what is called otherwise now
            self.session.delete(self._former.pop(record.scenario))  # the name is in use again
            self.session.flush()
        values = record.model_dump(exclude={"v", "kind", "run", "id", "scenario"}) | {"id": record.scenario}
        before = self.session.get(models.Scenario, record.scenario)
        old = before.fingerprint if before else None
        written = self._newest(models.Scenario, record.scenario, values)
        if written and old != record.fingerprint:
            self._scenarios.add(record.scenario)
        return written and old != record.fingerprint

    def _rename(self, former: str, record: records.ScenarioRecord) -> None:
        """Let everything kept under a former id belong to the scenario that names it, unless that id is in use again."""
        known, present = self._former.get(former), self.session.get(models.Scenario, former)
        if former == record.scenario or (known and known.at >= record.at) or (present and present.at > record.at):
            return
        alias = models.FormerName(former=former, scenario=record.scenario, at=record.at)
        self._former[former] = self.session.merge(alias)
        self.session.flush()
        if known and known.scenario == record.scenario:
            return
        for table in (models.Scenario.id, models.VerdictRow.scenario, models.Collected.scenario):
            self.session.execute(delete(table.class_).where(table == former))
        for moved in (models.Result, models.Bisect):
            self.session.execute(update(moved).where(moved.scenario == former).values(scenario=record.scenario))
        self._scenarios.add(record.scenario)

    def _now_called(self, scenario: str) -> str:
        """Follow renames to the present id; a circle of them ends where it began."""
        seen = {scenario}
        while (alias := self._former.get(scenario)) is not None and alias.scenario not in seen:
            scenario = alias.scenario
            seen.add(scenario)
        return scenario

    def _results(self, batch: Sequence[records.ResultRecord]) -> None:
        fresh = {record.id: record for record in batch}
        for ids in _portions(list(fresh)):
            for known in self.session.scalars(select(models.Result.id).where(models.Result.id.in_(ids))):
                del fresh[known]
        self._count(new=False, many=len(batch) - len(fresh))
        self._count(new=True, many=len(fresh))
        rows = [_result_row(record, self._now_called(record.scenario)) for record in fresh.values()]
        self._insert(models.Result, rows)
        self._cells |= {(row["scenario"], row["environment"]) for row in rows}

    def _judge(self) -> None:
        """Make the verdicts of the touched cells again from all their results."""
        touched = {scenario for scenario, _ in self._cells} | self._scenarios
        for scenario in sorted(touched):
            environments = None if scenario in self._scenarios else {env for row, env in self._cells if row == scenario}
            self._judge_row(scenario, environments)

    def _judge_row(self, scenario: str, environments: set[str] | None) -> None:
        present = self.session.get(models.Scenario, scenario)
        cells: dict[str, list[Evidence]] = {}
        table = models.Result
        where = table.scenario == scenario
        if environments is not None:
            where &= table.environment.in_(environments)
        for _, environment, each in evidence(self.session, where):
            cells.setdefault(environment, []).append(each)
        found = []
        for environment, results in cells.items():
            fingerprint = present.fingerprint if present else max(results, key=lambda result: result.at).fingerprint
            found.append({"scenario": scenario, "environment": environment, **vars(judge(results, fingerprint))})
        verdicts = models.VerdictRow
        for keys in _portions(list(cells)):
            self.session.execute(delete(verdicts).where(verdicts.scenario == scenario, verdicts.environment.in_(keys)))
        self._insert(verdicts, found)


def _file_of(function: str) -> str:
    """Return the file of ``file::name``; nothing where there is no name."""
    return function.rpartition("::")[0].partition("::")[0]


def _portions(ids: list[str]) -> Iterator[list[str]]:
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))


def _result_row(record: records.ResultRecord, scenario: str) -> dict[str, Any]:
    values = record.model_dump(exclude={"v", "kind", "scenario", "outcome", "exception", *EVIDENCE})
    raised = record.exception
    return {
        **values,
        "scenario": scenario,
        "outcome": record.outcome.value,
        "exception_type": raised.type if raised else "",
        "exception_message": raised.message if raised else "",
        "evidence": record.model_dump(mode="json", include=set(EVIDENCE)),
    }
