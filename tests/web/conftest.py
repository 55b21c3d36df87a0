"""A small store of made-up records behind the real application."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from dask_matrix.domain.records.records import (
    EnvironmentRecord,
    ObservationRecord,
    Record,
    RefusalRecord,
    ResultRecord,
    RunRecord,
    ScenarioRecord,
    SurfaceRecord,
)
from dask_matrix.store.store import Store
from dask_matrix.web.app import create_app
from tests.record_lines import SURFACE

NOON = datetime(2025, 4, 22, 12, tzinfo=UTC)
OLD, NEW, REFUSED = "0" * 16, "1" * 16, "2" * 16
ROW = "futures/from_delayed/computes_again"
ODD = "bag/reads/works[a b/ü?x=1#y%&-<z>]"


@dataclass
class Book:
    """A store, the application on it, and a way to put more in."""

    store: Store
    client: TestClient
    number: int = 0
    batch: list[Record] | None = None

    @contextmanager
    def together(self) -> Iterator[None]:
        """Put in what is added meanwhile at its end, in one transaction: quicker, and the same in the store."""
        self.batch = []
        yield
        told = self.store.ingest(self.batch)
        self.batch = None
        assert not told.rejected

    def add(self, record: type[Record], **values: Any) -> Record:
        """Put one record in; it has the next id and stands a minute after the one before."""
        self.number += 1
        head = {"id": f"id{self.number}", "run": "r", "at": NOON + timedelta(minutes=self.number)}
        made = record(**{**head, **values})
        if self.batch is None:
            self.store.ingest([made])
        else:
            self.batch.append(made)
        return made

    def environment(self, key: str, release: str, lock: str = "dask==1\nnumpy==2.1.0\n", **more: Any) -> None:
        """Describe an environment."""
        fixed = {"python": "3.11", "lane": "as-released", "platform": "linux-x86_64", "released_at": NOON}
        self.add(EnvironmentRecord, key=key, release=release, lock=lock, **{**fixed, **more})

    def scenario(self, name: str = ROW, **more: Any) -> None:
        """Describe a scenario."""
        fixed = {
            "title": "Computes again",
            "area": name.split("/", maxsplit=1)[0],
            "file": "f.py",
            "function": "test_x",
        }
        self.add(ScenarioRecord, scenario=name, fingerprint="f", **{**fixed, **more})

    def result(self, outcome: str = "passed", name: str = ROW, key: str = OLD, **more: Any) -> Record:
        """Record an execution."""
        fixed = {"fingerprint": "f", "phase": "call", "seconds": 0.25, "started": NOON + timedelta(minutes=self.number)}
        return self.add(ResultRecord, scenario=name, environment=key, outcome=outcome, **{**fixed, **more})


@contextmanager
def opened(path: Path, number: int = 0, **more: Any) -> Iterator[Book]:
    """Open the application on a database; ``more`` is what else it is made from."""
    url = f"sqlite:///{path}"
    with TestClient(create_app(url, **more), raise_server_exceptions=False) as client, Store.open(url) as store:
        yield Book(store, client, number)


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database with nothing in it; tests work on copies."""
    path = tmp_path_factory.mktemp("bare") / "matrix.sqlite"
    Store.open(f"sqlite:///{path}").close()
    return path


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database of two rows and three columns, the last of them refused; tests work on copies."""
    path = tmp_path_factory.mktemp("filled") / "matrix.sqlite"
    with opened(path) as book:
        book.add(RunRecord, id="r", who="me", host="here", scenario_set="scenarios", tool="0", commit="abc123")
        book.environment(OLD, "2025.2.0", python_full="3.11.7")
        book.environment(NEW, "2025.4.0")
        book.environment(REFUSED, "2026.1.0", lock="")
        book.add(RefusalRecord, environment=REFUSED, phase="resolve", message="No solution found:\n  dask==2025.12.0")
        book.scenario(
            issues=["dask/distributed#9041"], source="def test_x():\n    assert 1\n", formerly=["futures/was"]
        )
        book.scenario(ODD)
        book.result("passed")
        book.result(
            "failed", key=NEW, exception={"type": "KeyError", "message": "'k'"}, traceback="E   KeyError: 'k'\n"
        )
        surface = book.add(SurfaceRecord, content=SURFACE)
        book.add(ObservationRecord, environment=OLD, surface=surface.id, version=1, seconds=2)
    return path


class Shelf:
    """Books on copies of one database: a book is opened again as long as nothing was written to its database."""

    def __init__(self, database: Path, folder: Path, number: int = 0) -> None:
        self.database, self.folder, self.number = database, folder, number
        self._open = ExitStack()
        self._book: Book | None = None
        self._written: list[tuple[int, int]] = []

    def take(self) -> Book:
        """Return a book as new."""
        if self._book is None or self._written != self._state():
            self.close()
            self._book = self._open.enter_context(opened(Path(shutil.copy(self.database, self.folder)), self.number))
            self._written = self._state()
        self._book.number = self.number
        return self._book

    def close(self) -> None:
        """Close the book, and remove its database."""
        self._open.close()
        self._book = None
        for path in self.folder.iterdir():
            path.unlink()

    def _state(self) -> list[tuple[int, int]]:
        """Return what any write changes: SQLite appends to the log first."""
        told = [path.stat() for path in sorted(self.folder.iterdir()) if not path.name.endswith("-shm")]
        return [(each.st_size, each.st_mtime_ns) for each in told]


@pytest.fixture(scope="module")
def empty_shelf(bare: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    """Return books on an empty store."""
    with closing(Shelf(bare, tmp_path_factory.mktemp("shelf"))) as shelf:
        yield shelf


@pytest.fixture(scope="module")
def filled_shelf(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    """Return books on two rows and three columns."""
    with closing(Shelf(filled, tmp_path_factory.mktemp("shelf"), number=100)) as shelf:
        yield shelf


@pytest.fixture
def empty(empty_shelf: Shelf) -> Book:
    """Return an application on an empty store."""
    return empty_shelf.take()


@pytest.fixture
def book(filled_shelf: Shelf) -> Book:
    """Return an application on two rows and three columns, the last of them refused."""
    return filled_shelf.take()
