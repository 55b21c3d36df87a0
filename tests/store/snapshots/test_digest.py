"""The cached JSON file gives the same upgrade answers as the snapshot's database, made from it or from the verdicts that ship."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from packaging.specifiers import SpecifierSet

from dask_matrix.domain.records.records import (
    EnvironmentRecord,
    Record,
    RefusalRecord,
    ResultRecord,
    RunRecord,
    ScenarioRecord,
)
from dask_matrix.domain.upgrades.answer import Question
from dask_matrix.domain.upgrades.context import Context
from dask_matrix.domain.upgrades.scope import Profile
from dask_matrix.domain.upgrades.upgrade import upgrade
from dask_matrix.domain.verdicts.known_failures import KnownFailure
from dask_matrix.store import upgrade_evidence
from dask_matrix.store.snapshots import snapshot
from dask_matrix.store.snapshots.upgrade_evidence import load_upgrade_evidence
from dask_matrix.store.store import Store

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = date(2026, 11, 23)
RELEASES = ("2025.2.0", "2025.3.0", "2025.4.0", "2026.1.0")
ROWS = {"keeps": "PPP", "breaks": "PPF", "is_mended": "FPP", "wavers": "P~P", "is_left_out": "PP ", "is_new": "--P"}
OUTCOMES = {"P": ["passed"], "F": ["failed"], "~": ["failed", "passed"], "-": ["skipped"], " ": []}
CONTEXT = Context(
    (
        KnownFailure(
            "bag/bags/breaks",
            SpecifierSet(">=2025.4"),
            "https://github.com/dask/dask/issues/1",
            "So.",
            date(2030, 1, 1),
        ),
    ),
    {"bags": Profile(frozenset({"bag"}))},
)


def records() -> list[Record]:
    """Return rows of every kind over three releases, and one that does not install."""
    head: dict[str, Any] = {"run": "r", "at": NOON}
    made: list[Record] = [RunRecord(**head, id="r", who="me", host="here", scenario_set="s", tool="0")]
    for number, release in enumerate(RELEASES):
        fixed = {
            "python": "3.11",
            "lane": "as-released",
            "platform": "linux",
            "lock": f"dask=={release}\nnumpy==2.{number}\n",
        }
        moment = NOON - timedelta(days=100 - number)
        made.append(
            EnvironmentRecord(
                **head, id=f"e{number}", key=str(number) * 16, release=release, released_at=moment, **fixed
            )
        )
    made.append(RefusalRecord(**head, id="x", environment="3" * 16, phase="resolve", message="contradiction"))
    for name, line in ROWS.items():
        fixed = {"title": f"It {name}.", "area": "bag", "file": "bag/test_bags.py", "function": f"test_{name}"}
        made.append(
            ScenarioRecord(**head, id=name, scenario=f"bag/bags/{name}", fingerprint=name, covers=["dask.bag"], **fixed)
        )
        cells = [(column, outcome) for column, cell in enumerate(line) for outcome in OUTCOMES[cell]]
        made += [_result(name, number, *cell) for number, cell in enumerate(cells)]
    return made


def _result(name: str, number: int, column: int, outcome: str) -> ResultRecord:
    moment = NOON + timedelta(minutes=number)
    raised = {"type": "KeyError", "message": "'k'"} if outcome == "failed" else None
    warned = (
        [{"category": "FutureWarning", "message": "going", "where": "x.py:1"}] if (name, column) == ("keeps", 2) else []
    )
    return ResultRecord(
        id=f"{name}-{number}", run="r", at=moment, environment=str(column) * 16, scenario=f"bag/bags/{name}", fingerprint=name,
        outcome=outcome, phase="call", seconds=0.1, started=moment, exception=raised, warnings=warned,
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of a snapshot."""
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "a.jsonl").write_bytes(b"".join(each.encode() for each in records()))
    present = {f"bag/test_bags.py::test_{name}": name for name in ROWS}
    snapshot.write(tmp_path / "snapshot", tmp_path / "records", present, commit=None, tool="0")
    return tmp_path / "snapshot"


@pytest.mark.parametrize("verdicts", ["shipped", "derived"])
@pytest.mark.parametrize("narrowing", [{}, {"profile": "bags"}, {"accept": ("known",)}, {"have": {"numpy": "2.0"}}])
def test_every_answer_is_the_databases(folder: Path, tmp_path: Path, narrowing: dict[str, Any], verdicts: str) -> None:
    """Between all pairs of releases, whole: findings, road, warnings, evidence."""
    url, _ = snapshot.database(folder, tmp_path / "cache")
    if verdicts == "shipped":
        snapshot.write_verdicts(folder)
    column_sets, evidence, _ = load_upgrade_evidence(folder, tmp_path / "cache", CONTEXT, DAY)
    with Store.open(url) as store:
        slow_column_sets, slow_backing = upgrade_evidence.load_upgrade_evidence(store, CONTEXT, DAY)
        for start, target in itertools.product(RELEASES, repeat=2):
            question = Question(start=start, target=target, **narrowing)
            assert upgrade(column_sets, question, evidence) == upgrade(slow_column_sets, question, slow_backing)


def test_the_file_is_made_once(folder: Path, tmp_path: Path) -> None:
    """And then needs neither the records nor the database."""
    load_upgrade_evidence(folder, tmp_path / "cache", CONTEXT, DAY)
    (folder / "records.jsonl.xz").unlink()
    for path in (tmp_path / "cache").glob("*.sqlite*"):
        path.unlink()
    column_sets, _, _ = load_upgrade_evidence(folder, tmp_path / "cache", CONTEXT, DAY)
    assert [str(each) for each in column_sets.releases] == list(RELEASES)
