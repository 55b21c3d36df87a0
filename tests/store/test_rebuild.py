"""A database is rebuilt beside its readers and writers, and whatever is wrong with the old one."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Timer
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

from dask_matrix.store import database, write_lock
from dask_matrix.store.database import write_lock_of
from dask_matrix.store.failures import DatabaseDamaged, DatabaseFull, DatabaseLocked, failure
from dask_matrix.store.rebuild import rebuild
from dask_matrix.store.store import Store
from tests.store.test_store import BATCH, GOOD, ROW, answers, result, scenario

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = 4096
NOBODY = 65534
"""A user who owns nothing."""


@pytest.fixture
def records(tmp_path: Path) -> Path:
    """Return a folder with one record file."""
    folder = tmp_path / "records"
    folder.mkdir()
    (folder / "x.jsonl").write_bytes(b"".join(record.encode() for record in BATCH))
    return folder


def rebuilt(path: Path, records: Path) -> Path:
    """Rebuild a database; return its path."""
    assert not rebuild(path, records)[0].rejected
    return path


def scramble(path: Path, pages: range) -> None:
    """Overwrite pages of a file."""
    with path.open("r+b") as file:
        for page in pages:
            file.seek(page * PAGE)
            file.write(b"\xa5" * PAGE)


@pytest.mark.parametrize("name", ["a%20b", "a b", "what?", "x#y", "100%", "é"])
def test_a_data_folder_is_a_path_whatever_characters_its_name_has(tmp_path: Path, records: Path, name: str) -> None:
    """The database lands in it, and nothing beside it."""
    folder = tmp_path / "data" / name
    path = rebuilt(folder / "matrix.sqlite", records)
    assert path.stat().st_size > PAGE
    assert [each.name for each in folder.parent.iterdir()] == [name]
    with Store.open(path) as store:
        assert store.freshness().results == 6


@pytest.mark.parametrize("page", [0, 1, 5, 20])
def test_a_damaged_database_is_set_aside_and_made_again(tmp_path: Path, records: Path, page: int) -> None:
    """Whichever page it is."""
    path = rebuilt(tmp_path / "matrix.sqlite", records)
    with Store.open(path) as store:
        before = answers(store)
    scramble(path, range(page, page + 1))
    broken = path.read_bytes()
    _, aside = rebuild(path, records)
    assert aside
    assert aside.read_bytes() == broken
    with Store.open(path) as store:
        assert answers(store) == before


@pytest.mark.parametrize("content", [b"", b"no database, whatever its name says" * 200])
def test_a_file_that_is_no_database_is_set_aside(tmp_path: Path, records: Path, content: bytes) -> None:
    """As it is, even an empty one."""
    path = tmp_path / "matrix.sqlite"
    path.write_bytes(content)
    _, aside = rebuild(path, records)
    assert aside
    assert aside.read_bytes() == content


def test_a_database_that_lacks_a_table_is_set_aside(tmp_path: Path, records: Path) -> None:
    """Such as another program's; its tables stay in it."""
    path = tmp_path / "matrix.sqlite"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE mine (x)")
    _, aside = rebuild(path, records)
    assert aside
    with closing(sqlite3.connect(aside)) as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("mine",)]


@pytest.mark.parametrize("meanwhile", [False, True])
def test_a_database_that_another_program_locks_is_left_as_it_is(
    tmp_path: Path, records: Path, meanwhile: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is healthy: not renamed, whether it was locked before the rebuild or during it."""
    monkeypatch.setattr(database, "LOCK_TIMEOUT", 0)
    path = rebuilt(tmp_path / "matrix.sqlite", records)
    content = path.read_bytes()

    def lock(_done: int = 0, _total: int = 0) -> None:
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")

    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        if not meanwhile:
            lock()
        with pytest.raises(DatabaseLocked, match=r"locked.*matrix\.sqlite.*Try again"):
            rebuild(path, records, lock if meanwhile else None)
        assert not list(tmp_path.glob("matrix.sqlite.2*"))
        assert not list(tmp_path.glob("matrix.sqlite.new*"))
    assert path.read_bytes() == content


def test_what_is_recorded_during_a_rebuild_is_counted(tmp_path: Path, records: Path) -> None:
    """With the lines that are rejected."""

    def progress(_done: int, _total: int) -> None:
        (records / "y.jsonl").write_bytes(result(98).encode() + b"{}\n")

    report, _ = rebuild(tmp_path / "matrix.sqlite", records, progress)
    assert report.accepted == len(BATCH) + 1
    assert [line.line for line in report.rejected] == [2]


def test_what_is_read_of_a_damaged_database_is_an_error_that_names_rebuild(tmp_path: Path, records: Path) -> None:
    """Not a traceback, whatever a page holds."""
    path = rebuilt(tmp_path / "matrix.sqlite", records)
    scramble(path, range(2, path.stat().st_size // PAGE))
    with pytest.raises(DatabaseDamaged, match=r"damaged.*dask-matrix rebuild"), Store.open(path) as store:
        store.matrix()


def test_who_reads_during_a_rebuild_reads_the_new_database_afterwards(tmp_path: Path, records: Path) -> None:
    """Without opening it again; what changed is not taken for known."""
    path = rebuilt(tmp_path / "matrix.sqlite", records)
    with Store.open(path) as store:
        before = store.current_contents()
        with (records / "y.jsonl").open("wb") as file:
            file.write(result(99, "failed").encode())
        rebuild(path, records)
        after = store.current_contents(before)
        assert after.freshness.results == before.freshness.results + 1
        assert after.revision > before.revision
        assert after.matrix == store.current_contents().matrix


def test_what_another_records_during_a_rebuild_is_in_the_new_database(tmp_path: Path, records: Path) -> None:
    """Though it came after its file was read; who recorded it goes on where the new one ends."""
    path = rebuilt(tmp_path / "matrix.sqlite", records)
    late, other = records / "x.jsonl", Store.open(path)

    def progress(_done: int, _total: int) -> None:
        with late.open("ab") as file:
            file.write(result(98).encode())
        assert other.ingest_file(late, records).accepted == 1

    with other:
        rebuild(path, records, progress)
        assert other.freshness().results == 7
        assert other.ingest_file(late, records).accepted == 0
        with late.open("ab") as file:
            file.write(result(97).encode())
        assert other.ingest_file(late, records).accepted == 1


def test_a_rebuild_that_fails_leaves_the_old_database(tmp_path: Path, records: Path) -> None:
    """And nothing else."""
    path = rebuilt(tmp_path / "matrix.sqlite", records)
    before, names = path.read_bytes(), sorted(each.name for each in tmp_path.iterdir())

    def fail(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild(path, records, fail)
    assert path.read_bytes() == before
    assert sorted(each.name for each in tmp_path.iterdir()) == names


def test_a_rename_that_comes_after_its_results_moves_them(tmp_path: Path, records: Path) -> None:
    """In a rebuild too, which moves them when all are there."""
    with (records / "z.jsonl").open("wb") as file:
        file.write(scenario("futures/newest", at=20, formerly=[ROW]).encode())
    with Store.open(tmp_path / "single.sqlite") as single:
        single.ingest_folder(records)
        expected = single.results("futures/newest", GOOD)
    with Store.open(rebuilt(tmp_path / "matrix.sqlite", records)) as store:
        assert store.results("futures/newest", GOOD) == expected != []


HOLDS = """\
import sys
from pathlib import Path
from dask_matrix.store.write_lock import exclusive
sys.argv = ["dask-matrix", "rebuild"]
with exclusive(Path(sys.stdin.readline().strip()), "puts a rebuilt database in its place"):
    print("held", flush=True)
    sys.stdin.readline()
"""
WRITES = """\
import sys
from pathlib import Path
from dask_matrix.store.store import Store
records = Path(sys.argv[2])
with Store.open(Path(sys.argv[1])) as store:
    print(store.ingest_folder(records).accepted)
"""


def python(code: str, *arguments: str | Path, cwd: Path | None = None) -> subprocess.Popen[str]:
    """Start Python with our packages."""
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", code, *map(str, arguments)]
    environ = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=environ, cwd=cwd)


def test_a_writer_waits_for_another_and_says_for_whom(tmp_path: Path, records: Path) -> None:
    """By its command and process; then it writes all it has."""
    path = tmp_path / "matrix.sqlite"
    Store.open(path).close()
    with python(HOLDS) as holder:
        assert holder.stdin
        assert holder.stdout
        print(write_lock_of(path), file=holder.stdin, flush=True)
        assert holder.stdout.readline() == "held\n"
        writer = python(WRITES, path, records)
        assert writer.stderr
        waits = writer.stderr.readline()
        print("go", file=holder.stdin, flush=True)
        assert "waiting for `dask-matrix rebuild`" in waits
        assert f"(process {holder.pid}), which puts a rebuilt database in its place" in waits
        assert writer.communicate()[0] == f"{len(BATCH)}\n"
    with FileLock(write_lock_of(path), timeout=0):
        pass  # nobody holds it any more


def test_a_process_whose_number_begins_with_ours_is_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Who waits for it is told so; it ends when that is told, or after a while."""
    held = FileLock(tmp_path / "lock", thread_local=False)
    monkeypatch.setattr("sys.argv", ["python"])
    monkeypatch.setattr(write_lock, "PATIENCE", 0)
    other = f"{write_lock.this_process()}3, which writes to the database"
    (tmp_path / "lock-owner").write_text(other, encoding="utf-8")
    end = Timer(5, held.release)
    monkeypatch.setattr(write_lock.log, "filters", [lambda _record: held.release() is None])
    held.acquire()
    end.start()
    with write_lock.exclusive(tmp_path / "lock", "waits"):
        end.cancel()
    assert caplog.messages == [f"dask-matrix: waiting for {other}."]


def test_a_full_disk_is_a_sentence_and_nothing_half_written(tmp_path: Path, records: Path) -> None:
    """SQLite's own limit on pages stands for the disk; later the rest is read from where it was left."""
    path = tmp_path / "matrix.sqlite"
    with Store.open(path) as store:
        with store.engine.connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count={pages}").close()
        with (records / "big.jsonl").open("wb") as file:
            file.write(result(50).model_copy(update={"stdout": "x" * 10 * PAGE}).encode())
        with pytest.raises(DatabaseFull, match=r"No space left.*free some space") as raised:
            store.ingest_folder(records)
        assert raised.value.exit_code == 1
        assert store.freshness().results == 0
    with Store.open(path) as store:
        assert store.ingest_folder(records).accepted == len(BATCH) + 1


def test_an_error_of_another_kind_is_told_too(tmp_path: Path) -> None:
    """With the reason of the driver."""
    with Store.open(tmp_path / "matrix.sqlite") as store:
        assert "Cannot use the database" in str(failure(store.engine, OSError("odd")))


READS = """\
import os, sys
from pathlib import Path
from dask_matrix.store.failures import DatabaseUnreachable
from dask_matrix.store.store import Store
Store.open("sqlite://").close()  # imports all that is needed, which another user may not read
if os.geteuid() == 0:
    os.setuid(int(sys.argv[2]))
with Store.open(Path(sys.argv[1])) as store:
    print(store.freshness().results, flush=True)
    for line in sys.stdin:
        try:
            print(line.strip(), store.revision_without_waiting(), store.freshness().results, flush=True)
            if line == "write\\n":
                store.ingest([])
        except DatabaseUnreachable as error:
            print(error, flush=True)
"""


@pytest.fixture
def public() -> Iterator[Path]:
    """Return a folder that others may read; each pytest that starts makes its own temporary folders private again."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@contextmanager
def reader_of(path: Path, cwd: Path) -> Iterator[subprocess.Popen[str]]:
    """Start one who may only read a database, and who reads for each line; root becomes another user."""
    path.parent.chmod(0o555)
    path.chmod(0o444)
    try:
        with python(READS, path, str(NOBODY), cwd=cwd) as reader:
            assert reader.stdout
            assert reader.stdout.readline() == "6\n"
            yield reader
    finally:
        path.parent.chmod(0o755)


def ask(reader: subprocess.Popen[str], line: str) -> str:
    """Send a line; return the answer."""
    assert reader.stdin
    assert reader.stdout
    print(line, file=reader.stdin, flush=True)
    return reader.stdout.readline().strip()


def test_a_data_folder_that_may_only_be_read_is_read(public: Path, records: Path) -> None:
    """By someone who may not write there."""
    path = rebuilt(public / "data" / "matrix.sqlite", records)
    names = sorted(each.name for each in path.parent.iterdir())
    with reader_of(path, public) as reader:
        assert reader.communicate() == ("", "")
    assert sorted(each.name for each in path.parent.iterdir()) == names


def test_who_may_only_read_sees_what_others_write(public: Path, records: Path) -> None:
    """At the next read: while the writer is there, and when it has put its log into the file."""
    path = rebuilt(public / "data" / "matrix.sqlite", records)
    with reader_of(path, public) as reader:
        path.parent.chmod(0o755)
        path.chmod(0o644)
        for count in (7, 9):
            with Store.open(path) as writer:
                writer.ingest([result(90 + count)])
                assert ask(reader, "open") == f"open {writer.revision} {count}"
                writer.ingest([result(91 + count)])
                revision = writer.revision
            assert not path.with_name("matrix.sqlite-wal").exists()
            assert ask(reader, "closed") == f"closed {revision} {count + 1}"


def test_who_may_only_read_is_told_so_when_writing(public: Path, records: Path) -> None:
    """By the path of the database; nothing is made in the current folder."""
    path = rebuilt(public / "data" / "matrix.sqlite", records)
    cwd = public / "here"
    cwd.mkdir()
    with reader_of(path, cwd) as reader:
        cwd.chmod(0o777)
        assert ask(reader, "write").startswith("write ")
        assert reader.stdout
        assert f"Cannot write to the database {path}: you may only read it." in reader.stdout.readline()
    assert not list(cwd.iterdir())


def test_what_seems_damaged_to_who_may_only_read_may_have_changed(public: Path, records: Path) -> None:
    """Without a lock, nobody can tell; the owner is asked only if it stays so."""
    path = rebuilt(public / "data" / "matrix.sqlite", records)
    with reader_of(path, public) as reader:
        path.chmod(0o644)
        scramble(path, range(2, path.stat().st_size // PAGE))
        answer = ask(reader, "read")
    assert f"The database {path} changed while it was read: " in answer
    assert "Try again." in answer
