"""A lock is resolved once, ever; a refusal is kept only when it is one."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from dask_matrix.collect.environments.locks import FROM_SOURCE, LockRequest, Locks
from dask_matrix.collect.index.settings import IndexSettings
from dask_matrix.collect.machine import uv
from dask_matrix.collect.machine.interpreters import Interpreter
from dask_matrix.domain.environments.environment import Lane

ASKED = LockRequest(("dask==2025.2.0",), "3.11", "linux-x86_64", Lane.AS_RELEASED, "2025-02-14T10:40:00Z", None)
HERE = Interpreter(Path(sys.executable), "3.11.0")
LOCK = "dask==2025.2.0\n"


@pytest.fixture
def locks(tmp_path: Path) -> Locks:
    """Return an empty folder of locks."""
    return Locks(tmp_path / "locks", IndexSettings("http://127.0.0.1:9/simple/", None, known_to_uv=True))


def uv_is(monkeypatch: pytest.MonkeyPatch, folder: Path, script: str) -> None:
    """Let another program stand in for uv."""
    program = folder / "uv"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setattr(uv, "find_uv_bin", lambda: str(program))


def test_a_lock_is_resolved_once_and_kept_by_content(
    locks: Locks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks again gets the same, without uv."""
    uv_is(monkeypatch, tmp_path, "echo dask==2025.2.0")
    assert locks.resolve(ASKED, HERE).text == LOCK
    uv_is(monkeypatch, tmp_path, "exit 7")
    assert locks.resolve(ASKED, HERE).text == LOCK


def test_a_contradiction_is_kept_in_full(locks: Locks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It will not go away."""
    uv_is(
        monkeypatch,
        tmp_path,
        "echo 'error: No solution found when resolving dependencies:' >&2; echo because >&2; exit 1",
    )
    refusal = locks.resolve(ASKED, HERE).refusal
    assert refusal.splitlines()[1] == "because"
    kept = locks.kept(ASKED)
    assert kept is not None
    assert kept.refusal == refusal


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
def test_an_accident_of_uvs_is_never_kept_as_a_refusal(
    locks: Locks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    """Ctrl-C, out of memory, no network, no disk: the next run asks again."""
    uv_is(monkeypatch, tmp_path, script)
    with pytest.raises(uv.UvTrouble):
        locks.resolve(ASKED, HERE)
    assert locks.kept(ASKED) is None


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"lock": "gone", "refusal": ""}'])
def test_a_damaged_answer_is_asked_for_again(
    locks: Locks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    """Not a traceback, and not an empty lock."""
    uv_is(monkeypatch, tmp_path, "echo dask==2025.2.0")
    locks.resolve(ASKED, HERE)
    (request,) = (tmp_path / "locks" / "requests").iterdir()
    request.write_text(damage)
    assert locks.kept(ASKED) is None
    assert locks.resolve(ASKED, HERE).text == LOCK


def test_a_damaged_lock_is_resolved_again(locks: Locks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its name is the hash of its content."""
    uv_is(monkeypatch, tmp_path, "echo dask==2025.2.0")
    locks.resolve(ASKED, HERE)
    (lock,) = (tmp_path / "locks").glob("*.txt")
    lock.write_text("dask==1\n")
    assert locks.kept(ASKED) is None
    assert locks.resolve(ASKED, HERE).text == LOCK == lock.read_text()


def test_uv_sees_none_of_our_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does what runs in a target environment."""
    for name in ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "DASK_DISTRIBUTED__X", "VIRTUAL_ENV", "PYTEST_ADDOPTS"):
        monkeypatch.setenv(name, "1")
    uv_is(monkeypatch, tmp_path, "env")
    seen = uv.call(IndexSettings("https://own.invalid", "/own.pem", known_to_uv=False)).output
    assert not [line for line in seen.splitlines() if line.startswith(("PYTHON", "DASK_", "VIRTUAL_ENV", "PYTEST"))]
    assert "UV_DEFAULT_INDEX=https://own.invalid" in seen


def test_the_request_says_everything_that_the_answer_depends_on() -> None:
    """Another Python, platform, lane, cut-off, day or requirement is another request."""
    others = [
        LockRequest((*ASKED.requirements, "numpy"), ASKED.python, ASKED.platform, ASKED.lane, ASKED.cutoff, None),
        *(LockRequest(**(vars(ASKED) | change)) for change in (
            {"python": "3.12"}, {"platform": "darwin-arm64"}, {"lane": Lane.LATEST}, {"cutoff": None}, {"day": "2025-01-01"},
        )),
    ]  # fmt: skip
    assert len({ASKED.name, *(each.name for each in others)}) == len(others) + 1


def test_a_lock_says_itself_what_may_be_built_from_source(
    locks: Locks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """uv is asked to write it down, and only where something may."""
    uv_is(monkeypatch, tmp_path, "echo $@; cat")
    asked = LockRequest(**(vars(ASKED) | {"requirements": ("zarr", f"{FROM_SOURCE} asciitree")}))
    built = locks.resolve(asked, HERE).text
    assert "--emit-build-options" in built
    assert built.endswith("zarr\n--no-binary asciitree")
    assert "--emit-build-options" not in locks.resolve(ASKED, HERE).text
