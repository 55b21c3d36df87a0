"""What must run: cells without a result, and reruns."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dask_matrix.collect.planning.plan import Reason, Reruns, current_fingerprints, todo
from dask_matrix.collect.scenario_set.catalog import Catalog
from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.store.planning import Collected

FUNCTION = "futures/test_x.py::test_it"
CATALOG = Catalog(Path(), {FUNCTION: "new"}, {"futures/test_x.py": "file"})
TWO = {"futures/x/it[1]": "new", "futures/x/it[2]": "new"}
OLD = dict.fromkeys(TWO, "old")


def collected(scenarios: dict[str, str], file: str = "another") -> Collected:
    """Return a collection of the one function."""
    return Collected({FUNCTION: scenarios} if scenarios else {}, {"futures/test_x.py": file})


@pytest.mark.parametrize(
    ("found", "done", "again", "reason", "cells"),
    [
        (Collected(), {}, (), Reason.NEW, 1),
        (collected(TWO), {}, (), Reason.UNFINISHED, 2),
        (collected(TWO), {"futures/x/it[1]": {"new"}}, (), Reason.UNFINISHED, 1),
        (collected(TWO), {name: {"old", "new"} for name in TWO}, (), None, 0),
        (collected(OLD), {name: {"old"} for name in TWO}, (), Reason.CHANGED, 2),
        (collected(OLD), {name: {"old", "new"} for name in TWO}, (), None, 0),
        (collected(TWO), {name: {"new"} for name in TWO}, ("futures/x/it[2]",), Reason.REQUESTED, 1),
        (collected({}), {}, (), Reason.NEW, 1),
        (collected({}, file="file"), {}, (), None, 0),
    ],
)
def test_a_function_runs_for_a_reason_or_not_at_all(
    found: Collected, done: dict[str, set[str]], again: tuple[str, ...], reason: Reason | None, cells: int
) -> None:
    """One table; in the last row pytest does not collect the function as a test."""
    planned = todo(CATALOG, found, done, again)
    assert planned.reasons.get(FUNCTION) == reason
    assert planned.cells == cells


def test_finished_scenarios_are_listed_with_fingerprints_for_the_harness_to_skip() -> None:
    """Except reruns."""
    done = {name: {"new"} for name in TWO}
    assert todo(CATALOG, collected(TWO), done).done == TWO
    assert todo(CATALOG, collected(TWO), done, ["futures/x/it[1]"]).done == {"futures/x/it[2]": "new"}


def test_old_results_are_rerun_for_the_current_fingerprint_only() -> None:
    """And the plan gives the reason."""
    done = {name: {"old", "new"} for name in TWO}
    aged = todo(CATALOG, collected(TWO), done, old={"futures/x/it[1]": {"new"}, "futures/x/it[2]": {"old"}})
    assert (aged.reasons, aged.done) == ({FUNCTION: Reason.OLD}, {"futures/x/it[2]": "new"})


def test_reruns_are_selected_by_verdict_or_by_age() -> None:
    """Strictly older than the given time."""
    noon = datetime(2025, 4, 22, 12, tzinfo=UTC)
    reruns = Reruns(frozenset({Verdict.FAIL}), noon)
    assert reruns.by_verdict({"a": Verdict.FAIL, "b": Verdict.PASS}) == {"a"}
    evidence = {"a": {"x": noon, "y": noon - timedelta(seconds=1)}}
    assert reruns.by_age(evidence) == {"a": {"y"}}
    assert (bool(reruns), bool(Reruns()), Reruns().by_age(evidence)) == (True, False, {"a": set()})


def test_collected_scenarios_get_the_current_fingerprint_of_their_function() -> None:
    """Whatever it was when they were collected."""
    assert current_fingerprints(CATALOG, collected(OLD)) == TWO
