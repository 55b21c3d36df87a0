"""A PostgreSQL of the tests' own: a throw-away cluster that listens on a socket in its folder, and nowhere else."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine

from dask_matrix.store.store import Store

NewDatabase = Callable[[], str]

KINDS = ("sqlite", "postgresql")
INSTALL = "no PostgreSQL here: install the Debian package `postgresql` (or another that has initdb and pg_ctl)"
USER = "postgres"
"""Who owns the cluster: initdb refuses root, who therefore becomes the user of Debian's package."""
SETTINGS = " ".join(
    f"-c {each}"
    for each in (
        "listen_addresses=''",
        "unix_socket_directories='$1'",
        "timezone=Asia/Kolkata",
        "fsync=off",
        "full_page_writes=off",
        "synchronous_commit=off",
        "autovacuum=off",
    )
)
"""Far from UTC and, below, ordered as English is: what follows from records must depend on neither."""
SERVE = f"""
"$0/initdb" -D "$1/data" --auth=trust --no-sync -U {USER} -E UTF8 --locale-provider=icu --icu-locale=en --locale=C >"$1/log" 2>&1 ||
"$0/initdb" -D "$1/data" --auth=trust --no-sync -U {USER} -E UTF8 --locale=C >>"$1/log" 2>&1 &&
"$0/pg_ctl" -D "$1/data" -w -s -l "$1/log" -o "{SETTINGS}" start >>"$1/log" 2>&1 &&
echo ready && cat >/dev/null || cat "$1/log"
"$0/pg_ctl" -D "$1/data" -w -s -m immediate stop >/dev/null 2>&1
rm -rf "$1"
"""
"""Serves until its input ends, so also if whoever holds it is killed. In a session of its own Ctrl-C does not reach it."""


class Cluster:
    """A running cluster, in which databases can be made."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._names = (f"n{number}" for number in itertools.count())
        self._engine = create_engine(self.url(USER), isolation_level="AUTOCOMMIT")

    def url(self, name: str) -> str:
        """Return the address of a database."""
        return f"postgresql+psycopg://{USER}@/{name}?host={self.folder}"

    def create(self, template: str = "template1") -> str:
        """Make a database like another; return its name."""
        name = next(self._names)
        self._run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def orders_as_people_do(self) -> bool:
        """Whether texts are in another order here than in Python."""
        with self._engine.connect() as connection:
            return connection.exec_driver_sql("SELECT 'a' < 'B'").scalar() is True

    def drop(self, name: str) -> None:
        """Remove a database, whoever still uses it."""
        self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def close(self) -> None:
        """Let go of it."""
        self._engine.dispose()

    def _run(self, statement: str) -> None:
        with self._engine.connect() as connection:
            connection.exec_driver_sql(statement)


def programs() -> Path | None:
    """Return the folder of PostgreSQL's programs: Debian's newest, else what the path has."""
    debian = Path("/usr/lib/postgresql").glob("[0-9]*/bin/initdb")
    found = max(debian, key=lambda path: int(path.parts[4].partition(".")[0]), default=None)
    there = found or shutil.which("initdb")
    return Path(there).resolve().parent if there else None


@contextmanager
def served(where: Path) -> Iterator[Cluster]:
    """Make a cluster and serve it; it is gone afterwards."""
    root = os.geteuid() == 0
    folder = Path(tempfile.mkdtemp(prefix="dask-matrix-pg-", dir="/tmp" if root else None))  # noqa: S108 - open to all users
    becomes: dict[str, Any] = {}
    if root:
        shutil.chown(folder, USER)
        becomes = {"user": USER, "group": pwd.getpwnam(USER).pw_gid, "extra_groups": []}
    process = subprocess.Popen(
        ["sh", "-c", SERVE, str(where), str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd="/",
        start_new_session=True,
        **becomes,
    )
    with process:
        if (told := process.stdout.readline()) != "ready\n":
            raise RuntimeError(f"PostgreSQL does not start: {told}{process.communicate()[0]}")
        cluster = Cluster(folder)
        try:
            yield cluster
        finally:
            cluster.close()
            process.communicate()


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Return a cluster, one for each process that tests; skip where there is no PostgreSQL."""
    pytest.importorskip("psycopg", reason="no psycopg here: install dask-matrix[tests]")
    if (where := programs()) is None:
        pytest.skip(INSTALL)
    if os.geteuid() == 0 and USER not in {each.pw_name for each in pwd.getpwall()}:
        pytest.skip(
            f"root cannot serve PostgreSQL, and there is no user {USER}: install the Debian package `postgresql`"
        )
    with served(where) as running:
        if not running.orders_as_people_do():
            pytest.skip(
                "this PostgreSQL knows no order but that of characters, which proves little: 15 or later, with ICU"
            )
        yield running


@pytest.fixture(scope="session")
def like(cluster: Cluster) -> str:
    """Return the name of a database with nothing in its tables, that others are made like: quicker than migrating each."""
    name = cluster.create()
    Store.open(cluster.url(name)).close()
    return name


@pytest.fixture
def postgresql(cluster: Cluster) -> Iterator[NewDatabase]:
    """Return what makes new databases in PostgreSQL, without any table, and tells their addresses."""
    with made_in(cluster, "template1") as new:
        yield new


@contextmanager
def made_in(cluster: Cluster, template: str) -> Iterator[NewDatabase]:
    """Yield what makes databases; they are gone afterwards."""
    made: list[str] = []

    def new() -> str:
        made.append(cluster.create(template))
        return cluster.url(made[-1])

    try:
        yield new
    finally:
        for name in made:
            cluster.drop(name)


@pytest.fixture
def sqlite(tmp_path: Path) -> NewDatabase:
    """Return the same for files of SQLite."""
    paths = (tmp_path / f"matrix{number or ''}.sqlite" for number in itertools.count())
    return lambda: f"sqlite:///{next(paths)}"


def copies(bare: NewDatabase, source: Path) -> NewDatabase:
    """Return what makes copies of a file of SQLite, and tells their addresses."""

    def new() -> str:
        url = bare()
        shutil.copyfile(source, url.removeprefix("sqlite:///"))
        return url

    return new


@pytest.fixture(params=KINDS)
def new_bare(request: pytest.FixtureRequest) -> NewDatabase:
    """Return what tells the address of another database each time, without any table: of SQLite, then of PostgreSQL."""
    new: NewDatabase = request.getfixturevalue(request.param)
    return new


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file of SQLite with nothing in its tables, that others are copies of: quicker than migrating each."""
    path = tmp_path_factory.mktemp("migrated") / "matrix.sqlite"
    Store.open(path).close()
    return path


@pytest.fixture(params=KINDS)
def new_database(request: pytest.FixtureRequest) -> Iterator[NewDatabase]:
    """Return the same, with nothing in its tables."""
    if request.param == "sqlite":
        yield copies(request.getfixturevalue("sqlite"), request.getfixturevalue("migrated_file"))
    else:
        with made_in(request.getfixturevalue("cluster"), request.getfixturevalue("like")) as new:
            yield new


@pytest.fixture
def url(new_database: NewDatabase) -> str:
    """Return the address of a new database of either kind."""
    return new_database()
