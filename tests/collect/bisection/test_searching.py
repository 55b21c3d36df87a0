"""`HistorySearch`: preparing the next environments, using stored results, and parametrized names."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from dask_matrix.collect.bisection import histories
from dask_matrix.collect.bisection.find_scenario import find_scenario
from dask_matrix.collect.bisection.search import HistorySearch, SearchSetup
from dask_matrix.collect.bisection.stored_observations import ObservationQuery, Setting
from dask_matrix.collect.environments.installation import READY
from dask_matrix.collect.planning.request import RunRequest
from dask_matrix.collect.scenario_set import catalog
from dask_matrix.domain.bisection.search import Search
from dask_matrix.domain.environments.environment import Lane
from dask_matrix.domain.environments.release import Release
from dask_matrix.domain.errors import UnknownName
from dask_matrix.domain.records.bisection import PointStatus
from dask_matrix.domain.records.records import InstallationRecord, RunRecord, parse_lines
from dask_matrix.store.store import Store

from .conftest import SCENARIO, Laboratory

RELEASED = "dask@2025.3.0+distributed@2025.3.0"
SETTING = Setting(Lane.AS_RELEASED)


@contextmanager
def searching(laboratory: Laboratory, line: histories.History) -> Iterator[HistorySearch]:
    """Yield a search over a history."""
    workspace = laboratory.workspace
    with Store.open(workspace.places.database) as store:
        request = RunRequest([], catalog.read(workspace.tests), run="r")
        query = ObservationQuery(find_scenario(SCENARIO, request.catalog, store), SETTING)
        yield HistorySearch(
            line, Search(line.last), query, SearchSetup(workspace, store, request, lambda _step: None, print)
        )


def test_next_environments_are_built_and_installed_but_not_run(laboratory: Laboratory) -> None:
    """The installer's output is recorded in a recorded run; a commit that does not build causes no error before its turn."""
    laboratory.dask.commit(1, "Next if it is good")
    laboratory.dask.commit(2, "Does not build", broken=True)
    workspace = laboratory.workspace
    line = histories.commits(workspace.git.pair(RELEASED), workspace.git.pair("main"), SETTING, workspace)
    with searching(laboratory, line) as search:
        with ThreadPoolExecutor(1) as pool:
            search._prepare(pool, (1, 2))
        assert search.setup.store.columns() == ()
    assert len(list(workspace.places.environments.glob(f"*/{READY}"))) == 1
    files = sorted(workspace.places.records.rglob("*.jsonl"))
    made, run = (record for path in files for record in parse_lines(path.read_bytes().splitlines()))
    assert isinstance(run, RunRecord)
    assert isinstance(made, InstallationRecord)
    assert "Installed 2 packages" in made.log


def test_stored_internal_errors_are_retried(laboratory: Laboratory) -> None:
    """Uninstallable and skipped count as known; points with internal errors only do not."""
    laboratory.release({"2025.1.0": "....", "2025.2.0": "EE", "2025.3.0": "U", "2025.4.0": "-", "2025.5.0": "E.F"})
    ends = (Release.parse(text) for text in ("2025.1.0", "2025.5.0"))
    with searching(laboratory, histories.releases(*ends, SETTING, laboratory.workspace)) as search:
        seen = search._stored()
    assert {point: each.status for point, each in seen.items()} == {
        0: PointStatus.GOOD, 2: PointStatus.UNKNOWN, 3: PointStatus.UNKNOWN, 4: PointStatus.BAD
    }  # fmt: skip


def test_name_of_a_parametrized_test_lists_its_scenarios(laboratory: Laboratory) -> None:
    """Which are unknown before the first collection."""
    laboratory.dask.commit(1, "Any")
    with pytest.raises(UnknownName, match=r"behaviour/is_several\[1\], behaviour/is_several\[2\]"):
        laboratory.ask(RELEASED, "main", scenario="behaviour/is_several")
