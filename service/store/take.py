"""Takes records into the tables, in any order, any number of times, to the same end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, update

from service.domain import records
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
        first = min(present.first_at, record.at) if present else record.at
        written = self._newest(models.Environment, record.key, values | {"first_at": first})
        if not written and present:
            present.first_at = first
        return written

    def _refusal(self, record: records.RefusalRecord) -> bool:
        values = record.model_dump(include={"environment", "at", "phase", "message"})
        return self._newest(models.Refusal, record.environment, values)

    def _collection(self, record: records.CollectionRecord) -> bool:
        """Let what was found in each file take the place of what an older collection found there."""
        return sum(self._collected_file(record, file) for file in record.files) > 0  # each of them, not until the first

    def _collected_file(self, record: records.CollectionRecord, file: str) -> bool:
        key = {"environment": record.environment, "file": file}
        values = key | {"fingerprint": record.files[file], "at": record.at}
        if not self._newest(models.CollectedFile, key, values):
            return False
        rows = models.Collected
        inside = rows.function.startswith(f"{file}::", autoescape=True)
        self.session.execute(delete(rows).where(rows.environment == record.environment, inside))
        for scenario, function in record.functions.items():
            if function.startswith(f"{file}::") and scenario not in self._former:
                row = {"environment": record.environment, "scenario": scenario, "function": function}
                self.session.merge(rows(**row, fingerprint=record.scenarios[scenario]))
        return True

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
        moved = update(models.Result).where(models.Result.scenario == former).values(scenario=record.scenario)
        self.session.execute(moved)
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
        for record in fresh.values():
            row = _result_row(record, self._now_called(record.scenario))
            self.session.add(row)
            self._cells.add((row.scenario, row.environment))

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
        for environment, results in cells.items():
            fingerprint = present.fingerprint if present else max(results, key=lambda result: result.at).fingerprint
            judgement = judge(results, fingerprint)
            self.session.merge(models.VerdictRow(scenario=scenario, environment=environment, **vars(judgement)))


def _portions(ids: list[str]) -> Iterator[list[str]]:
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))


def _result_row(record: records.ResultRecord, scenario: str) -> models.Result:
    values = record.model_dump(exclude={"v", "kind", "scenario", "outcome", "exception", *EVIDENCE})
    raised = record.exception
    return models.Result(
        **values,
        scenario=scenario,
        outcome=record.outcome.value,
        exception_type=raised.type if raised else "",
        exception_message=raised.message if raised else "",
        evidence=record.model_dump(mode="json", include=set(EVIDENCE)),
    )
