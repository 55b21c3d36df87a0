"""A snapshot contains the relevant records only, and a database made from it gives the same answers."""

from __future__ import annotations

import hashlib
import json
import lzma
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dask_matrix.domain.matrix.encoded_rows import EncodedRows
from dask_matrix.domain.records.records import (
    CollectionRecord,
    EndRecord,
    EnvironmentRecord,
    InstallationRecord,
    Record,
    RefusalRecord,
    ResultRecord,
    RunRecord,
    ScenarioRecord,
)
from dask_matrix.store.relevant_records import relevant_records
from dask_matrix.store.snapshots import location, snapshot
from dask_matrix.store.snapshots.location import BadSnapshot
from dask_matrix.store.store import Store

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
OLD, NEW, REFUSED = "0" * 16, "1" * 16, "2" * 16
ROW, FILE = "bag/bags/computes", "bag/test_bags.py"
PRESENT = {f"{FILE}::test_computes": "now", FILE: "file"}


def minutes(number: float) -> datetime:
    """Return a moment that many minutes after noon."""
    return NOON + timedelta(minutes=number)


def environment(key: str, at: float = 0, release: str = "2025.2.0", run: str = "r") -> EnvironmentRecord:
    """Return the description of an environment."""
    return EnvironmentRecord(
        id=f"e-{key}-{at}", run=run, at=minutes(at), key=key, release=release, python="3.11", lane="as-released",
        platform="linux-x86_64", lock="dask==1\n",
    )  # fmt: skip


def scenario(fingerprint: str = "now", at: float = 0, name: str = ROW, **more: Any) -> ScenarioRecord:
    """Return the description of a scenario."""
    values = {"title": "Computes.", "area": "bag", "file": FILE, "function": "test_computes"} | more
    return ScenarioRecord(
        id=f"s-{fingerprint}-{at}", run="r", at=minutes(at), scenario=name, fingerprint=fingerprint, **values
    )


def result(
    number: int, outcome: str = "passed", key: str = NEW, fingerprint: str = "now", name: str = ROW, **more: Any
) -> ResultRecord:
    """Return a result, ``number`` minutes after noon."""
    values = {"stdout": "printed", "run": "r"} | more
    return ResultRecord(
        id=f"q{number}", at=minutes(number), environment=key, scenario=name, fingerprint=fingerprint,
        outcome=outcome, phase="call", seconds=0.1, started=minutes(number), **values,
    )  # fmt: skip


def refusal(key: str, at: float) -> RefusalRecord:
    """Return the refusal of an environment."""
    return RefusalRecord(id=f"x-{key}-{at}", run="r", at=minutes(at), environment=key, phase="resolve", message="no")


def collection(at: float, *files: str) -> CollectionRecord:
    """Return what was found in some files."""
    return CollectionRecord(
        id=f"c{at}", run="r", at=minutes(at), environment=NEW, scenarios={ROW: "now"},
        functions={ROW: f"{FILE}::test_computes"}, files=dict.fromkeys(files, "file"), to_run=1,
    )  # fmt: skip


def run(name: str = "r") -> RunRecord:
    """Return the description of a run."""
    return RunRecord(id=name, run=name, at=NOON, who="me", host="here", scenario_set="scenarios", tool="0")


def installation(key: str, at: float, run: str = "r") -> InstallationRecord:
    """Return an installation in a folder of this machine."""
    log = (
        f"Using CPython 3.11.7 interpreter at: /home/me/.local/bin/python3.11\n"
        f"Creating virtual environment at: /home/me/data/environments/{key}\n"
        f"Activate with: source /home/me/data/environments/{key}/bin/activate\n"
        f" + dask==2025.2.0 (from file:///home/me/data/wheels/dask/{'a' * 40}/dask-2025.2.0-py3-none-any.whl)\n"
    )
    return InstallationRecord(id=f"i-{key}-{at}", run=run, at=minutes(at), environment=key, log=log, seconds=at)


def end(name: str, at: float, how: str = "finished") -> EndRecord:
    """Return the end of a run."""
    return EndRecord(id=f"end-{name}-{at}", run=name, at=minutes(at), how=how)


HISTORY: list[Record] = [
    run(),
    run("forgotten"),
    installation(OLD, at=1, run="forgotten"),
    installation(NEW, at=3),
    installation(NEW, at=2),
    end("r", at=7, how="interrupted"),
    end("r", at=8),
    end("forgotten", at=7),
    environment(OLD, run="forgotten"),
    environment(NEW, at=1),
    environment(NEW, at=2),
    environment(REFUSED, at=1, release="2026.1.0"),
    refusal(REFUSED, at=0),
    refusal(REFUSED, at=2),
    refusal(NEW, at=1),
    scenario("before", at=1),
    scenario("now", at=2, formerly=["bag/was"]),
    scenario("now", at=3, title="Computes still.", formerly=["bag/was"]),
    scenario("gone", at=3, name="bag/bags/gone", function="test_gone"),
    collection(1, FILE, "bag/test_other.py"),
    collection(2, FILE),
    collection(0, FILE),
    result(1, key=OLD, run="forgotten"),
    result(2, fingerprint="before"),
    result(3, "failed", traceback="E  assert"),
    result(4),
    result(5, name="bag/was"),
    result(6, name="bag/bags/gone", fingerprint="gone"),
]


@pytest.fixture
def records(tmp_path: Path) -> Path:
    """Return a folder of record files."""
    folder = tmp_path / "records" / "r"
    folder.mkdir(parents=True)
    (folder / "a.jsonl").write_bytes(b"".join(each.encode() for each in HISTORY[:16]) + b"{broken\n")
    (folder / "b.jsonl").write_bytes(b"".join(each.encode() for each in HISTORY[16:]) + HISTORY[-2].encode())
    return folder.parent


def write(folder: Path, records: Path, **more: Any) -> location.Snapshot:
    """Write a snapshot."""
    return snapshot.write(folder, records, PRESENT, **{"commit": "abc", "tool": "0.1"} | more)


def read_records(folder: Path) -> list[dict[str, Any]]:
    """Return the records of a snapshot."""
    return [json.loads(line) for line in lzma.decompress((folder / location.RECORDS).read_bytes()).splitlines()]


def test_only_what_still_counts_is_kept() -> None:
    """The environments shown, their standing refusals, the scenarios as they are, and results of those."""
    found = relevant_records(HISTORY, PRESENT)
    assert [each.id for each in found.environments] == [f"e-{NEW}-2", f"e-{REFUSED}-1"]
    assert [each.id for each in found.refusals] == [f"x-{REFUSED}-2"]
    assert [(each.scenario, each.title) for each in found.scenarios] == [(ROW, "Computes still.")]
    assert [each.id for each in found.collections] == ["c2", "c1"]
    assert [each.id for each in found.results] == ["q3", "q4", "q5"]
    assert [each.id for each in found.runs] == ["r"]
    assert [each.id for each in found.installations] == [f"i-{NEW}-3"]
    assert [each.id for each in found.ends] == ["end-r-8"]


def test_what_counts_does_not_depend_on_the_order_of_records() -> None:
    """Nor on how often one is met."""
    assert set(map(str, relevant_records([*reversed(HISTORY), *HISTORY], PRESENT).all())) == set(
        map(str, relevant_records(HISTORY, PRESENT).all())
    )


def test_a_test_that_only_pytest_finds_has_the_fingerprint_of_its_file() -> None:
    """So the planner has it too."""
    imported = scenario("file", name="bag/bags/imported", function="test_imported")
    assert [each.id for each in relevant_records([imported], PRESENT).scenarios] == [imported.id]


def test_the_matrix_of_a_snapshot_is_the_matrix_of_its_evidence(records: Path, tmp_path: Path) -> None:
    """Verdicts, reasons and evidence of what counts."""
    write(tmp_path / "snapshot", records)
    url, head = snapshot.database(tmp_path / "snapshot", tmp_path / "cache")
    with Store.open(url) as shipped:
        told = EncodedRows.of(shipped.matrix()).columnar()
        assert (told["cells"], [each["key"] for each in told["environments"]]) == (["~U"], [NEW, REFUSED])
        assert [(each.id, each.traceback, each.stdout) for each in shipped.results(ROW, NEW)] == [
            ("q5", "", "printed"), ("q4", "", "printed"), ("q3", "E  assert", "printed"),
        ]  # fmt: skip
        assert shipped.freshness().results == head.counts["results"] == 3


def test_what_a_snapshot_says_of_itself(records: Path, tmp_path: Path) -> None:
    """The same to programs and to people."""
    head = write(tmp_path, records)
    assert location.read(tmp_path) == head
    assert head.counts == {
        "runs": 1,
        "environments": 2,
        "refusals": 1,
        "installations": 1,
        "scenarios": 1,
        "collections": 2,
        "results": 3,
        "bisects": 0,
        "ends": 1,
    }
    assert head.outcomes == {"passed": 2, "failed": 1}
    assert (head.releases, head.commit, head.tool) == (["2025.2.0", "2026.1.0"], "abc", "0.1")
    assert (tmp_path / location.RECORDS).stat().st_size == head.bytes
    page = (tmp_path / "README.md").read_text()
    for text in ("commit `abc`", "2025.2.0 to 2026.1.0", "3 (2 passed, 1 failed)", "| output | complete |"):
        assert text in page


def test_texts_of_what_passed_are_left_out_where_it_would_be_too_large(records: Path, tmp_path: Path) -> None:
    """The first thing that is; evidence of failures stays."""
    head = write(tmp_path, records, max_size=100)
    assert not head.texts_of_passed
    texts = {each["id"]: each["stdout"] for each in read_records(tmp_path) if each["kind"] == "result"}
    assert texts == {"q3": "printed", "q4": "", "q5": ""}
    assert "output of passing scenarios is left out" in (tmp_path / "README.md").read_text()


def test_nothing_is_written_where_nothing_counts(records: Path, tmp_path: Path) -> None:
    """A snapshot of nothing would hide the one before."""
    write(tmp_path, records)
    with pytest.raises(BadSnapshot, match="No result below"):
        snapshot.write(tmp_path, records, {FILE: "other"}, commit=None, tool="0")
    assert location.read(tmp_path).counts["results"] == 3


def test_a_database_is_made_once_and_by_one(records: Path, tmp_path: Path) -> None:
    """However many ask at once; nothing half made is ever in its place."""
    write(tmp_path / "snapshot", records)
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(snapshot.database, tmp_path / "snapshot", tmp_path / "cache") for _ in range(4)]
        (made,) = {each.result()[0] for each in asked}
    before = made.stat().st_mtime_ns
    (tmp_path / "snapshot" / location.RECORDS).unlink()  # not even read the second time
    assert snapshot.database(tmp_path / "snapshot", tmp_path / "cache")[0] == made
    assert made.stat().st_mtime_ns == before
    assert [path.name for path in (tmp_path / "cache").glob("*.part*")] == []


def test_what_a_killed_process_left_is_made_anew(records: Path, tmp_path: Path) -> None:
    """A part is not taken for the whole."""
    write(tmp_path / "snapshot", records)
    made, _ = snapshot.database(tmp_path / "snapshot", tmp_path / "cache")
    made.rename(f"{made}.part")
    Path(f"{made}.part").write_bytes(b"half")
    assert snapshot.database(tmp_path / "snapshot", tmp_path / "cache")[0] == made
    with Store.open(made) as shipped:
        assert shipped.freshness().results == 3


def damaged(folder: Path, how: str) -> None:
    """Damage a snapshot."""
    head, packed = folder / location.HEAD, folder / location.RECORDS
    match how:
        case "no head":
            head.unlink()
        case "no records":
            packed.unlink()
        case "other records":
            packed.write_bytes(packed.read_bytes()[:-1] + b"x")
        case "newer":
            head.write_text(head.read_text().replace('"v": 1', '"v": 2'))
        case "no JSON":
            head.write_text("<html>")
        case "foreign":
            head.write_text('{"v": 1, "name": "something else"}')


@pytest.mark.parametrize(
    ("packed", "told"),
    [
        (b"no xz at all", "Cannot unpack"),
        (lzma.compress(b"x" * 10_000)[:-40], "Cannot unpack"),
        (lzma.compress(b"{}\n"), "contains an invalid record: line 1"),
    ],
)
def test_records_that_are_none_are_refused_whatever_their_digest(
    records: Path, tmp_path: Path, packed: bytes, told: str
) -> None:
    """A snapshot made by something else; what was made of it is not kept."""
    head = write(tmp_path / "snapshot", records)
    (tmp_path / "snapshot" / location.RECORDS).write_bytes(packed)
    other = head.model_copy(update={"sha256": hashlib.sha256(packed).hexdigest()})
    (tmp_path / "snapshot" / location.HEAD).write_text(other.model_dump_json())
    with pytest.raises(BadSnapshot, match=told):
        snapshot.database(tmp_path / "snapshot", tmp_path / "cache")
    assert not list((tmp_path / "cache").glob("*.sqlite"))


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("no head", "snapshot.json is missing"),
        ("no records", "No such file or directory"),
        ("other records", "is damaged or does not belong to snapshot.json"),
        ("newer", "not a snapshot that this version of dask-matrix can read: v"),
        ("no JSON", "not a snapshot that this version of dask-matrix can read: the file: Invalid JSON"),
        ("foreign", "not a snapshot that this version of dask-matrix can read: made_at: Field required"),
    ],
)
def test_a_damaged_or_foreign_snapshot_is_refused_by_name(records: Path, tmp_path: Path, how: str, told: str) -> None:
    """And leaves nothing in the cache."""
    folder = tmp_path / "snapshot"
    write(folder, records)
    damaged(folder, how)
    with pytest.raises(BadSnapshot) as refused:
        snapshot.database(folder, tmp_path / "cache")
    assert told in str(refused.value)
    assert str(folder) in str(refused.value)
    assert not list((tmp_path / "cache").glob("*.sqlite*"))


def test_no_path_of_the_machine_is_shipped(tmp_path: Path) -> None:
    """Files in an environment, in Python and in the scenario set are named as they are anywhere."""
    told = 'File "/home/me/data/environments/ab12/lib/python3.11/site-packages/dask/base.py", line 1\nFile "/src/scenarios/x.py"'
    (tmp_path / "a.jsonl").write_bytes(
        b"".join(each.encode() for each in [*HISTORY, result(9, "failed", traceback=told)])
    )
    write(tmp_path / "snapshot", tmp_path)
    kept = [each["traceback"] for each in read_records(tmp_path / "snapshot") if each["id"] == "q9"]
    assert kept == ['File "lib/python3.11/site-packages/dask/base.py", line 1\nFile "scenarios/x.py"']


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("/home/me/data/environments/{}/bin/dask-worker: no", "bin/dask-worker: no"),
        ("['/home/me/.local/share/dätä/environments/{}/bin/dask', 'x/y']", "['bin/dask', 'x/y']"),
        ("PATH=/usr/bin:/d/environments/{}/bin:/bin", "PATH=/usr/bin:bin:/bin"),
        ("/d/environments/{}/lib/python3.11/x.py", "lib/python3.11/x.py"),
        ("/d/environments/{}/share/x.json", "share/x.json"),
        ("sys.prefix is /d/environments/{}", "sys.prefix is environments/{}"),
        ("/d/environments/{}abc/bin/dask", "/d/environments/{}abc/bin/dask"),
        ("/d/environments/of-mine/bin/dask", "/d/environments/of-mine/bin/dask"),
    ],
)
def test_a_path_into_an_environment_begins_within_it(tmp_path: Path, told: str, kept: str) -> None:
    """Whatever lies there: scripts such as bin/dask-worker too. What is like it and none stays."""
    key = "0a1b2c3d4e5f6789"
    printed = result(9, "failed", stderr=told.replace("{}", key))
    (tmp_path / "a.jsonl").write_bytes(b"".join(each.encode() for each in [*HISTORY, printed]))
    write(tmp_path / "snapshot", tmp_path)
    found = [each["stderr"] for each in read_records(tmp_path / "snapshot") if each["id"] == "q9"]
    assert found == [kept.replace("{}", key)]


def test_a_snapshot_carries_install_logs_without_places_and_how_its_runs_ended(records: Path, tmp_path: Path) -> None:
    """What a database made of it tells."""
    write(tmp_path / "made", records)
    url, _ = snapshot.database(tmp_path / "made", tmp_path / "cache")
    with Store.open(url) as shipped:
        installed, found = shipped.installation(NEW), shipped.runs.run("r")
    assert installed is not None
    assert installed.log.splitlines() == [
        "Using CPython 3.11.7 interpreter at: bin/python3.11",
        f"Creating virtual environment at: environments/{NEW}",
        "Activate with: source bin/activate",
        f" + dask==2025.2.0 (from file://wheels/dask/{'a' * 40}/dask-2025.2.0-py3-none-any.whl)",
    ]
    assert found.end is not None
    assert (found.end.at, found.end.how.value) == (minutes(8), "finished")


@pytest.mark.parametrize("how", ["emptied", "truncated", "page", "no database"])
def test_a_database_that_was_damaged_in_the_cache_is_made_again(records: Path, tmp_path: Path, how: str) -> None:
    """It can be: the records are there."""
    write(tmp_path / "snapshot", records)
    made, _ = snapshot.database(tmp_path / "snapshot", tmp_path / "cache")
    whole = made.read_bytes()
    broken = {
        "emptied": b"",
        "truncated": whole[: len(whole) // 2],
        "page": whole[:4096] + b"\xa5" * 4096 + whole[8192:],
        "no database": b"this is no database, whatever its name says" * 400,
    }
    made.write_bytes(broken[how])
    assert snapshot.database(tmp_path / "snapshot", tmp_path / "cache")[0] == made
    with Store.open(made) as shipped:
        assert shipped.freshness().results == 3


def test_what_nobody_has_read_for_a_month_leaves_the_cache(records: Path, tmp_path: Path) -> None:
    """Each version of this code has files of its own in the cache; those of versions no longer used do not pile up."""
    cache = tmp_path / "cache"
    cache.mkdir()
    left, recent, foreign = (cache / name for name in ("snapshot-0-0.sqlite", "snapshot-1-1.json", "notes.txt"))
    for path in (left, recent, foreign):
        path.touch()
    for path in (left, foreign):
        os.utime(path, times=(NOON.timestamp() - 10 * 365 * 86_400,) * 2)
    snapshot.write(tmp_path / "s", records, PRESENT, commit=None, tool="0")
    made, _ = snapshot.database(tmp_path / "s", cache)
    assert made.exists()
    assert not left.exists()
    assert recent.exists()
    assert foreign.exists()
