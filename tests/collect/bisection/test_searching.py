"""What a search does beside executing: it makes ready what may be next, and finds out what a name means."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from dask_matrix.collect.bisection import histories
from dask_matrix.collect.bisection.find_scenario import named
from dask_matrix.collect.bisection.search import Bench, Searching
from dask_matrix.collect.bisection.stored_observations import Asked, Setting
from dask_matrix.collect.environments.installation import READY
from dask_matrix.collect.planning.request import Order
from dask_matrix.collect.scenario_set import catalog
from dask_matrix.domain.bisection.search import Search
from dask_matrix.domain.environments.environment import Lane
from dask_matrix.domain.environments.release import Release
from dask_matrix.domain.errors import UnknownName
from dask_matrix.domain.records.bisection import Seen
from dask_matrix.domain.records.records import InstallationRecord, RunRecord, parse_lines
from dask_matrix.store.store import Store

from .conftest import SCENARIO, Laboratory

RELEASED = "dask@2025.3.0+distributed@2025.3.0"
SETTING = Setting(Lane.AS_RELEASED)


@contextmanager
def searching(laboratory: Laboratory, line: histories.History) -> Iterator[Searching]:
    """Give a search over a history."""
    workplace = laboratory.workplace
    with Store.open(workplace.places.database) as store:
        order = Order([], catalog.read(workplace.tests), run="r")
        asked = Asked(named(SCENARIO, order.catalog, store), SETTING)
        yield Searching(line, Search(line.last), asked, Bench(workplace, store, order, lambda _step: None, print))


def test_what_may_be_next_is_built_and_installed_and_not_run(laboratory: Laboratory) -> None:
    """What was said meanwhile is recorded, of a run that is described; one that does not build is no trouble before its turn."""
    laboratory.dask.commit(1, "Next if it is good")
    laboratory.dask.commit(2, "Does not build", broken=True)
    workplace = laboratory.workplace
    line = histories.commits(workplace.git.pair(RELEASED), workplace.git.pair("main"), SETTING, workplace)
    with searching(laboratory, line) as search:
        with ThreadPoolExecutor(1) as pool:
            search._prepare(pool, (1, 2))
        assert search.bench.store.columns() == ()
    assert len(list(workplace.places.environments.glob(f"*/{READY}"))) == 1
    files = sorted(workplace.places.records.rglob("*.jsonl"))
    made, run = (record for path in files for record in parse_lines(path.read_bytes().splitlines()))
    assert isinstance(run, RunRecord)
    assert isinstance(made, InstallationRecord)
    assert "Installed 2 packages" in made.log


def test_stored_accidents_are_left_to_be_tried_again(laboratory: Laboratory) -> None:
    """What cannot be had, or does not apply, is known; what only an accident says is not."""
    laboratory.release({"2025.1.0": "....", "2025.2.0": "EE", "2025.3.0": "U", "2025.4.0": "-", "2025.5.0": "E.F"})
    ends = (Release.parse(text) for text in ("2025.1.0", "2025.5.0"))
    with searching(laboratory, histories.releases(*ends, SETTING, laboratory.workplace)) as search:
        seen = search._stored()
    assert {point: each.seen for point, each in seen.items()} == {
        0: Seen.GOOD, 2: Seen.UNKNOWN, 3: Seen.UNKNOWN, 4: Seen.BAD
    }  # fmt: skip


def test_a_name_that_turns_out_to_be_several_scenarios_is_answered_with_them(laboratory: Laboratory) -> None:
    """One for each set of parameters, which nobody can know before it was collected once."""
    laboratory.dask.commit(1, "Any")
    with pytest.raises(UnknownName, match=r"behaviour/is_several\[1\], behaviour/is_several\[2\]"):
        laboratory.ask(RELEASED, "main", scenario="behaviour/is_several")
