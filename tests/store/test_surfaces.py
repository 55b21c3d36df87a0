"""Surfaces are kept once by content, each environment has its newest, and a cached file tells the same as the records."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dask_matrix.domain.records.records import EnvironmentRecord, ObservationRecord, Record, SurfaceRecord
from dask_matrix.domain.surface.names import known_history
from dask_matrix.store.store import Store
from tests.record_lines import ENVIRONMENT, HEAD, NEW, OLD, SURFACE

from .conftest import rebuild_from

NOON = datetime(2025, 4, 22, 12, tzinfo=UTC)


def environment(key: str, release: str, minute: int = 0) -> EnvironmentRecord:
    """Return an environment of a release."""
    fields = HEAD | ENVIRONMENT | {"id": f"e{key[0]}{minute}", "key": key, "release": release}
    return EnvironmentRecord.model_validate(fields | {"at": NOON + timedelta(minutes=minute)})


def surface(identity: str, **content: Any) -> SurfaceRecord:
    """Return a surface with some parts of its own."""
    return SurfaceRecord.model_validate(HEAD | {"kind": "surface", "id": identity, "content": SURFACE | content})


def observation(key: str, identity: str, minute: int = 0, config: str = "", version: int = 1) -> ObservationRecord:
    """Return which surface an environment has."""
    return ObservationRecord(
        id=f"o{key[0]}{identity}{minute}{len(config)}", run="r", at=NOON + timedelta(minutes=minute), environment=key,
        surface=identity, config=config, version=version, seconds=2,
    )  # fmt: skip


WITHOUT_DELAYED = {"modules": {"dask": {"names": {}, "package": True}}, "objects": {}}
BATCH: list[Record] = [
    environment(OLD, "2025.2.0"),
    environment(NEW, "2025.4.0"),
    surface("s1"),
    surface("s2", **WITHOUT_DELAYED),
    observation(OLD, "s1"),
    observation(NEW, "s2"),
]


def told(store: Store, cache: Path, name: str = "dask.delayed") -> list[tuple[str, bool]]:
    """Return each stretch of a name: its first release, and whether the name is there."""
    history = known_history(store.surface_timeline(cache), name)
    return [(each.columns[0].label, each.name is not None) for each in history.stretches]


@pytest.mark.parametrize("order", [1, -1])
def test_each_environment_has_the_surface_that_was_observed_in_it(store: Store, tmp_path: Path, order: int) -> None:
    """Whatever comes first."""
    store.ingest(BATCH[::order])
    assert told(store, tmp_path) == [("2025.2.0", True), ("2025.4.0", False)]


def test_a_rebuilt_database_tells_the_same(url: str, tmp_path: Path) -> None:
    """The records are the truth."""
    rebuild_from(url, tmp_path / "records", BATCH)
    with Store.open(url) as store:
        assert told(store, tmp_path / "cache") == [("2025.2.0", True), ("2025.4.0", False)]


def test_the_newest_observation_counts(store: Store, tmp_path: Path) -> None:
    """Also in a cache that was made before."""
    store.ingest(BATCH)
    assert len(told(store, tmp_path)) == 2
    store.ingest([observation(NEW, "s1", minute=2), observation(NEW, "s2", minute=1)])
    assert told(store, tmp_path) == [("2025.2.0", True)]


def test_a_surface_comes_back_whole_from_the_cache(store: Store, tmp_path: Path) -> None:
    """Made once, then read."""
    store.ingest(BATCH)
    for _ in range(2):
        content = store.surface_timeline(tmp_path).surface(0).content
        assert json.loads(json.dumps(content)) == SURFACE


def test_an_environment_is_observed_once_per_version_of_the_observing_code(store: Store) -> None:
    """A later version sees more."""
    store.ingest(BATCH)
    assert store.is_observed(OLD, 1)
    assert not store.is_observed(OLD, 2)
    assert not store.is_observed("5" * 16, 1)


def test_surfaces_with_other_settings_are_columns_of_their_own(store: Store, tmp_path: Path) -> None:
    """Beside that of the settings as they are."""
    store.ingest([*BATCH, observation(OLD, "s2", config="dataframe.query-planning=False")])
    labels = [each.label for each in store.surface_timeline(tmp_path).columns]
    assert labels == ["2025.2.0", "2025.2.0 (dataframe.query-planning=False)", "2025.4.0"]


def test_an_observation_without_its_surface_costs_nothing_else(store: Store, tmp_path: Path) -> None:
    """The record of the surface may have been rejected."""
    store.ingest([each for each in BATCH if each.id != "s2"])
    assert told(store, tmp_path) == [("2025.2.0", True)]


@pytest.mark.parametrize("content", [b"", b"no database", None])
def test_a_damaged_cache_is_made_again(store: Store, tmp_path: Path, content: bytes | None) -> None:
    """As is one that was cut off."""
    store.ingest(BATCH)
    expected = told(store, tmp_path / "cache")
    (path,) = (tmp_path / "cache").glob("*.sqlite")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2] if content is None else content)
    assert told(store, tmp_path / "cache") == expected
    assert told(store, tmp_path / "cache") == expected


def test_without_a_usable_cache_the_answer_is_only_slower(store: Store, tmp_path: Path) -> None:
    """A file stands in the place of its folder."""
    store.ingest(BATCH)
    (tmp_path / "cache").write_text("")
    assert told(store, tmp_path / "cache") == [("2025.2.0", True), ("2025.4.0", False)]
