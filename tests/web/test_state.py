"""What answers depend on is told at once, unless something came in."""

import gc
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from dask_matrix.domain.records.records import ResultRecord, RunRecord
from dask_matrix.store.store import Store
from dask_matrix.web import state
from dask_matrix.web.reader import LIVE_FOR, Reader
from dask_matrix.web.state import State

from .conftest import OLD, ROW


@pytest.fixture
def url(filled: Path, tmp_path: Path) -> str:
    """Return the address of a store of two rows and three columns."""
    return f"sqlite:///{shutil.copy(filled, tmp_path)}"


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """Return that store."""
    with Store.open(url) as opened:
        yield opened


def write(url: str, at: datetime) -> None:
    """Let another store take a result."""
    record = ResultRecord(
        id=f"q{at.timestamp()}", run="r", at=at, environment=OLD, scenario=ROW, fingerprint="f", outcome="passed",
        phase="call", seconds=0.1, started=at,
    )  # fmt: skip
    with Store.open(url) as other:
        other.ingest([record])


@pytest.mark.slow
def test_the_state_is_told_at_once_until_something_comes_in(store: Store, url: str) -> None:
    """Then it has to be read, and is another one."""
    found = State(Reader(store))
    assert found.cached() is None
    for number in range(1, 4):
        before = found.current()
        assert found.cached() == before
        write(url, datetime(2025, 5, number, tzinfo=UTC))
        assert found.cached() is None
        assert found.current() != before


def test_another_day_makes_another_state(store: Store) -> None:
    """Pages tell ages."""
    days = [date(2025, 5, 1)]
    found = State(Reader(store, day=lambda: days[-1]))
    before = found.current()
    assert found.current() == before
    days.append(date(2025, 5, 2))
    assert found.current() != before


def test_results_that_are_just_coming_in_make_another_state(store: Store, url: str) -> None:
    """A page says so, and is another one when they have ceased."""
    write(url, datetime.now(UTC))
    found = State(Reader(store))
    found.current()
    assert found._last is not None
    assert sum(datetime.now(UTC) < each for each in found._last.idle_at) == 1
    later = replace(found._last, idle_at=tuple(each - LIVE_FOR for each in found._last.idle_at))
    assert found._text(later) != found._text(found._last)


def test_a_run_that_has_no_result_yet_makes_another_state_when_it_is_given_up(store: Store, url: str) -> None:
    """Its page says that it goes on, and no longer."""
    now = datetime.now(UTC)
    with Store.open(url) as other:
        other.ingest([RunRecord(id="new", run="new", at=now, who="me", host="here", scenario_set="s", tool="0")])
    found = State(Reader(store))
    found.current()
    assert found._last is not None
    assert max(found._last.idle_at) == now + LIVE_FOR


def test_what_is_fixed_is_part_of_the_state(store: Store) -> None:
    """Another version of the pages has other tags."""
    assert State(Reader(store), "one").current() != State(Reader(store), "two").current()


@pytest.mark.slow
def test_the_collector_passes_over_a_large_store(store: Store, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """From when it is read, and again when it has doubled; a small one is left to it."""
    State(Reader(store)).current()
    assert gc.get_freeze_count() == 0
    monkeypatch.setattr(state, "MIN_RESULTS_TO_FREEZE", 2)
    try:
        found = State(Reader(store))
        found.current()
        first = gc.get_freeze_count()
        assert first > 0
        gc.unfreeze()
        write(url, datetime(2025, 5, 1, tzinfo=UTC))
        found.current()
        assert gc.get_freeze_count() == 0
        write(url, datetime(2025, 5, 2, tzinfo=UTC))
        found.current()
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()
