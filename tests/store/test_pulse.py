"""The revision is read at a glance, and no later than it changes."""

from pathlib import Path

import pytest

from service.domain.records import RunRecord
from service.store.store import Store

from .test_snapshot import run


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Return the address of a database that is not there yet."""
    return f"sqlite:///{tmp_path / 'matrix.sqlite'}"


def taken(store: Store, name: str) -> int:
    """Put a record in; return the revision then."""
    record: RunRecord = run(name)
    store.take([record])
    return store.revision


def test_what_another_store_writes_is_seen_at_a_glance(url: str) -> None:
    """Each time, and as soon as it is committed."""
    with Store.open(url) as reading, Store.open(url) as writing:
        assert reading.glance() == reading.revision == 0
        for number in range(5):
            assert taken(writing, f"r{number}") == reading.glance() == reading.revision


def test_what_is_not_committed_is_not_seen(url: str) -> None:
    """A glance meanwhile waits for nobody."""
    with Store.open(url) as reading, Store.open(url) as writing:
        before = taken(writing, "r")
        with writing._writing() as session:
            session.flush()
            assert reading.glance() == before
        assert reading.glance() == before + 1


def test_a_glance_at_what_cannot_be_read_sees_nothing(url: str) -> None:
    """Whoever needs to know asks for the revision, and is told what is wrong."""
    with Store.open(url) as store:
        taken(store, "r")
        assert store.glance()
        with store.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE revision RENAME TO gone")
        assert store.glance() is None
        with store.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE gone RENAME TO revision")
        assert store.glance() == store.revision


def test_a_store_can_be_closed_twice(url: str) -> None:
    """And glanced at in between."""
    store = Store.open(url)
    for _ in range(2):
        assert store.glance() == 0
        store.close()
