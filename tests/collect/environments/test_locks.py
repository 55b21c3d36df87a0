"""A lock is resolved only once; only real conflicts are cached as refusals."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from dask_matrix.collect.environments.locks import FROM_SOURCE, LockCache, LockRequest
from dask_matrix.collect.index.settings import IndexSettings
from dask_matrix.collect.machine import uv
from dask_matrix.collect.machine.interpreters import Interpreter
from dask_matrix.domain.environments.environment import Lane

REQUEST = LockRequest(("dask==2025.2.0",), "3.11", "linux-x86_64", Lane.AS_RELEASED, "2025-02-14T10:40:00Z", None)
HERE = Interpreter(Path(sys.executable), "3.11.0")
LOCK = "dask==2025.2.0\n"


@pytest.fixture
def locks(tmp_path: Path) -> LockCache:
    """Return an empty lock cache."""
    return LockCache(tmp_path / "locks", IndexSettings("http://127.0.0.1:9/simple/", None, known_to_uv=True))


def fake_uv(monkeypatch: pytest.MonkeyPatch, folder: Path, script: str) -> None:
    """Replace uv with a shell script."""
    program = folder / "uv"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setattr(uv, "find_uv_bin", lambda: str(program))


def test_a_lock_is_resolved_once(locks: LockCache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second time it comes from the cache, without uv."""
    fake_uv(monkeypatch, tmp_path, "echo dask==2025.2.0")
    assert locks.resolve(REQUEST, HERE).text == LOCK
    fake_uv(monkeypatch, tmp_path, "exit 7")
    assert locks.resolve(REQUEST, HERE).text == LOCK


def test_a_conflict_is_cached_with_its_full_message(
    locks: LockCache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is permanent."""
    fake_uv(
        monkeypatch,
        tmp_path,
        "echo 'error: No solution found when resolving dependencies:' >&2; echo because >&2; exit 1",
    )
    refusal = locks.resolve(REQUEST, HERE).refusal
    assert refusal.splitlines()[1] == "because"
    cached = locks.cached(REQUEST)
    assert cached is not None
    assert cached.refusal == refusal


@pytest.mark.parametrize(
    "script",
    [
        "kill -INT $$",
        "kill -KILL $$",
        "exit 2",
        "echo 'error: Failed to fetch: `x`' >&2; exit 1",
        "echo quota >&2; exit 1",
    ],
)
def test_a_failure_of_uv_is_never_cached_as_a_refusal(
    locks: LockCache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    """Ctrl-C, out of memory, no network, no disk: the next run tries again."""
    fake_uv(monkeypatch, tmp_path, script)
    with pytest.raises(uv.UvFailed):
        locks.resolve(REQUEST, HERE)
    assert locks.cached(REQUEST) is None


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"lock": "gone", "refusal": ""}'])
def test_a_damaged_request_is_resolved_again(
    locks: LockCache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    """Not a traceback, and not an empty lock."""
    fake_uv(monkeypatch, tmp_path, "echo dask==2025.2.0")
    locks.resolve(REQUEST, HERE)
    (request,) = (tmp_path / "locks" / "requests").iterdir()
    request.write_text(damage)
    assert locks.cached(REQUEST) is None
    assert locks.resolve(REQUEST, HERE).text == LOCK


def test_a_damaged_lock_is_resolved_again(locks: LockCache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its name is the hash of its content."""
    fake_uv(monkeypatch, tmp_path, "echo dask==2025.2.0")
    locks.resolve(REQUEST, HERE)
    (lock,) = (tmp_path / "locks").glob("*.txt")
    lock.write_text("dask==1\n")
    assert locks.cached(REQUEST) is None
    assert locks.resolve(REQUEST, HERE).text == LOCK == lock.read_text()


def test_uv_does_not_inherit_our_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor do processes in a target environment."""
    for name in ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "DASK_DISTRIBUTED__X", "VIRTUAL_ENV", "PYTEST_ADDOPTS"):
        monkeypatch.setenv(name, "1")
    fake_uv(monkeypatch, tmp_path, "env")
    output = uv.call(IndexSettings("https://own.invalid", "/own.pem", known_to_uv=False)).output
    assert not [line for line in output.splitlines() if line.startswith(("PYTHON", "DASK_", "VIRTUAL_ENV", "PYTEST"))]
    assert "UV_DEFAULT_INDEX=https://own.invalid" in output


def test_the_request_contains_everything_that_a_lock_depends_on() -> None:
    """Another Python, platform, lane, cut-off, day or requirement makes another request."""
    others = [
        LockRequest((*REQUEST.requirements, "numpy"), REQUEST.python, REQUEST.platform, REQUEST.lane, REQUEST.cutoff, None),
        *(LockRequest(**(vars(REQUEST) | change)) for change in (
            {"python": "3.12"}, {"platform": "darwin-arm64"}, {"lane": Lane.LATEST}, {"cutoff": None}, {"day": "2025-01-01"},
        )),
    ]  # fmt: skip
    assert len({REQUEST.name, *(each.name for each in others)}) == len(others) + 1


def test_a_lock_states_what_may_be_built_from_source(
    locks: LockCache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """uv writes it only if something may be built."""
    fake_uv(monkeypatch, tmp_path, "echo $@; cat")
    request = LockRequest(**(vars(REQUEST) | {"requirements": ("zarr", f"{FROM_SOURCE} asciitree")}))
    built = locks.resolve(request, HERE).text
    assert "--emit-build-options" in built
    assert built.endswith("zarr\n--no-binary asciitree")
    assert "--emit-build-options" not in locks.resolve(REQUEST, HERE).text
