"""The scenarios turn where they were observed to turn, and where truth speaks of scenarios, they exist."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dask_matrix import places
from dask_matrix.collect.scenario_set.declarations import declared_scenarios
from dask_matrix.domain.environments.environment import Lane, Python
from dask_matrix.domain.environments.release import Release
from dask_matrix.domain.matrix.matrix import Matrix
from dask_matrix.domain.matrix.rows_and_columns import Environment, Refusal, Scenario
from dask_matrix.domain.records.outcome import Outcome, Verdict
from dask_matrix.domain.verdicts.verdict import Judgement
from dask_matrix.store.store import Store
from tests import truth_of
from tests.conftest import dask_matrix

TRUTH = truth_of.load()
TURNING = ("2025.3.0", "2025.4.0")
"""Between these bind on nested delayed broke (dask/dask#12055), among others."""


@pytest.mark.parametrize("area", TRUTH)
def test_every_scenario_that_truth_speaks_of_exists(area: str) -> None:
    """And truth speaks of every scenario of its area."""
    folder = places.scenarios()
    ids = {
        each.id
        for path in (folder / area).rglob("test_*.py")
        for each in declared_scenarios(path.relative_to(folder).as_posix(), path.read_text("utf-8"))
    }
    assert {name.partition("[")[0] for name in TRUTH[area]} == ids


@pytest.mark.parametrize("area", TRUTH)
def test_truth_speaks_in_its_own_words(area: str) -> None:
    """Releases and outcomes that exist; a fact for each, observed somewhere."""
    for name, fact in TRUTH[area].items():
        assert {"issue", "observed", "note"} <= fact.keys() <= {"issue", "observed", "latest", "note"}, name
        seen = fact["observed"] | fact.get("latest", {})
        assert seen, name
        assert set(seen.values()) <= set(Outcome) - {Outcome.ERRORED}, name
        assert [str(Release.parse(release)) for release in seen] == list(seen), name


def test_scenarios_turn_where_they_were_observed_to_turn(real_data: Path, tmp_path: Path) -> None:
    """Two releases for real, a part of the rows; `nox -s truth` holds all of it against all releases."""
    data = tmp_path / "data"
    data.mkdir()
    for kept in ("locks", "pytest", "index"):
        (data / kept).symlink_to(real_data / kept)
    named = [word for release in TURNING for word in ("--release", release)]
    done = dask_matrix("run", *named, "-k", "test_bind or test_bag or test_delayed", data=data)
    assert done.returncode == 0, done.stderr
    with Store.open(places.Places(data).database) as store:
        matrix = store.matrix()
    executed = {scenario for scenario, _ in matrix.cells}
    cells = [cell for cell in truth_of.compared(TRUTH, matrix) if cell[0].scenario in executed]
    assert [str(cell) for cell, agrees in cells if not agrees] == []
    assert any(len({cell.got for cell, _ in cells if cell.scenario == name}) > 1 for name in executed)


def column(release: str, lane: Lane = Lane.AS_RELEASED, refusal: Refusal | None = None) -> Environment:
    """Return an environment whose key is its label."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    key = f"{release} {lane}"
    return Environment(key, Release.parse(release), Python.parse("3.11"), lane, "linux", at, refusal=refusal)


def observed() -> Matrix:
    """Return one scenario that fails on the newer of two releases, and passes there with the latest dependencies."""
    row = Scenario("bag/computes", "Computes.", "bag", "f", issues=("https://example.org/1",))
    said = {
        "2025.2.0 as-released": Judgement(Verdict.PASS, executions=1),
        "2025.4.0 as-released": Judgement(Verdict.FAIL, exception="KeyError", executions=1),
        "2025.4.0 latest": Judgement(Verdict.PASS, executions=1),
        "2025.5.0 as-released": Judgement(Verdict.FLAKY, executions=2),
    }
    environments = (
        column("2025.2.0"),
        column("2025.4.0"),
        column("2025.4.0", Lane.LATEST),
        column("2025.5.0"),
        column("2026.1.0", refusal=Refusal("resolve", "no")),
    )
    return Matrix((row,), environments, {("bag/computes", key): each for key, each in said.items()})


def fact(**observed_: str) -> dict[str, Any]:
    """Return a fact, by releases written with underscores."""
    return {
        "issue": "",
        "observed": {name[1:].replace("_", "."): told for name, told in observed_.items()},
        "note": "n",
    }


def test_each_disagreement_is_told_with_what_was_got() -> None:
    """Cells that truth or the matrix does not speak of are passed over, also such as cannot be had."""
    facts = {
        "bag": {"bag/computes": fact(_2025_2_0="passed", _2025_4_0="passed", _2026_1_0="passed", _2024_1_0="failed")}
    }
    cells = list(truth_of.compared(facts, observed()))
    assert [str(cell) for cell, agrees in cells if not agrees] == [
        "2025.4.0, as-released: bag/computes: expected passed, got failed (KeyError)"
    ]
    assert len(cells) == 2


def test_the_lane_latest_has_its_own_truth() -> None:
    """And an uncertain cell agrees with no outcome, a scenario that is gone with nothing."""
    facts = fact(_2025_4_0="failed", _2025_5_0="failed") | {"latest": {"2025.4.0": "failed"}}
    cells = truth_of.compared({"bag": {"bag/computes": facts, "bag/gone": fact(_2025_2_0="passed")}}, observed())
    assert [str(cell) for cell, agrees in cells if not agrees] == [
        "2025.4.0, latest: bag/computes: expected failed, got passed",
        "2025.5.0, as-released: bag/computes: expected failed, got flaky",
        "2025.2.0, as-released: bag/gone: expected passed, got no such scenario",
    ]


def test_a_draft_keeps_notes_and_what_was_not_observed_now(tmp_path: Path) -> None:
    """What it writes agrees with the matrix it is from, but for what wavered: that is nobody's truth."""
    before = {"bag/computes": fact(_2024_1_0="failed", _2025_2_0="failed"), "bag/gone": fact(_2025_2_0="passed")}
    drafted = truth_of.draft("bag", observed(), before)
    truth_of.write(tmp_path / "bag.json", drafted)
    assert truth_of.load(tmp_path) == {"bag": drafted}
    assert drafted["bag/computes"] == {
        "issue": "https://example.org/1",
        "observed": {"2024.1.0": "failed", "2025.2.0": "passed", "2025.4.0": "failed"},
        "latest": {"2025.4.0": "passed"},
        "note": "n",
    }
    assert drafted.keys() == {"bag/computes"}
    assert all(agrees for _, agrees in truth_of.compared({"bag": drafted}, observed()))


def test_the_files_are_written_as_a_draft_would_write_them(tmp_path: Path) -> None:
    """So that a new draft shows only what is new."""
    for area, facts in TRUTH.items():
        truth_of.write(tmp_path / "again.json", facts)
        assert json.loads((tmp_path / "again.json").read_text("utf-8")) == facts
        assert (tmp_path / "again.json").read_text("utf-8") == (truth_of.FOLDER / f"{area}.json").read_text("utf-8")
