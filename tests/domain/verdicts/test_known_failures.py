"""Known failures: which cells an entry applies to, and their overlays."""

from datetime import UTC, date, datetime

import pytest
from packaging.specifiers import SpecifierSet

from dask_matrix.domain.environments.environment import Lane, Python
from dask_matrix.domain.environments.release import Release
from dask_matrix.domain.matrix.matrix import Matrix
from dask_matrix.domain.matrix.rows_and_columns import Environment, Scenario
from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.domain.verdicts.known_failures import KnownFailure, Overlay, overlay

TODAY = date(2026, 11, 23)


def known(
    scenario: str = "bag/computes", releases: str = ">=2025.4.0", lanes: frozenset[Lane] = frozenset()
) -> KnownFailure:
    """Return an entry that expires at the new year."""
    return KnownFailure(
        scenario, SpecifierSet(releases), "https://example.org/1", "for a reason", date(2027, 1, 1), lanes
    )


def environment(release: str = "2025.4.1", lane: Lane = Lane.AS_RELEASED) -> Environment:
    """Return a column."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return Environment("k", Release.parse(release), Python.parse("3.11"), lane, "linux-x86_64", at)


def listed(
    *entries: KnownFailure, scenario: str = "bag/computes", column: Environment | None = None, day: date = TODAY
) -> KnownFailure | None:
    """Return the known failure of a matrix with one cell on a day."""
    matrix = Matrix((Scenario(scenario, "Computes", "bag", "f"),), (column or environment(),))
    return matrix.with_known_failures(entries, day).known.get((scenario, "k"))


@pytest.mark.parametrize(
    ("entry", "scenario", "column", "speaks"),
    [
        (known(), "bag/computes", environment(), True),
        (known(), "bag/computes", environment("2025.2.0"), False),
        (known(), "bag/computes_twice", environment(), False),
        (known("bag/*"), "bag/computes_twice", environment(), True),
        (known("bag/computes[1]"), "bag/computes[1]", environment(), True),
        (known("bag/computes[*]"), "bag/computes[1]", environment(), True),
        (known("bag/computes[*]"), "bag/computes1", environment(), False),
        (known("bag/comp?tes"), "bag/computes", environment(), False),
        (known(lanes=frozenset({Lane.LATEST})), "bag/computes", environment(), False),
        (known(lanes=frozenset({Lane.LATEST})), "bag/computes", environment(lane=Lane.LATEST), True),
        (known(releases=">=2025.4.0"), "bag/computes", environment("2026.1.0rc1"), True),
    ],
)
def test_entry_applies_to_its_scenario_releases_and_lanes(
    entry: KnownFailure, scenario: str, column: Environment, speaks: bool
) -> None:
    """An asterisk matches anything, brackets are literal."""
    assert (listed(entry, scenario=scenario, column=column) is entry) is speaks


def test_expired_entry_does_not_apply() -> None:
    """From the day of expiry on."""
    assert listed(known(), day=date(2026, 12, 31)) == known()
    assert listed(known(), day=date(2027, 1, 1)) is None


def test_first_matching_entry_counts() -> None:
    """In the order of the file."""
    assert listed(known(lanes=frozenset({Lane.LATEST})), known("bag/*"), known()) == known("bag/*")


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        (Verdict.FAIL, Overlay.KNOWN),
        (Verdict.TIMEOUT, Overlay.KNOWN),
        (Verdict.FLAKY, Overlay.KNOWN),
        (Verdict.PASS, Overlay.SURPRISE),
        (Verdict.UNTESTED, None),
        (Verdict.NOT_APPLICABLE, None),
    ],
)
def test_listed_failure_is_known_and_a_pass_is_a_surprise(verdict: Verdict, expected: Overlay | None) -> None:
    """Other verdicts and unlisted cells have no overlay."""
    assert overlay(verdict, known()) is expected
    assert overlay(verdict, None) is None
