"""The newest installation of an environment counts, whatever the order of ingestion."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dask_matrix.domain.records.installation import Installation
from dask_matrix.domain.records.records import InstallationRecord, Record
from dask_matrix.store.store import Store

from .conftest import rebuild_from

NOON = datetime(2025, 4, 22, 12, tzinfo=UTC)
ONE, TWO = "0" * 16, "1" * 16


def installation(number: int, key: str = ONE, log: str = "") -> InstallationRecord:
    """Return an installation some minutes after noon."""
    return InstallationRecord(
        id=f"i{number}{key[0]}{log}", run=f"r{number}", at=NOON + timedelta(minutes=number), environment=key,
        log=log or f"Installed {number} packages", seconds=number,
    )  # fmt: skip


def told(number: int) -> Installation:
    """Return what a store tells of it."""
    return Installation(NOON + timedelta(minutes=number), f"r{number}", f"Installed {number} packages", number)


BATCH: list[Record] = [installation(1), installation(3), installation(2), installation(1)]


@pytest.mark.parametrize("batch", list(itertools.permutations(BATCH)))
def test_the_newest_installation_is_told_in_whatever_order_they_come(store: Store, batch: tuple[Record, ...]) -> None:
    """Each counts once."""
    taken = [store.ingest([record]) for record in batch]
    assert sum(each.duplicates for each in taken) == 1
    assert store.installation(ONE) == told(3)


@pytest.mark.parametrize("logs", list(itertools.permutations("abc")))
def test_of_installations_of_one_moment_the_same_is_told(store: Store, logs: tuple[str, ...]) -> None:
    """Also where clocks do not tell them apart."""
    for log in logs:
        store.ingest([installation(1, log=log)])
    found = store.installation(ONE)
    assert found is not None
    assert found.log == "c"


def test_an_installation_is_told_as_of_a_moment(store: Store) -> None:
    """Nothing that was recorded later shows."""
    store.ingest(BATCH)
    assert store.installation(ONE, NOON) is None
    for number in (1, 2, 3):
        assert store.installation(ONE, NOON + timedelta(minutes=number, seconds=1)) == told(number)


def test_an_installation_is_of_its_own_environment(store: Store) -> None:
    """Of the others nothing is known."""
    store.ingest([installation(1), installation(2, TWO)])
    assert (store.installation(ONE), store.installation(TWO)) == (told(1), told(2))
    assert store.installation("2" * 16) is None


def test_installations_are_made_again_from_the_record_files(url: str, tmp_path: Path) -> None:
    """Like all that a store answers."""
    rebuild_from(url, tmp_path / "records", BATCH)
    with Store.open(url) as store:
        assert store.installation(ONE) == told(3)
