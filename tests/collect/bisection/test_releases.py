"""Bisecting releases from stored results: nothing is executed if they are sufficient."""

from __future__ import annotations

from contextlib import nullcontext

import pytest

from dask_matrix.collect.bisection.endpoints import NoEndpoints
from dask_matrix.collect.bisection.histories import NoHistory
from dask_matrix.collect.scenario_set.names import scenario_set_name
from dask_matrix.domain.environments.release import UnknownRelease
from dask_matrix.domain.errors import DaskMatrixError, UnknownName
from dask_matrix.domain.records.bisection import BisectStatus

from .conftest import Laboratory

ROW = {
    "2025.1.0": "....",
    "2025.2.0": "FFFF",
    "2025.3.0": "....",
    "2025.3.1": "",
    "2025.4.0": "FFFF",
    "2025.5.0": "FFFF",
}


def test_default_endpoints_are_those_of_the_newest_stored_transition(laboratory: Laboratory) -> None:
    """Backports are left out."""
    laboratory.release(ROW, late=["2025.3.1"])
    found = laboratory.ask(commits=False)
    assert (found.start, found.end, [each.name for each in found.suspects]) == ("2025.3.0", "2025.4.0", ["2025.4.0"])
    assert (found.spent.environments, found.spent.built) == (0, 0)
    assert found.notes == ("Backports left out: 2025.3.1.",)
    fixed = laboratory.ask(commits=False, mends=True)
    assert (fixed.start, fixed.end, [each.name for each in fixed.suspects]) == ("2025.2.0", "2025.3.0", ["2025.3.0"])


def test_every_stored_transition_is_reported(laboratory: Laboratory) -> None:
    """And the last of its kind before the later endpoint is searched."""
    laboratory.release(ROW, late=["2025.3.1"])
    found = laboratory.ask("2025.1.0", "2025.5.0", commits=False)
    assert [(each.after, each.breaks) for each in found.turnings] == [
        ("2025.2.0", True), ("2025.3.0", False), ("2025.4.0", True),
    ]  # fmt: skip
    assert [each.name for each in found.suspects] == ["2025.4.0"]
    assert all(each.executed is None for each in found.looked)


@pytest.mark.parametrize(
    ("letters", "told"), [("U", "resolve: error: No solution found"), ("-", "skipped"), ("E-", "skipped")]
)
def test_untestable_release_is_among_the_suspects(laboratory: Laboratory, letters: str, told: str) -> None:
    """Uninstallable, or skipped there."""
    laboratory.release({"2025.1.0": "....", "2025.2.0": letters, "2025.3.0": "FFFF"})
    found = laboratory.ask("2025.1.0", "2025.3.0", commits=False)
    assert (found.ended, [each.name for each in found.suspects]) == (BisectStatus.SUSPECTS, ["2025.2.0", "2025.3.0"])
    assert found.looked[1].told.startswith(told)


def test_flaky_scenario_is_reported_with_a_confidence(laboratory: Laboratory) -> None:
    """From stored executions alone, if there are enough."""
    laboratory.release({"2025.1.0": "." * 14, "2025.2.0": "FF" + "." * 8})
    found = laboratory.ask("2025.1.0", "2025.2.0", commits=False)
    assert (found.ended, found.rate, round(found.confidence, 3)) == (BisectStatus.FOUND, 0.2, 0.956)


def test_wrong_endpoint_is_reported(laboratory: Laboratory) -> None:
    """By name, with its executions."""
    laboratory.release({"2025.1.0": "....", "2025.2.0": "FFFF", "2025.3.0": "." * 10})
    found = laboratory.ask("2025.1.0", "2025.3.0", commits=False)
    assert found.ended is BisectStatus.CONTRADICTED
    assert found.end_told == "2025.3.0 was given as bad but is good: 10 of 10 executions passed (passed)"
    assert [each.breaks for each in found.turnings] == [True, False]
    own = f"--scenarios {scenario_set_name(laboratory.folder / 'set')}"
    assert found.commands[1:] == (
        f"dask-matrix bisect behaviour/holds --good 2025.1.0 --bad 2025.2.0 {own}",
        f"dask-matrix bisect behaviour/holds --bad 2025.2.0 --good 2025.3.0 --find-fix {own}",
    )


@pytest.mark.parametrize(
    ("good", "bad", "mends", "error", "told"),
    [
        ("2025.1.0", "2025.9.0", False, UnknownRelease, "No release '2025.9.0'. Nearest: 2025.4.0, 2025.5.0"),
        ("2025.4.0", "2025.1.0", False, NoHistory, "2025.4.0 is not before 2025.1.0"),
        ("2025.1.0", "2025.4.0", True, NoHistory, "2025.4.0 is not before 2025.1.0"),
        ("2025.4.0", "", False, NoEndpoints, "Give both --good and --bad"),
        ("dask@2025.3.0", "", False, NoEndpoints, "if one of them is a commit"),
        ("dask@nothing", "main", False, UnknownName, "No branch, tag or commit"),
        ("main", "main", False, NoHistory, "No commits between"),
    ],
)
def test_invalid_endpoints_are_reported(
    laboratory: Laboratory, good: str, bad: str, mends: bool, error: type[DaskMatrixError], told: str
) -> None:
    """With a way to fix it."""
    laboratory.release(ROW)
    with pytest.raises(error, match=told):
        laboratory.ask(good, bad, mends=mends)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("behaviour/hold", "matches 2 scenarios: behaviour/holds, behaviour/holds_also"),
        ("behavior/holds", "Nearest: behaviour/holds"),
        ("nothing like it at all", "No scenario 'nothing like it at all'"),
    ],
)
def test_unknown_or_ambiguous_scenario_suggests_names(laboratory: Laboratory, name: str, told: str) -> None:
    """Those that match, or the closest."""
    laboratory.release(ROW)
    with pytest.raises(DaskMatrixError, match=told):
        laboratory.ask(scenario=name)


@pytest.mark.parametrize("name", ["behaviour/holds", "also", "BEHAVIOUR several"])
def test_scenario_is_found_by_id_or_unique_part(laboratory: Laboratory, name: str) -> None:
    """Whole ids take precedence over parts; also if it was never collected."""
    laboratory.release(ROW)
    with nullcontext() if name == "behaviour/holds" else pytest.raises(NoEndpoints):
        laboratory.ask(scenario=name, commits=False)


def test_same_answer_is_recorded_once(laboratory: Laboratory) -> None:
    """A repeated bisection without executions records nothing."""
    laboratory.release(ROW)
    for _ in range(2):
        laboratory.ask(commits=False)
    records = list((laboratory.folder / "data" / "records").rglob("bisect.jsonl"))
    assert len(records) == 1
