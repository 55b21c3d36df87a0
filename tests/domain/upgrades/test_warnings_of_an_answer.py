"""The same warning of many scenarios is told once."""

from dask_matrix.domain.records.records import Warned
from dask_matrix.domain.upgrades.answer import NewWarning
from dask_matrix.domain.upgrades.environment_diff import warning_groups
from dask_matrix.domain.upgrades.upgrade import UpgradeEvidence
from tests.domain.upgrades.test_upgrade import RELEASES, ask, grid


def warning(scenario: str, message: str, category: str = "FutureWarning") -> NewWarning:
    """Return a new warning."""
    return NewWarning(scenario=scenario, title=scenario, category=category, message=message)


def test_groups_are_by_category_and_text_without_variable_parts() -> None:
    """The largest first, each with its first scenario and the number of others."""
    groups = warning_groups(
        [
            warning("a", "b goes"),
            warning("b", "port 8787 goes"),
            warning("c", "port 43112 goes"),
            warning("d", "port 1 goes"),
            warning("e", "b goes", "UserWarning"),
        ]
    )
    assert [(each.category, each.message, each.given[0].scenario, each.more) for each in groups] == [
        ("FutureWarning", "port 8787 goes", "b", " and 2 more scenarios"),
        ("FutureWarning", "b goes", "a", ""),
        ("UserWarning", "b goes", "e", ""),
    ]
    assert warning_groups([warning("a", "x"), warning("b", "x")])[0].more == " and 1 more scenario"


def test_warnings_of_pytest_and_of_leaks_are_not_new_warnings() -> None:
    """Whichever evidence they were recorded with."""
    noise = ("pytest.PytestRemovedIn10Warning", "anyio/pytest_plugin.py:14"), ("dask_matrix.Leak", "test_x.py:1")
    given = tuple(Warned(category=category, message="it goes", where=where) for category, where in noise)
    own = Warned(category="FutureWarning", message="it goes", where="dask/base.py:1")
    evidence = UpgradeEvidence(
        warnings=lambda key: {"array/row_0": (*given, own)} if key.startswith(RELEASES[1]) else {}
    )
    assert [each.category for each in ask(grid("PP"), evidence=evidence).new_warnings] == ["FutureWarning"]
