"""A full disk is an accident of this machine: a sentence, no refusal, and all is well when there is room again."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from dask_matrix.collect.environments.installation import install
from dask_matrix.collect.environments.locks import LockCache, LockRequest
from dask_matrix.collect.index.index import Index
from dask_matrix.collect.index.settings import IndexSettings
from dask_matrix.collect.machine.interpreters import Interpreter
from dask_matrix.collect.machine.uv import UvFailed
from dask_matrix.domain.environments.environment import Lane
from tests.conftest import mounted_disk

from ..captive_index import captive_index

CUTOFF = "2025-02-14T10:00:00Z"
REQUEST = LockRequest(("dask==2025.2.0",), "3.11", "linux-x86_64", Lane.AS_RELEASED, CUTOFF, None)


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a folder on a disk of its own with hardly any room, where such a disk can be made."""
    with mounted_disk(tmp_path / "disk", "16k") as folder:
        yield folder


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[IndexSettings]:
    """Return the settings of an index that answers."""
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv-cache"))
    with captive_index() as index:
        monkeypatch.setenv("UV_DEFAULT_INDEX", index.url)
        yield IndexSettings(index.url, None, known_to_uv=True)


def test_a_full_cache_of_uv_is_no_refusal(
    full_disk: Path, settings: IndexSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing about the release is kept."""
    monkeypatch.setenv("UV_CACHE_DIR", str(full_disk / "uv"))
    locks = LockCache(tmp_path / "locks", settings)
    with pytest.raises(UvFailed, match="No space left on device"):
        locks.resolve(REQUEST, Interpreter(Path(sys.executable), "3.11"))
    assert locks.cached(REQUEST) is None


def test_an_environment_that_found_no_room_installs_later(
    full_disk: Path, settings: IndexSettings, tmp_path: Path
) -> None:
    """Though uv does not clear what it left of it."""
    folder, lock = full_disk / "environment", tmp_path / "lock.txt"
    lock.write_text("dask==2025.2.0\n")
    for _ in range(2):
        with pytest.raises(UvFailed, match="No space left on device"):
            install(folder, lock, Path(sys.executable), settings)
    subprocess.run(["mount", "-o", "remount,size=64m", str(full_disk)], check=True)
    assert install(folder, lock, Path(sys.executable), settings).made


def test_an_index_that_cannot_be_cached_is_used(full_disk: Path, settings: IndexSettings) -> None:
    """With a note."""
    with (full_disk / "filler").open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"x" * 512)
    index = Index(settings, full_disk / "index")
    assert [str(each) for each in index.releases()] == ["2025.1.0", "2025.2.0"]
    assert "No space left on device" in index.notes[0]
