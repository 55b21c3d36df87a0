"""What a snapshot's database holds as one file of JSON, which answers about upgrades without any database.

It is made beside that database in the cache, and read by whoever asks once and ends: the gate.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from dask_matrix.domain.environments.environment import Lane, Python
from dask_matrix.domain.matrix.matrix import Matrix
from dask_matrix.domain.matrix.rows_and_columns import Environment, Refusal, Scenario
from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.domain.records.records import PairFields, Warned, release_of
from dask_matrix.domain.upgrades.columns import Side, Sides
from dask_matrix.domain.upgrades.upgrade import Backing, Span
from dask_matrix.domain.verdicts.verdict import Judgement
from dask_matrix.store.snapshots.location import cached, read

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from dask_matrix.domain.upgrades.context import Beliefs
    from dask_matrix.store.snapshots.location import Snapshot
    from dask_matrix.store.store import Store

Cell = tuple[str, str]


class Row(NamedTuple):
    """A scenario as far as an answer tells of it."""

    id: str
    title: str
    area: str
    fingerprint: str
    issues: list[str]
    covers: list[str]


class Column(NamedTuple):
    """An environment, with its sets of rows in hexadecimal digits and the span of its results."""

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
    """Cells read from JSON, each made when it is asked for: of tens of thousands an answer tells a few."""

    def __init__(self, told: dict[Cell, list[Any]]) -> None:
        self._told = told

    def __getitem__(self, cell: Cell) -> Judgement:
        verdict, exception, result, passed, executions, was = self._told[cell]
        return Judgement(
            Verdict(verdict),
            exception=exception,
            result=result,
            passed=passed,
            executions=executions,
            was=Verdict(was) if was else None,
        )

    def __iter__(self) -> Iterator[Cell]:
        return iter(self._told)

    def __len__(self) -> int:
        return len(self._told)


def held(folder: Path, cache: Path, beliefs: Beliefs, day: date) -> tuple[Sides, Backing, Snapshot]:
    """Return what questions are put to, of a folder's snapshot; made in the cache where needed. Raises BadSnapshot."""
    head = read(folder)
    path = cached(head, cache, "json")
    if not path.exists():
        _make(path, folder, cache)
    try:
        matrix, made, backing = _read(path, beliefs)
    except (ValueError, KeyError, TypeError, IndexError):  # damaged: made once more, then it is trouble of ours
        _make(path, folder, cache)
        matrix, made, backing = _read(path, beliefs)
    return Sides(matrix.listing(beliefs.known, day), made), backing, head


def _read(path: Path, beliefs: Beliefs) -> tuple[Matrix, dict[str, Side], Backing]:
    told = json.loads(path.read_bytes())
    columns = [Column(*values) for values in told["environments"]]
    rows = tuple(_scenario(Row(*each)) for each in told["scenarios"])
    environments = tuple(map(_environment, columns))
    cells = {(rows[number].id, key): cell for key, of in told["cells"].items() for number, *cell in of}
    made = {
        each.key: Side(environment, *(int(bits, 16) for bits in each.sets))
        for each, environment in zip(columns, environments, strict=True)
    }
    spans = {each.key: Span(*map(datetime.fromisoformat, each.span)) for each in columns if each.span}
    warnings = told["warnings"]
    backing = Backing(spans, lambda key: _warned(warnings.get(key, {})), beliefs)
    return Matrix(rows, environments, Cells(cells)), made, backing


def _warned(told: dict[str, Any]) -> dict[str, tuple[Warned, ...]]:
    return {name: tuple(Warned(**each) for each in given) for name, given in told.items()}


def _scenario(row: Row) -> Scenario:
    return Scenario(row.id, row.title, row.area, row.fingerprint, issues=tuple(row.issues), covers=tuple(row.covers))


def _environment(told: Column) -> Environment:
    return Environment(
        told.key,
        release_of(told.release, told.pair),
        Python.parse(told.python),
        Lane(told.lane),
        told.platform,
        datetime.fromisoformat(told.at),
        released_at=datetime.fromisoformat(told.released_at) if told.released_at else None,
        lock=told.lock,
        refusal=Refusal(*told.refusal) if told.refusal else None,
    )


def _make(path: Path, folder: Path, cache: Path) -> None:
    """Write the file whole, or not at all; several processes may do so at once."""
    from dask_matrix.store import store as stores
    from dask_matrix.store.snapshots import snapshot

    url, _ = snapshot.database(folder, cache)
    with stores.Store.open(url) as store:
        text = json.dumps(_digest(store), separators=(",", ":"), ensure_ascii=False)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


def _digest(store: Store) -> dict[str, Any]:
    sides, spans = Sides(store.matrix()), store.spans()
    matrix = sides.matrix
    return {
        "scenarios": [Row(*(getattr(each, name) for name in Row._fields)) for each in matrix.scenarios],
        "environments": [_column(each, sides.of(each), spans.get(each.key)) for each in matrix.environments],
        "cells": {each.key: list(_cells(matrix, each)) for each in matrix.environments},
        "warnings": {
            each.key: {name: [one.model_dump() for one in given] for name, given in store.warnings(each.key).items()}
            for each in matrix.environments
        },
    }


def _column(environment: Environment, side: Side, span: Span | None) -> Column:
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
        [f"{bits:x}" for bits in (side.holds, side.broken, side.inapplicable)],
        [span.oldest.isoformat(), span.newest.isoformat()] if span else None,
        PairFields.of(environment.pair).model_dump(mode="json") if environment.pair else None,
    )


def _cells(matrix: Matrix, environment: Environment) -> Iterator[list[Any]]:
    for number, row in enumerate(matrix.scenarios):
        if cell := matrix.cells.get((row.id, environment.key)):
            was = cell.was.value if cell.was else None
            yield [number, cell.verdict.value, cell.exception, cell.result, cell.passed, cell.executions, was]
