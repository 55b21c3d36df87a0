"""Only cells without evidence run."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dask_matrix.collect.planning.plan import Reason, Repeats, present, todo
from dask_matrix.collect.scenario_set.catalog import Catalog
from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.store.planning import Collected

FUNCTION = "futures/test_x.py::test_it"
CATALOG = Catalog(Path(), {FUNCTION: "new"}, {"futures/test_x.py": "file"})
TWO = {"futures/x/it[1]": "new", "futures/x/it[2]": "new"}
OLD = dict.fromkeys(TWO, "old")


def collected(scenarios: dict[str, str], file: str = "another") -> Collected:
    """Return what pytest found of the one function."""
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
        (collected(TWO), {name: {"new"} for name in TWO}, ("futures/x/it[2]",), Reason.ASKED, 1),
        (collected({}), {}, (), Reason.NEW, 1),
        (collected({}, file="file"), {}, (), None, 0),
    ],
)
def test_a_function_runs_for_a_reason_or_not_at_all(
    found: Collected, done: dict[str, set[str]], again: tuple[str, ...], reason: Reason | None, cells: int
) -> None:
    """One table; the last row is a function that pytest looked at and took for no test."""
    planned = todo(CATALOG, found, done, again)
    assert planned.reasons.get(FUNCTION) == reason
    assert planned.cells == cells


def test_what_is_done_is_named_with_its_fingerprint_so_that_the_harness_leaves_it() -> None:
    """Except what is asked for again."""
    done = {name: {"new"} for name in TWO}
    assert todo(CATALOG, collected(TWO), done).done == TWO
    assert todo(CATALOG, collected(TWO), done, ["futures/x/it[1]"]).done == {"futures/x/it[2]": "new"}


def test_evidence_that_is_too_old_runs_again_of_the_present_fingerprint_only() -> None:
    """And the plan says why."""
    done = {name: {"old", "new"} for name in TWO}
    aged = todo(CATALOG, collected(TWO), done, old={"futures/x/it[1]": {"new"}, "futures/x/it[2]": {"old"}})
    assert (aged.reasons, aged.done) == ({FUNCTION: Reason.OLD}, {"futures/x/it[2]": "new"})


def test_what_repeats_is_named_by_verdict_or_by_age() -> None:
    """Older than the moment, not as old."""
    noon = datetime(2025, 4, 22, 12, tzinfo=UTC)
    repeats = Repeats(frozenset({Verdict.FAIL}), noon)
    assert repeats.asked({"a": Verdict.FAIL, "b": Verdict.PASS}) == {"a"}
    evidence = {"a": {"x": noon, "y": noon - timedelta(seconds=1)}}
    assert repeats.old(evidence) == {"a": {"y"}}
    assert (bool(repeats), bool(Repeats()), Repeats().old(evidence)) == (True, False, {"a": set()})


def test_every_scenario_collected_has_the_fingerprint_of_its_function_now() -> None:
    """Whichever it had then."""
    assert present(CATALOG, collected(OLD)) == TWO
