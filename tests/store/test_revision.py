"""The revision is read without waiting, as soon as it changes."""

import pytest

from dask_matrix.domain.records.records import RunRecord
from dask_matrix.store.database import DatabaseUnreachable
from dask_matrix.store.store import Store
from tests.store.snapshots.test_snapshot import run


def taken(store: Store, name: str) -> int:
    """Put a record in; return the revision then."""
    record: RunRecord = run(name)
    store.ingest([record])
    return store.revision


def seen(store: Store) -> int | None:
    """Return what is seen at a glance; of PostgreSQL, which has to be waited for, nothing is, and the revision is asked for."""
    if store.engine.dialect.name == "sqlite":
        return store.revision_without_waiting()
    assert store.revision_without_waiting() is None
    return store.revision


def test_what_another_store_writes_is_seen_at_a_glance(url: str) -> None:
    """Each time, and as soon as it is committed."""
    with Store.open(url) as reading, Store.open(url) as writing:
        assert seen(reading) == reading.revision == 0
        for number in range(5):
            assert taken(writing, f"r{number}") == seen(reading) == reading.revision


def test_what_is_not_committed_is_not_seen(url: str) -> None:
    """A glance meanwhile waits for nobody."""
    with Store.open(url) as reading, Store.open(url) as writing:
        before = taken(writing, "r")
        with writing._writing() as session:
            session.flush()
            assert seen(reading) == before
        assert seen(reading) == before + 1


def test_a_glance_at_what_cannot_be_read_sees_nothing(url: str) -> None:
    """Whoever needs to know asks for the revision, and is told what is wrong."""
    with Store.open(url) as store:
        taken(store, "r")
        assert seen(store)
        with store.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE revision RENAME TO gone")
        assert store.revision_without_waiting() is None
        with pytest.raises(DatabaseUnreachable, match="revision"):
            store.revision  # noqa: B018 - it is read
        with store.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE gone RENAME TO revision")
        assert seen(store) == store.revision


def test_a_store_can_be_closed_twice(url: str) -> None:
    """And glanced at in between."""
    store = Store.open(url)
    for _ in range(2):
        assert seen(store) == 0
        store.close()
