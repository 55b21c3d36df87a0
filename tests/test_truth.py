"""The seed scenarios turn where they were observed to turn, and where truth speaks of scenarios, they exist."""

from __future__ import annotations

import json
from pathlib import Path

from service import places
from service.collect import catalog
from tests.conftest import dask_matrix

TRUTH = json.loads((Path(__file__).parent / "truth" / "futures.json").read_text(encoding="utf-8"))
TURNING = ("2025.3.0", "2025.4.0")
"""Between these bind on nested delayed broke (dask/dask#12055), among others."""


def test_every_scenario_that_truth_speaks_of_exists() -> None:
    """And truth speaks of every scenario of its area."""
    functions = catalog.read(places.scenarios()).functions
    ids = {name.removesuffix(".py").replace("/test_", "/").replace(".py::test_", "/") for name in functions}
    assert {name.partition("[")[0] for name in TRUTH} == {name for name in ids if name.startswith("futures/")}


def test_scenarios_turn_where_they_were_observed_to_turn(real_data: Path, tmp_path: Path) -> None:
    """Two releases for real, a part of the rows; the whole is in the closing notes."""
    data = tmp_path / "data"
    data.mkdir()
    for kept in ("locks", "pytest", "index"):
        (data / kept).symlink_to(real_data / kept)
    releases = [word for release in TURNING for word in ("--release", release)]
    expression = "test_bind or test_bag or test_delayed"
    done = dask_matrix("run", *releases, "-k", expression, data=data)
    assert done.returncode == 0, done.stderr
    grid = json.loads(dask_matrix("show", "--json", data=data).stdout)
    words = {"pass": "passed", "fail": "failed", "timeout": "timed-out", "n/a": "skipped"}
    columns = [each["release"] for each in grid["environments"]]
    seen = {
        row["id"]: {
            release: words[grid["legend"][cell]] for release, cell in zip(columns, cells, strict=True) if cell != " "
        }
        for row, cells in zip(grid["scenarios"], grid["cells"], strict=True)
    }
    run = {name: outcomes for name, outcomes in seen.items() if outcomes}
    assert run == {name: {release: TRUTH[name]["observed"][release] for release in TURNING} for name in run}
    assert any(len(set(outcomes.values())) > 1 for outcomes in run.values())
