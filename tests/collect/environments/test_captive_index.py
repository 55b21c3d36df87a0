"""What answers in place of the index says nothing about a release: it is no refusal, and nothing of it is kept."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dask_matrix.collect.environments.installation import InstallRefused, install
from dask_matrix.collect.environments.locks import LockCache, LockRequest
from dask_matrix.collect.index.index import Index, IndexUnreachable
from dask_matrix.collect.index.settings import IndexSettings
from dask_matrix.collect.machine.interpreters import Interpreter
from dask_matrix.collect.machine.uv import UvFailed
from dask_matrix.domain.environments.environment import Lane

from ..captive_index import HTML, IMPOSTORS, PORTAL, Answer, CaptiveIndex, captive_index

HERE = Interpreter(Path(sys.executable), "3.11.0")
PINNED = ("dask[array]==2025.2.0", "distributed==2025.2.0")


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[CaptiveIndex]:
    """Return an index that answers as it should; uv keeps nothing of it for other tests."""
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv-cache"))
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    with captive_index() as served:
        monkeypatch.setenv("UV_DEFAULT_INDEX", served.url)
        yield served


def settings(index: CaptiveIndex) -> IndexSettings:
    """Return settings that name the index."""
    return IndexSettings(index.url, None, known_to_uv=True)


def request(*requirements: str, cutoff: str = "2025-02-14T10:00:00Z") -> LockRequest:
    """Return a request of a lock."""
    return LockRequest(requirements or PINNED, "3.11", "linux-x86_64", Lane.AS_RELEASED, cutoff, None)


@pytest.mark.parametrize("impostor", IMPOSTORS.values(), ids=IMPOSTORS)
def test_what_answers_in_place_of_the_index_has_no_releases(
    index: CaptiveIndex, tmp_path: Path, impostor: Answer
) -> None:
    """It is not the index, so the list of releases is unknown and not empty."""
    index.impostors["dask"] = impostor
    with pytest.raises(IndexUnreachable, match="Cannot get dask from the package index"):
        Index(settings(index), tmp_path).releases()
    assert not list(tmp_path.rglob("dask.json"))


@pytest.mark.parametrize("whose", ["dask", "numpy"])
@pytest.mark.parametrize("impostor", IMPOSTORS.values(), ids=IMPOSTORS)
def test_what_answers_in_place_of_the_index_is_no_refusal(
    index: CaptiveIndex, tmp_path: Path, impostor: Answer, whose: str
) -> None:
    """Neither for the release nor for what it requires: the next run asks again, unless uv found the files in it."""
    index.impostors[whose] = impostor
    locks = LockCache(tmp_path / "locks", settings(index))
    try:
        assert locks.resolve(request(), HERE).text.splitlines()[0] == "dask==2025.2.0"
    except UvFailed:
        assert locks.cached(request()) is None


@pytest.mark.parametrize(
    ("requirements", "cutoff", "words"),
    [
        ((*PINNED, "numpy<1.24"), "2025-02-14T10:00:00Z", "you require numpy<1.24"),
        (("dask==2024.1.0",), "2025-02-14T10:00:00Z", "there is no version of dask==2024.1.0"),
        (PINNED, "2025-02-13T09:00:00Z", "there is no version of"),
        (("dask==2025.1.0", "distributed==2025.2.0"), "2025-02-14T10:00:00Z", "depends on dask==2025.2.0"),
    ],
)
def test_what_the_index_itself_says_is_a_refusal(
    index: CaptiveIndex, tmp_path: Path, requirements: tuple[str, ...], cutoff: str, words: str
) -> None:
    """Packages conflict, or its own page lacks the version, or lacked it on the day: that stays true."""
    asked = request(*requirements, cutoff=cutoff)
    locks = LockCache(tmp_path / "locks", settings(index))
    assert words in locks.resolve(asked, HERE).refusal
    kept = locks.cached(asked)
    assert kept is not None
    assert words in kept.refusal


def test_a_project_of_another_index_may_conflict(
    index: CaptiveIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The configured default index does not have it, so only uv can say what is there."""
    index.impostors["numpy"] = IMPOSTORS["not found"]
    with captive_index() as extra:
        extra.impostors |= {"dask": IMPOSTORS["not found"], "distributed": IMPOSTORS["not found"]}
        monkeypatch.setenv("UV_INDEX", extra.url)
        locks = LockCache(tmp_path / "locks", settings(index))
        assert "numpy==2.0.0" in locks.resolve(request(), HERE).text
        assert "numpy<1.24" in locks.resolve(request(*PINNED, "numpy<1.24"), HERE).refusal


def test_another_index_that_answers_with_a_portal_is_no_refusal(
    index: CaptiveIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """uv takes the first index that answers; the default one has the release."""
    with captive_index() as extra:
        extra.impostors["*"] = PORTAL
        monkeypatch.setenv("UV_INDEX", extra.url)
        with pytest.raises(UvFailed, match=r"does not confirm its message: it does have dask 2025\.2\.0"):
            LockCache(tmp_path / "locks", settings(index)).resolve(request(), HERE)


def test_metadata_that_is_none_is_no_refusal(index: CaptiveIndex, tmp_path: Path) -> None:
    """A portal before the files only: uv calls it invalid metadata of the release."""
    index.impostors["metadata"] = (200, HTML, b"<html>Log in</html>")
    with pytest.raises(UvFailed, match="metadata is none"):
        LockCache(tmp_path / "locks", settings(index)).resolve(request(), HERE)


@pytest.mark.parametrize(
    "impostors", [{"*": PORTAL}, {"numpy": PORTAL}, {"wheel": PORTAL}, {"wheel": (403, HTML, b"")}], ids=str
)
def test_an_installation_behind_a_portal_is_no_refusal(
    index: CaptiveIndex, tmp_path: Path, impostors: dict[str, Answer]
) -> None:
    """Whether it stands before the pages or before the files; what is no wheel is not a bad wheel of the release."""
    lock = tmp_path / "lock.txt"
    lock.write_text("dask==2025.2.0\nnumpy==2.0.0\n")
    index.impostors |= impostors
    with pytest.raises(UvFailed):
        install(tmp_path / "environment", lock, Path(sys.executable), settings(index))
    index.impostors.clear()
    assert install(tmp_path / "environment", lock, Path(sys.executable), settings(index)).made


def test_a_lock_that_the_index_does_not_have_is_refused(index: CaptiveIndex, tmp_path: Path) -> None:
    """Its own page lacks the version."""
    lock = tmp_path / "lock.txt"
    lock.write_text("dask==2023.1.0\n")
    with pytest.raises(InstallRefused, match=r"no version of dask==2023\.1\.0"):
        install(tmp_path / "environment", lock, Path(sys.executable), settings(index))


def test_a_cached_page_that_is_none_is_fetched_again(index: CaptiveIndex, tmp_path: Path) -> None:
    """As an earlier version kept it behind a portal."""
    found = Index(settings(index), tmp_path).releases()
    for kept in tmp_path.rglob("dask.json"):
        for files in ("3", "{}", "[]", "null"):
            kept.write_text(f'{{"asked": "2099-01-01T00:00:00+00:00", "etag": null, "files": {files}, "wheels": {{}}}}')
            assert Index(settings(index), tmp_path).releases() == found
