"""Queries for executions and their warnings, up to a moment, use indexes."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event

from dask_matrix.domain.records.records import EnvironmentRecord, ResultRecord, ScenarioRecord
from dask_matrix.store.store import Store
from tests.store.conftest import plan_for_results

NOON = datetime(2025, 4, 22, 12, tzinfo=UTC)
KEYS = ["0" * 16, "1" * 16, "2" * 16]
ROWS = ["a/one", "a/two"]
WARNS = [{"category": "FutureWarning", "message": "goes away", "where": "a.py:1", "count": 1}]


def after(minutes: int) -> datetime:
    """Return a moment."""
    return NOON + timedelta(minutes=minutes)


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """Return a store in which each cell is executed twice, an hour apart: first it passes, then every other one fails."""
    with Store.open(url) as opened:
        opened.ingest(
            EnvironmentRecord(
                id=f"e{key[0]}", run="r", at=after(number), key=key, release=f"2025.{number + 1}.0", python="3.11",
                lane="as-released", platform="linux", lock=f"dask=={number}\n",
            )
            for number, key in enumerate(KEYS)
        )  # fmt: skip
        opened.ingest(
            ScenarioRecord(id=row.replace("/", "-"), run="r", at=NOON, scenario=row, title=row, file="f.py", function="t", fingerprint="f")
            for row in ROWS
        )  # fmt: skip
        for number, (row, key) in enumerate((row, key) for row in ROWS for key in KEYS):
            outcomes = ["passed", "failed" if number % 2 else "passed"]
            opened.ingest(
                ResultRecord(
                    id=f"q{number}-{hour}", run="r", at=after(10 + number + 60 * hour), environment=key, scenario=row,
                    fingerprint="f", outcome=outcome, phase="call", seconds=1.0, started=NOON, warnings=WARNS if hour else [],
                )
                for hour, outcome in enumerate(outcomes)
            )  # fmt: skip
        yield opened


def test_executions_are_those_of_one_scenario_up_to_a_moment(store: Store) -> None:
    """By environment."""
    found = store.executions(ROWS[0])
    assert {key: len(each) for key, each in found.items()} == dict.fromkeys(KEYS, 2)
    assert {key: len(each) for key, each in store.executions(ROWS[0], after(30)).items()} == dict.fromkeys(KEYS, 1)
    assert store.executions("a/none") == {}


def test_results_of_a_cell_are_those_up_to_a_moment(store: Store) -> None:
    """Newest first, as without one."""
    assert len(store.results(ROWS[0], KEYS[0])) == 2
    assert [each.id for each in store.results(ROWS[0], KEYS[0], after(30))] == ["q0-0"]


def test_warnings_are_those_of_the_results_asked_for(store: Store) -> None:
    """Where they gave any."""
    found = store.warnings_of(["q0-1", "q3-0"])
    assert {name: [each.message for each in given] for name, given in found.items()} == {ROWS[0]: ["goes away"]}
    assert store.warnings_of([]) == {}


def test_nothing_is_found_by_looking_at_all_results(store: Store) -> None:
    """The index of results by cell serves: the cost follows from what is asked, not from all there is."""
    asked: list[tuple[str, object]] = []
    event.listen(store.engine, "before_cursor_execute", lambda *told: asked.append((told[2], told[3])))
    store.executions(ROWS[0])
    store.warnings_of(["q0-1"])
    queries = [each for each in asked if "FROM results" in each[0]]
    assert len(queries) == 2
    with store.engine.connect() as connection:
        for text, values in queries:
            told = plan_for_results(connection, text, values)
            assert told
            assert all(each.startswith(("SEARCH results", "Index Scan using results_")) for each in told), told
