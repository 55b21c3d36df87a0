"""What is kept of a store follows it at each change, for many requests at once."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Barrier, Event

import pytest
from packaging.specifiers import SpecifierSet
from sqlalchemy import event

from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.domain.records.records import ResultRecord
from dask_matrix.domain.upgrades.answer import Question
from dask_matrix.domain.upgrades.context import Context
from dask_matrix.domain.verdicts.known_failures import KnownFailure
from dask_matrix.store.store import Store
from dask_matrix.web.reader import Reader
from dask_matrix.web.state import State

from .conftest import NEW, NOON, ODD, OLD, ROW

ENTRY = KnownFailure(ROW, SpecifierSet(">=2025.4"), "https://example.org/1", "so", date(2099, 1, 1))
WARNING = {"category": "DeprecationWarning", "message": "it goes", "where": "x.py:1"}
MANY = 8


@pytest.fixture
def store(filled: Path, tmp_path: Path) -> Iterator[Store]:
    """Return a store of two rows and three columns, the last of them refused."""
    with Store.open(f"sqlite:///{shutil.copy(filled, tmp_path)}") as opened:
        yield opened


def result(number: int, outcome: str = "passed", name: str = ROW, key: str = OLD, **more: object) -> ResultRecord:
    """Return a result, recorded that many minutes after 14:00; the store's own are all from before 13:00."""
    at = NOON + timedelta(hours=2, minutes=number)
    return ResultRecord.model_validate({
        "id": f"n{number}", "run": "r", "at": at, "environment": key, "scenario": name, "fingerprint": "f",
        "outcome": outcome, "phase": "call", "seconds": 1.0, "started": at, **more,
    })  # fmt: skip


def test_what_is_kept_answers_like_what_is_read_anew(store: Store) -> None:
    """Matrix, strips, marks, upgrades, warnings and counts, after each batch."""
    reader = Reader(store, Context((ENTRY,)))
    question = Question(start="2025.2.0", target="2025.4.0")
    batches = [
        [result(1, name=ODD)],
        [result(2, name=ODD, key=NEW, warnings=[WARNING])],
        [],
        [result(3, "failed", ODD, OLD), result(4, "skipped", ROW, NEW)],
        [result(5, name="never/described")],
    ]
    for batch in batches:
        store.ingest(batch)
        anew = Reader(store, Context((ENTRY,)))
        assert reader.matrix() == anew.matrix()
        assert reader.encoded_rows() == anew.encoded_rows()
        assert reader.upgrade(question) == anew.upgrade(question)
        assert (reader.freshness(), State(reader).current()) == (anew.freshness(), State(anew).current())


def test_only_the_rows_that_changed_are_drawn_again(store: Store) -> None:
    """The strips of the others are handed on, also past readings that drew nothing."""
    reader = Reader(store)
    first = reader.encoded_rows()
    store.ingest([result(1, "failed", ODD)])
    assert reader.current().changed == {ODD}
    store.ingest([result(2, "failed", ODD, NEW)])
    assert reader.current().drawn == {ROW: first.rows[ROW]}
    assert reader.encoded_rows().rows[ROW] is first.rows[ROW]
    assert reader.encoded_rows().rows[ODD] != first.rows[ODD]


def test_another_day_leaves_nothing_that_may_be_taken_for_unchanged(store: Store) -> None:
    """An entry of known.toml expires, and no verdict has changed."""
    days = [date(2098, 12, 31)]
    reader = Reader(store, Context((ENTRY,)), lambda: days[-1])
    before = reader.encoded_rows()
    days.append(date(2099, 1, 1))
    assert reader.current().changed is None
    assert reader.encoded_rows().rows[ROW] != before.rows[ROW]


def test_of_many_requests_at_once_one_reads_and_the_others_wait_for_it(store: Store) -> None:
    """At the first one and at each change."""
    asked: list[str] = []

    def note(*arguments: object) -> None:
        if "FROM verdicts" in str(arguments[2]):
            asked.append(str(arguments[2]))

    event.listen(store.engine, "before_cursor_execute", note)
    reader, barrier = Reader(store), Barrier(MANY)

    def ask(_: int) -> object:
        barrier.wait()
        return reader.matrix()

    with ThreadPoolExecutor(MANY) as pool:
        for number in range(3):
            store.ingest([result(number)])
            asked.clear()
            found = list(pool.map(ask, range(MANY)))
            assert all(each is found[0] for each in found)
            assert len(asked) == 1


@pytest.mark.slow
def test_no_request_ever_sees_half_a_batch(store: Store) -> None:
    """Each batch executes both rows once: whoever reads sees them executed equally often, and never less than before."""
    store.ingest([result(1, name=ODD)])
    reader, ended = Reader(store), Event()

    def write() -> None:
        for number in range(2, 42, 2):
            store.ingest([result(number), result(number + 1, name=ODD)])
        ended.set()

    def read() -> list[tuple[int, int, int]]:
        seen = []
        while not ended.is_set():
            cells, present = reader.matrix().cells, reader.current()
            seen.append((cells[ROW, OLD].executions, cells[ODD, OLD].executions, present.revision))
        return seen

    with ThreadPoolExecutor(3) as pool:
        readings = [pool.submit(read), pool.submit(read)]
        pool.submit(write).result()
        for each in readings:
            seen = each.result()
            assert seen == sorted(seen)
            assert {one - other for one, other, _ in seen} <= {0}
    assert reader.matrix().cells[ROW, OLD].executions == 21


def test_a_moment_is_read_once_and_follows_what_comes_late(store: Store) -> None:
    """What is recorded after it leaves all that was made of it in place."""
    reader, at = Reader(store), NOON + timedelta(hours=2, minutes=10.5)
    store.ingest([result(10)])
    first, drawn = reader.matrix(at), reader.encoded_rows(at)
    store.ingest([result(20, "failed")])
    assert reader.matrix(at) is first
    assert reader.encoded_rows(at) is drawn
    store.ingest([result(5, "failed")])
    assert reader.matrix(at).cells[ROW, OLD].verdict is Verdict.FLAKY
    assert reader.encoded_rows(at) != drawn
    assert reader.matrix(at) == Reader(store).matrix(at)


def test_a_moment_that_lies_ahead_is_the_present(store: Store) -> None:
    """As long as it does."""
    reader, ahead = Reader(store), datetime.now(UTC) + timedelta(days=365)
    assert reader.matrix(ahead) == reader.matrix()
    store.ingest([result(1, "failed")])
    assert reader.matrix(ahead) == reader.matrix()


def test_any_number_of_moments_may_be_asked_for(store: Store) -> None:
    """Also more than are kept; in whatever time zone."""
    reader = Reader(store)
    moments = [NOON + timedelta(minutes=each) for each in range(12)]
    for _ in range(2):
        for at in moments:
            assert reader.matrix(at) == store.matrix(at)
            assert reader.matrix(at.astimezone()) == store.matrix(at)
