"""A test file that Dask does not let be imported fails its tests there, whatever the order of the records."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dask_matrix.domain.environments.environment import Lane
from dask_matrix.domain.records.outcome import Outcome, Verdict
from dask_matrix.domain.records.records import (
    CollectionRecord,
    EnvironmentRecord,
    RaisedException,
    Record,
    ResultRecord,
    ScenarioRecord,
)
from dask_matrix.domain.verdicts.verdict import Judgement
from dask_matrix.store.file_ingestion import all_files
from dask_matrix.store.store import Store

NOON = datetime(2026, 8, 24, 12, tzinfo=UTC)
OLD, NEW = "0" * 16, "1" * 16
FILE, FILE_ROW, TESTS = "area/test_new.py", "area/new", ("area/new/one", "area/new/two")
GONE = RaisedException(type="ImportError", message="cannot import name 'x' from 'dask.delayed' (dask/delayed.py)")
OWN = RaisedException(type="ModuleNotFoundError", message="No module named 'helpers'")
NUMBERS = itertools.count()


def head(minute: float) -> dict[str, object]:
    """Return the fields that every record has."""
    return {"id": f"r{next(NUMBERS)}", "run": "r", "at": NOON + timedelta(minutes=minute)}


def environment(key: str, release: str) -> EnvironmentRecord:
    """Return the record of an environment."""
    values = {"python": "3.11", "lane": Lane.AS_RELEASED, "platform": "linux-x86_64", "key": key, "release": release}
    return EnvironmentRecord.model_validate(head(0) | values)


def imported(key: str, minute: float, whole: str = "file", one: str = "test", outcome: str = "passed") -> list[Record]:
    """Return the records of an environment in which the file imports and its tests are executed."""
    collected = {
        "environment": key, "scenarios": dict.fromkeys(TESTS, one), "files": {FILE: whole}, "to_run": len(TESTS),
        "functions": {test: f"{FILE}::test_{test[-3:]}" for test in TESTS},
    }  # fmt: skip
    return [
        CollectionRecord.model_validate(head(minute) | collected),
        *(scenario(test, f"test_{test[-3:]}", minute, one) for test in TESTS),
        *(result(key, test, one, outcome, minute, phase="call") for test in TESTS),
    ]


def failed(key: str, minute: float, raised: RaisedException = GONE, whole: str = "file") -> list[Record]:
    """Return the records of an environment in which the import of the file raises."""
    collected = {
        "environment": key, "scenarios": {FILE_ROW: whole}, "functions": {FILE_ROW: FILE}, "files": {FILE: whole},
        "to_run": 1,
    }  # fmt: skip
    return [
        CollectionRecord.model_validate(head(minute) | collected),
        scenario(FILE_ROW, "", minute, whole),
        result(key, FILE_ROW, whole, "errored", minute, phase="collection", exception=raised),
    ]


def scenario(name: str, function: str, minute: float, fingerprint: str, **bounds: str) -> ScenarioRecord:
    """Return the record of a scenario."""
    values = {"scenario": name, "title": name, "area": "area", "file": FILE, "function": function}
    return ScenarioRecord.model_validate(head(minute) | values | {"fingerprint": fingerprint} | bounds)


def bounded(minute: float, **bounds: str) -> ScenarioRecord:
    """Return a newer record of the first test, with the releases that it is declared for."""
    return scenario(TESTS[0], f"test_{TESTS[0][-3:]}", minute, "test", **bounds)


def result(key: str, name: str, fingerprint: str, outcome: str, minute: float, **more: object) -> ResultRecord:
    """Return a result."""
    values = {
        "environment": key,
        "scenario": name,
        "fingerprint": fingerprint,
        "outcome": Outcome(outcome),
        "seconds": 0,
    }
    return ResultRecord.model_validate(head(minute) | values | {"started": NOON + timedelta(minutes=minute)} | more)


ENVIRONMENTS = [environment(OLD, "2025.2.0"), environment(NEW, "2026.8.0")]


def verdicts(store: Store, at: datetime | None = None) -> list[Verdict]:
    """Return the verdicts of the tests in the newer environment."""
    matrix = store.matrix(at)
    rows = {row.id: row for row in matrix.scenarios}
    return [matrix.cell(rows[test], matrix.environments[1]).verdict for test in TESTS if test in rows]


def cells(store: Store) -> dict[tuple[str, str], Judgement]:
    """Return all cells with a verdict."""
    matrix = store.matrix()
    every = itertools.product(matrix.scenarios, matrix.environments)
    return {(row.id, column.key): matrix.cell(row, column) for row, column in every}


def test_an_import_that_dask_fails_fails_each_test_with_the_result_of_the_file(store: Store) -> None:
    """The matrix leads to it, now and as of then."""
    before, after = imported(OLD, 1), failed(NEW, 2)
    store.ingest([*ENVIRONMENTS, *before])
    assert verdicts(store) == [Verdict.UNTESTED] * 2
    store.ingest(after)
    assert verdicts(store) == [Verdict.FAIL] * 2
    judgement = cells(store)[TESTS[0], NEW]
    assert (judgement.result, judgement.exception, judgement.executions) == (after[-1].id, "ImportError", 1)
    assert store.result(judgement.result or "").phase == "collection"
    assert cells(store)[FILE_ROW, NEW].verdict is Verdict.UNTESTED
    store.ingest(failed(NEW, 9))
    assert verdicts(store, NOON + timedelta(minutes=5)) == [Verdict.FAIL] * 2
    assert verdicts(store, NOON + timedelta(minutes=1.5)) == [Verdict.UNTESTED] * 2


def test_any_other_import_leaves_them_untested_with_the_reason(store: Store) -> None:
    """A module of the user's is missing."""
    store.ingest([*ENVIRONMENTS, *imported(OLD, 1), *failed(NEW, 2, OWN)])
    judgement = cells(store)[TESTS[0], NEW]
    assert (judgement.verdict, judgement.exception) == (Verdict.UNTESTED, "ModuleNotFoundError")
    assert not store.evidence_of(NEW)


@pytest.mark.parametrize("raised", [GONE, OWN])
@pytest.mark.parametrize(
    ("bounds", "declared"),
    [
        ({"since": "2025.3.0", "until": "2026.7.9"}, False),
        ({"since": "2026.8.0", "until": "2026.8.0"}, True),
    ],
)
def test_a_test_declared_for_other_releases_is_not_applicable(
    store: Store, raised: RaisedException, bounds: dict[str, str], *, declared: bool
) -> None:
    """As it would be if the file were imported, now and as of then; the test beside it has no bounds."""
    usual = Verdict.FAIL if raised is GONE else Verdict.UNTESTED
    expected = [usual if declared else Verdict.NOT_APPLICABLE, usual]
    store.ingest([*ENVIRONMENTS, *imported(OLD, 1), bounded(2, **bounds), *failed(NEW, 3, raised)])
    assert verdicts(store) == expected
    assert bool(cells(store)[TESTS[0], NEW].exception) is declared
    store.ingest(failed(NEW, 9, raised))
    assert verdicts(store, NOON + timedelta(minutes=5)) == expected
    store.ingest(imported(NEW, 10))
    assert verdicts(store) == [Verdict.PASS] * 2


def test_bounds_that_come_after_the_failure_count_and_can_be_lifted(store: Store) -> None:
    """A reader that is up to date sees it too."""
    store.ingest([*ENVIRONMENTS, *imported(OLD, 1), *failed(NEW, 2)])
    for record, expected in (
        (bounded(3, until="2025.2.0"), Verdict.NOT_APPLICABLE),
        (bounded(4, until="2026.8.0"), Verdict.FAIL),
    ):
        known = store.current_contents()
        store.ingest([record])
        now = store.current_contents(known).matrix
        row = next(each for each in now.scenarios if each.id == TESTS[0])
        assert (now.cell(row, now.environments[1]).verdict, verdicts(store)) == (expected, [expected, Verdict.FAIL])


def test_another_version_of_the_file_says_nothing(store: Store) -> None:
    """Its tests may be others."""
    store.ingest([*ENVIRONMENTS, *imported(OLD, 1), *failed(NEW, 2, whole="another")])
    assert verdicts(store) == [Verdict.UNTESTED] * 2


def test_a_file_that_imports_later_has_the_verdicts_of_its_tests(store: Store) -> None:
    """As if it had always been imported."""
    store.ingest([*ENVIRONMENTS, *imported(OLD, 1), *failed(NEW, 2)])
    store.ingest(imported(NEW, 3))
    assert verdicts(store) == [Verdict.PASS] * 2
    assert cells(store)[TESTS[0], NEW].executions == 1


def test_a_failure_is_undone_without_a_new_result(store: Store) -> None:
    """The file imports, but its tests were deselected; a reader that is up to date sees it too."""
    store.ingest([*ENVIRONMENTS, *imported(OLD, 1), *failed(NEW, 2)])
    known = store.current_contents()
    store.ingest(imported(NEW, 3)[:3])
    assert verdicts(store) == [Verdict.UNTESTED] * 2
    now = store.current_contents(known).matrix
    assert [now.cell(row, now.environments[1]).verdict for row in now.scenarios if row.id in TESTS] == verdicts(store)


def test_a_changed_file_makes_the_failure_stale_or_undoes_it(store: Store) -> None:
    """A new version that imports in the older environment is not known to fail in the newer."""
    store.ingest([*ENVIRONMENTS, *imported(OLD, 1), *failed(NEW, 2)])
    known = store.current_contents()
    store.ingest(imported(OLD, 3, whole="file2", one="test2"))
    assert verdicts(store) == [Verdict.UNTESTED] * 2
    now = store.current_contents(known).matrix
    assert [now.cell(row, now.environments[1]).verdict for row in now.scenarios if row.id in TESTS] == verdicts(store)


HISTORIES: list[list[Record]] = [
    [*imported(OLD, 1), *failed(NEW, 2)],
    [*failed(NEW, 1), *imported(OLD, 2), *failed(NEW, 3, OWN)],
    [*failed(NEW, 1), *imported(OLD, 2, outcome="failed"), *imported(NEW, 3)],
    [*imported(OLD, 1), *failed(NEW, 2), *imported(OLD, 3, "file2", "test2"), *failed(NEW, 4, whole="file2")],
    [*imported(NEW, 1), *failed(NEW, 2), *imported(OLD, 3), *failed(OLD, 4)],
    [*imported(OLD, 1), *failed(NEW, 2), bounded(3, until="2025.2.0")],
    [*imported(OLD, 1), bounded(2, since="2027.1.0"), *failed(NEW, 3), bounded(4, since="2025.3.0")],
]


@pytest.fixture(scope="module")
def one_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Return a store for all examples: to make one takes longer than to fill it."""
    with Store.open(f"sqlite:///{tmp_path_factory.mktemp('one')}/matrix.sqlite") as opened:
        yield opened


@pytest.mark.slow
@given(st.data())
@settings(max_examples=10, deadline=None)
def test_the_verdicts_do_not_depend_on_the_order_of_the_records(
    one_store: Store, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Nor on how they are cut into batches; a rebuild gives the same."""
    every = [*ENVIRONMENTS, *data.draw(st.sampled_from(HISTORIES))]
    shuffled = data.draw(st.permutations(every))
    cut = data.draw(st.integers(0, len(every)))
    expected = _after(one_store, tmp_path_factory.mktemp("in-order"), every)
    assert _after(one_store, tmp_path_factory.mktemp("shuffled"), shuffled) == expected
    one_store.rebuild([])
    for batch in (shuffled[:cut], shuffled[cut:], shuffled[:2]):
        one_store.ingest(batch)
    assert cells(one_store) == expected


def _after(store: Store, folder: Path, batch: Sequence[Record]) -> dict[tuple[str, str], Judgement]:
    """Return the cells after a rebuild from these records."""
    (folder / "x.jsonl").write_bytes(b"".join(record.encode() for record in batch))
    store.rebuild(all_files(folder))
    return cells(store)
