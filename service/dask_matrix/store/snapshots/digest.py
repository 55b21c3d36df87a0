"""What upgrade answers need of a snapshot, as JSON: verdicts and warnings without the texts of the evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from dask_matrix.domain.environments.environment import Lane, Python
from dask_matrix.domain.matrix.matrix import Matrix
from dask_matrix.domain.matrix.rows_and_columns import Environment, Refusal, Scenario
from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.domain.records.records import PairFields, Warned, release_of
from dask_matrix.domain.upgrades.columns import ColumnSet, ColumnSets
from dask_matrix.domain.upgrades.upgrade import Span, UpgradeEvidence
from dask_matrix.domain.verdicts.verdict import Judgement

if TYPE_CHECKING:
    from datetime import date

    from dask_matrix.domain.upgrades.context import Context
    from dask_matrix.store.store import Store

Cell = tuple[str, str]


class Row(NamedTuple):
    """The fields of a scenario that upgrade answers use."""

    id: str
    title: str
    area: str
    fingerprint: str
    issues: list[str]
    covers: list[str]


class Column(NamedTuple):
    """An environment, its sets of rows as hexadecimal bit sets, and the span of its results."""

    key: str
    release: str
    python: str
    lane: str
    platform: str
    at: str
    released_at: str | None
    lock: str
    refusal: list[str] | None
    sets: list[str]
    span: list[str] | None
    pair: dict[str, Any] | None = None


class Cells(Mapping[Cell, Judgement]):
    """Cells read from JSON, decoded on access: an answer uses few of tens of thousands."""

    def __init__(self, encoded: dict[Cell, list[Any]]) -> None:
        self._encoded = encoded

    def __getitem__(self, cell: Cell) -> Judgement:
        verdict, exception, result, passed, executions, was = self._encoded[cell]
        return Judgement(
            Verdict(verdict),
            exception=exception,
            result=result,
            passed=passed,
            executions=executions,
            was=Verdict(was) if was else None,
        )

    def __iter__(self) -> Iterator[Cell]:
        return iter(self._encoded)

    def __len__(self) -> int:
        return len(self._encoded)


def evidence_of(content: dict[str, Any], context: Context, day: date) -> tuple[ColumnSets, UpgradeEvidence]:
    """Return the column sets, with the known failures of ``day``, and the evidence that a digest contains."""
    columns = [Column(*values) for values in content["environments"]]
    rows = tuple(_scenario(Row(*each)) for each in content["scenarios"])
    environments = tuple(map(_environment, columns))
    cells = {(rows[number].id, key): cell for key, of in content["cells"].items() for number, *cell in of}
    column_sets = {
        each.key: ColumnSet(environment, *(int(bits, 16) for bits in each.sets))
        for each, environment in zip(columns, environments, strict=True)
    }
    spans = {each.key: Span(*map(datetime.fromisoformat, each.span)) for each in columns if each.span}
    warnings = content["warnings"]
    evidence = UpgradeEvidence(spans, lambda key: _warned(warnings.get(key, {})), context)
    matrix = context.applied_to(Matrix(rows, environments, Cells(cells)), day)
    return ColumnSets(matrix, column_sets), evidence


def _warned(encoded: dict[str, Any]) -> dict[str, tuple[Warned, ...]]:
    return {name: tuple(Warned(**each) for each in given) for name, given in encoded.items()}


def _scenario(row: Row) -> Scenario:
    return Scenario(row.id, row.title, row.area, row.fingerprint, issues=tuple(row.issues), covers=tuple(row.covers))


def _environment(column: Column) -> Environment:
    return Environment(
        column.key,
        release_of(column.release, column.pair),
        Python.parse(column.python),
        Lane(column.lane),
        column.platform,
        datetime.fromisoformat(column.at),
        released_at=datetime.fromisoformat(column.released_at) if column.released_at else None,
        lock=column.lock,
        refusal=Refusal(*column.refusal) if column.refusal else None,
    )


def digest(store: Store) -> dict[str, Any]:
    """Return the digest of a store's matrix; it depends on the records only, not on known failures or the day."""
    column_sets, spans = ColumnSets(store.matrix()), store.spans()
    matrix = column_sets.matrix
    return {
        "scenarios": [Row(*(getattr(each, name) for name in Row._fields)) for each in matrix.scenarios],
        "environments": [_column(each, column_sets.of(each), spans.get(each.key)) for each in matrix.environments],
        "cells": {each.key: list(_cells(matrix, each)) for each in matrix.environments},
        "warnings": {
            each.key: {name: [one.model_dump() for one in given] for name, given in store.warnings(each.key).items()}
            for each in matrix.environments
        },
    }


def _column(environment: Environment, column_set: ColumnSet, span: Span | None) -> Column:
    refusal = environment.refusal
    return Column(
        environment.key,
        str(environment.release),
        str(environment.python),
        environment.lane.value,
        environment.platform,
        environment.at.isoformat(),
        environment.released_at.isoformat() if environment.released_at else None,
        environment.lock,
        [refusal.phase, refusal.message] if refusal else None,
        [f"{bits:x}" for bits in (column_set.passes, column_set.broken, column_set.inapplicable)],
        [span.oldest.isoformat(), span.newest.isoformat()] if span else None,
        PairFields.of(environment.pair).model_dump(mode="json") if environment.pair else None,
    )


def _cells(matrix: Matrix, environment: Environment) -> Iterator[list[Any]]:
    for number, row in enumerate(matrix.scenarios):
        if cell := matrix.cells.get((row.id, environment.key)):
            was = cell.was.value if cell.was else None
            yield [number, cell.verdict.value, cell.exception, cell.result, cell.passed, cell.executions, was]
