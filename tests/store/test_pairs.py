"""The store keeps the two commits that an environment is made of."""

from __future__ import annotations

import itertools
from datetime import timedelta
from pathlib import Path

from dask_matrix.domain.environments.environment import EnvironmentSpec, Lane, Python
from dask_matrix.domain.matrix.matrix import Matrix
from dask_matrix.domain.records.records import (
    CommitFields,
    EnvironmentRecord,
    PairFields,
    Rejection,
    ResultRecord,
    ScenarioRecord,
    parse,
)
from dask_matrix.domain.upgrades.context import Context
from dask_matrix.store.relevant_records import relevant_records
from dask_matrix.store.snapshots.snapshot import write
from dask_matrix.store.snapshots.upgrade_evidence import load_upgrade_evidence
from dask_matrix.store.store import Store
from tests.postgres import NewDatabase
from tests.store.test_store import GOOD, NOON, environment

SHA = {digit: digit * 40 for digit in "abcde"}


def pair(dask: str, ref: str = "", days: int = 0) -> PairFields:
    """Return the pair of a commit of dask, always with the same one of distributed."""
    at = NOON + timedelta(days=days)
    return PairFields(
        dask=CommitFields(commit=SHA[dask], at=at), distributed=CommitFields(commit=SHA["e"], at=NOON), ref=ref
    )


def described(dask: str, ref: str = "", at: float = 0, days: int = 0) -> EnvironmentRecord:
    """Return the description of an environment made of two commits."""
    release = f"2025.3.0+{ord(dask)}.g{SHA[dask][:9]}"
    return environment(dask * 16, release, at).model_copy(update={"pair": pair(dask, ref, days)})


def names(matrix: Matrix) -> list[str]:
    """Return what heads the columns."""
    return [each.name for each in matrix.environments]


def test_a_pair_comes_back_as_it_was_recorded(store: Store) -> None:
    """Commits, dates in UTC, and what was asked for."""
    record = described("a", "main")
    store.ingest([record])
    found = store.environment("a" * 16)
    assert record.pair
    assert found.pair == record.pair.pair()
    assert found.pair
    assert (found.pair.ref, found.pair.at) == ("main", NOON)


def test_the_matrix_shows_main_last_and_the_history_all_commits(store: Store) -> None:
    """Old ones stay, to be asked for."""
    store.ingest(
        [described("a", "main"), described("b", "main", days=1), described("c"), environment(GOOD, "2025.4.0")]
    )
    assert names(store.matrix()) == ["2025.4.0", "main"]
    assert [each.key[0] for each in store.matrix(history=True).environments] == ["0", "a", "c", "b"]
    assert len(store.planning_data().columns) == len("abc0")


def test_what_was_main_once_stays_main_in_whatever_order_its_records_come(new_database: NewDatabase) -> None:
    """Somebody who names its digits later does not take it out of the matrix."""
    records = [described("a", "dask@aaaaaaa", 0), described("a", "main", 1), described("a", "dask@aaaaaaa", 2)]
    for order in itertools.permutations(records):
        with Store.open(new_database()) as store:
            store.ingest(order)
            assert names(store.matrix()) == ["main"]


def test_the_column_of_two_commits_is_found_apart_from_others_of_their_version(store: Store) -> None:
    """At a tag there is a release of the very version, too."""
    at_tag = described("a").model_copy(update={"release": "2025.3.0"})
    store.ingest([at_tag, environment(GOOD, "2025.3.0", 5)])
    for key in ("a" * 16, GOOD):
        spec = EnvironmentSpec(store.environment(key).release, Python(3, 11), Lane.AS_RELEASED)
        found = store.column(spec, "linux-x86_64")
        assert found
        assert found.key == key


def test_a_record_from_before_there_were_pairs_is_still_one() -> None:
    """The field is optional; what is no commit is refused by name."""
    line = environment(GOOD, "2025.3.0").encode()
    assert b'"pair": null' in line
    old = parse(line.replace(b', "pair": null', b""))
    assert isinstance(old, EnvironmentRecord)
    assert old.pair is None
    wrong = parse(described("a").encode().replace(SHA["a"].encode(), b"main"))
    assert isinstance(wrong, Rejection)
    assert "pair.dask.commit: 'main'" in wrong.reason


def test_a_snapshot_ships_the_newest_main_and_no_other_commits() -> None:
    """They are history."""
    records = [described("a", "main"), described("b", "main", days=1), described("c"), environment(GOOD, "2025.4.0")]
    assert [each.key[0] for each in relevant_records(records, {}).environments] == ["0", "b"]


def test_a_snapshot_says_of_releases_only_which_it_has(tmp_path: Path) -> None:
    """Main is none; its pair is read from the shipped answers as it was recorded."""
    lines = [*(each.encode() for each in (described("a", "main"), environment(GOOD, "2025.4.0"))), *_row()]
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "r.jsonl").write_bytes(b"".join(lines))
    head = write(tmp_path / "snapshot", tmp_path / "records", {"f.py::test_x": "f"}, commit=None, tool="0.1")
    assert head.releases == ["2025.4.0"]
    for _ in ("made", "read again"):
        column_sets, _, _ = load_upgrade_evidence(tmp_path / "snapshot", tmp_path / "cache", Context(), NOON.date())
        assert column_sets.find_release("main").pair == pair("a").pair()


def _row() -> list[bytes]:
    """Return a scenario and a result of it as lines."""
    scenario = ScenarioRecord(
        id="s", run="r", at=NOON, scenario="f/x", title="X.", file="f.py", function="test_x", fingerprint="f"
    )
    result = ResultRecord(
        id="x", run="r", at=NOON, environment=GOOD, scenario="f/x", fingerprint="f", outcome="passed", phase="call",
        seconds=1, started=NOON,
    )  # fmt: skip
    return [scenario.encode(), result.encode()]
