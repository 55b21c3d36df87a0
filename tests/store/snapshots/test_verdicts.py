"""The verdicts that ship with a snapshot are those of its records, and are used for these records only."""

from __future__ import annotations

import hashlib
import json
import lzma
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dask_matrix.domain.upgrades.context import Context
from dask_matrix.store.snapshots import location, snapshot, verdicts
from dask_matrix.store.snapshots.location import BadSnapshot
from dask_matrix.store.snapshots.upgrade_evidence import load_upgrade_evidence
from tests.store import test_import_failures
from tests.store.snapshots import test_digest

FINGERPRINTS = {
    **{f"bag/test_bags.py::test_{name}": name for name in test_digest.ROWS},
    **{f"{test_import_failures.FILE}::test_{name}": "test" for name in ("one", "two")},
    test_import_failures.FILE: "file",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a snapshot of rows of every kind, among them tests of a file that one release does not let be imported."""
    folder = tmp_path_factory.mktemp("made")
    own = [*test_import_failures.imported("0" * 16, 1), *test_import_failures.failed("2" * 16, 2)]
    (folder / "records").mkdir()
    lines = (each.encode() for each in (*test_digest.records(), *own))
    (folder / "records" / "a.jsonl").write_bytes(b"".join(lines))
    snapshot.write(folder / "snapshot", folder / "records", FINGERPRINTS, commit=None, tool="0")
    snapshot.write_verdicts(folder / "snapshot")
    return folder / "snapshot"


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """Return a copy of it."""
    return shutil.copytree(made, tmp_path / "snapshot")


def load(folder: Path, cache: Path) -> tuple[str, bool]:
    """Return what upgrade answers are made from, and whether the records had to be judged for it."""
    load_upgrade_evidence(folder, cache, Context(), test_digest.DAY)
    (made,) = cache.glob("*.json")
    return made.read_text(), bool(list(cache.glob("*.sqlite")))


def test_the_verdicts_that_ship_are_those_of_the_records(folder: Path, tmp_path: Path) -> None:
    """To the byte, and without a database."""
    fast, judged = load(folder, tmp_path / "fast")
    assert not judged
    (folder / location.VERDICTS).unlink()
    assert load(folder, tmp_path / "slow") == (fast, True)
    cells = json.loads(fast)["cells"]["2" * 16]
    assert [cell[1:3] for cell in cells].count(["fail", "ImportError"]) == len(test_import_failures.TESTS)


def rewritten(change: Callable[[dict[str, Any]], object]) -> Callable[[bytes], bytes]:
    """Return a function that changes the content of a file of verdicts."""

    def rewrite(packed: bytes) -> bytes:
        content = json.loads(lzma.decompress(packed))
        change(content)
        return lzma.compress(json.dumps(content).encode())

    return rewrite


@pytest.mark.parametrize(
    "damage",
    [
        lambda packed: packed[: len(packed) // 2],
        lambda _: b"no xz",
        lambda _: lzma.compress(b"no JSON"),
        lambda _: lzma.compress(b"[]"),
        rewritten(lambda content: content.update(records="0" * 64)),
        rewritten(lambda content: content.update(tool="0.0.1")),
        rewritten(lambda content: content.update(v=2)),
    ],
    ids=["half", "no xz", "no JSON", "other JSON", "of other records", "by another version", "of another format"],
)
def test_verdicts_that_are_not_ours_are_not_read(folder: Path, damage: Callable[[bytes], bytes]) -> None:
    """They are derived from the records then."""
    head, path = location.read(folder), folder / location.VERDICTS
    assert verdicts.read(folder, head)
    path.write_bytes(damage(path.read_bytes()))
    assert verdicts.read(folder, head) is None


def test_verdicts_do_not_vouch_for_damaged_records(folder: Path, tmp_path: Path) -> None:
    """Which are the evidence."""
    path = folder / location.RECORDS
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(BadSnapshot, match=r"records\.jsonl\.xz is damaged"):
        load(folder, tmp_path / "cache")


def test_records_that_something_else_wrote_keep_their_ids(folder: Path, tmp_path: Path) -> None:
    """Whatever the order of their fields."""
    packed = (folder / location.RECORDS).read_bytes()
    ours, _ = load(folder, tmp_path / "ours")
    turned = [json.dumps(dict(reversed(json.loads(line).items()))) for line in lzma.decompress(packed).splitlines()]
    (tmp_path / "turned").mkdir()
    (tmp_path / "turned" / location.RECORDS).write_bytes(foreign := lzma.compress("\n".join(turned).encode()))
    head = location.read(folder).model_copy(update={"sha256": hashlib.sha256(foreign).hexdigest()})
    (tmp_path / "turned" / location.HEAD).write_text(head.model_dump_json())
    snapshot.write_verdicts(tmp_path / "turned")
    assert load(tmp_path / "turned", tmp_path / "cache") == (ours, False)


def test_verdicts_that_are_written_again_are_the_same(folder: Path) -> None:
    """And the README; records and summary are not touched."""
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    (folder / location.VERDICTS).write_bytes(b"old")
    (folder / "README.md").unlink()
    snapshot.write_verdicts(folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_cache_that_cannot_be_written_is_not_needed(folder: Path, tmp_path: Path) -> None:
    """Where verdicts ship; the answers are the same."""
    (tmp_path / "file").write_bytes(b"")
    for cache in (tmp_path / "file" / "cache", tmp_path / "kept"):
        column_sets, _, _ = load_upgrade_evidence(folder, cache, Context(), test_digest.DAY)
        assert [str(each) for each in column_sets.releases] == list(test_digest.RELEASES)
    assert [path.suffix for path in (tmp_path / "kept").iterdir()] == [".json"]
