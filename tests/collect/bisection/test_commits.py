"""Bisecting the commits of two repositories, with real builds, environments and executions."""

from __future__ import annotations

import json

from dask_matrix.domain.records.bisection import BisectStatus
from dask_matrix.domain.records.run_end import EndStatus
from dask_matrix.store.store import Store

from .conftest import Laboratory
from .repositories import FAILS, HOLDS, OTHERWISE

RELEASED = "dask@2025.3.0+distributed@2025.3.0"


def test_commit_that_broke_it_is_found_with_its_repository(laboratory: Laboratory) -> None:
    """Commits are merged by date; a repeated search uses stored results only; the commit that fixed it is found too.

    All of it is one run, which records its end once, and the installer's output for its environments.
    """
    dask, distributed = laboratory.dask, laboratory.distributed
    for day in (1, 3):
        dask.commit(day, f"dask on day {day}")
    culprit = distributed.commit(4, "Break it", FAILS)
    dask.commit(5, "dask on day 5")
    mender = distributed.commit(6, "Mend it", HOLDS)
    found = laboratory.ask(RELEASED, f"dask@main+distributed@{culprit}")
    (suspect,) = found.suspects
    assert (found.ended, suspect.repository, suspect.commit) == (BisectStatus.FOUND, "distributed", culprit)
    assert (suspect.subject, suspect.author, suspect.link) == (
        "Break it", "somebody", f"https://github.com/dask/distributed/commit/{culprit}",
    )  # fmt: skip
    assert found.steps == 4
    assert (found.spent.environments, found.spent.executions) == (4, 16)
    assert found.spent.built >= 4
    assert found.commands[0].startswith("dask-matrix bisect behaviour/holds --good dask@")
    (run,) = (path for path in laboratory.workspace.places.records.iterdir())
    assert [json.loads(line)["kind"] for line in (run / "run.jsonl").read_text().splitlines()] == ["run", "end"]
    with Store.open(laboratory.workspace.places.database) as store:
        recorded_run = store.runs.run(run.name)
        assert recorded_run.end is not None
        assert recorded_run.end.how is EndStatus.FINISHED
        assert all(store.installation(each.environment) for each in found.looked if each.environment)
    again = laboratory.ask(RELEASED, f"dask@main+distributed@{culprit}")
    assert (again.suspects, again.spent.environments, again.spent.executions) == (found.suspects, 0, 0)
    fixed = laboratory.ask("main", f"dask@main+distributed@{culprit}", mends=True)
    assert [each.commit for each in fixed.suspects] == [mender]
    assert fixed.mends


def test_commit_that_does_not_build_leaves_several_suspects(laboratory: Laboratory) -> None:
    """With the build's error; and with --failing-with only failures of that kind are bad."""
    dask = laboratory.dask
    dask.commit(1, "Still good")
    hole = dask.commit(2, "Does not build, and may have broken it", FAILS, broken=True)
    after = dask.commit(3, "Builds again, and is broken")
    found = laboratory.ask(RELEASED, "main")
    assert (found.ended, [each.commit for each in found.suspects]) == (BisectStatus.SUSPECTS, [hole, after])
    assert "this commit does not build" in " ".join(each.told for each in found.looked)
    other = dask.commit(4, "Fails otherwise", OTHERWISE)
    narrowed = laboratory.ask(RELEASED, f"dask@{other}+distributed@2025.3.0", failing_with="RuntimeError")
    assert narrowed.ended is BisectStatus.UNVERIFIED
    assert "KeyError" in narrowed.end_told


def test_wrong_endpoint_is_reported_with_the_transitions_in_between(laboratory: Laboratory) -> None:
    """Good, bad, good again."""
    dask = laboratory.dask
    for day, behaviour in enumerate(("", FAILS, "", HOLDS), start=1):
        dask.commit(day, f"Day {day}", behaviour)
    found = laboratory.ask(RELEASED, "main")
    assert (found.ended, found.suspects) == (BisectStatus.CONTRADICTED, ())
    assert "was given as bad but is good: 10 of 10 executions passed" in found.end_told
    assert [each.breaks for each in found.turnings] == [True, False]
    dask.commit(9, "Day 9", FAILS)
    swept = laboratory.ask(RELEASED, "main", sweep=1)
    assert [each.breaks for each in swept.turnings] == [True, False, True]
    assert [each.subject for each in swept.suspects] == ["Day 9"]


def test_release_of_another_branch_is_searched_from_where_the_branches_diverge(laboratory: Laboratory) -> None:
    """With a note."""
    dask = laboratory.dask
    culprit = dask.commit(3, "Break it", FAILS)
    dask.checkout("2025.3.0", "backports")
    dask.commit(9, "A backport")
    dask.tag("2025.3.1")
    found = laboratory.ask("dask@2025.3.1+distributed@2025.3.0", f"dask@{culprit}+distributed@2025.3.0")
    assert [each.commit for each in found.suspects] == [culprit]
    assert "is not a first-parent ancestor of" in found.notes[0]
