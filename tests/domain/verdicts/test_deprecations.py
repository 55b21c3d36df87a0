"""Which warnings are new, and which are deprecations."""

import pytest

from dask_matrix.domain.records.records import Warned
from dask_matrix.domain.verdicts.deprecations import added_warnings, deprecations, is_of_test_tools


def warned(message: str, category: str = "FutureWarning") -> Warned:
    """Return a warning."""
    return Warned(category=category, message=message, where="x.py:1")


SAME = [
    ("port 8787 is in use", "port 43112 is in use"),
    ("<Client 0x7f2a> goes", "<Client 0xffee01> goes"),
    ("in /tmp/tmpab12/x", "in /tmp/tmpzz9/x"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_variable_parts_make_no_warning_new(one: str, other: str) -> None:
    """Neither when warnings are compared, nor when digests are."""
    assert added_warnings([warned(one)], [warned(other)]) == []
    assert deprecations([("FutureWarning", one, "x.py:1")]) == deprecations([("FutureWarning", other, "x.py:1")])


@pytest.mark.parametrize(("one", "other"), [("a goes", "b goes"), ("a goes", "a goes soon")])
def test_both_comparisons_agree_on_what_is_new(one: str, other: str) -> None:
    """There is only one rule."""
    assert added_warnings([warned(one)], [warned(other)]) == [warned(other)]
    assert deprecations([("FutureWarning", one, "x.py:1")]) != deprecations([("FutureWarning", other, "x.py:1")])


def test_same_text_with_another_category_is_another_warning() -> None:
    """A pending deprecation that becomes a deprecation is new."""
    assert added_warnings([warned("a goes", "PendingDeprecationWarning")], [warned("a goes", "DeprecationWarning")])


def test_new_warning_at_several_locations_is_returned_once() -> None:
    """Locations are not compared."""
    assert added_warnings([], [warned("goes"), warned("goes").model_copy(update={"where": "y.py:2"})]) == [
        warned("goes").model_copy(update={"where": "y.py:2"})
    ]


@pytest.mark.parametrize(
    ("category", "counts"),
    [
        ("DeprecationWarning", True),
        ("PendingDeprecationWarning", True),
        ("FutureWarning", True),
        ("builtins.FutureWarning", True),
        ("numpy.exceptions.VisibleDeprecationWarning", True),
        ("pandas.errors.Pandas4Warning", True),
        ("UserWarning", False),
        ("RuntimeWarning", False),
        ("dask_matrix.Leak", False),
        ("pytest.PytestRemovedIn10Warning", False),
        ("pytest.PytestDeprecationWarning", False),
    ],
)
def test_deprecation_categories(category: str, counts: bool) -> None:
    """By the category's name, all that a record has. Warnings of pytest itself do not count."""
    assert bool(deprecations([(category, "it goes", "x.py:1")])) is counts


def test_order_and_number_of_warnings_are_irrelevant() -> None:
    """Digests are sorted and unique."""
    given = [("FutureWarning", "a", "x.py:1"), ("FutureWarning", "b", "x.py:1"), ("FutureWarning", "a", "y.py:2")]
    assert deprecations(given) == deprecations(reversed(given[:2]))


@pytest.mark.parametrize(
    ("category", "where", "of_test_tools"),
    [
        ("pytest.PytestRemovedIn10Warning", "anyio/pytest_plugin.py:14", True),
        ("DeprecationWarning", "_pytest/python.py:3", True),
        ("DeprecationWarning", "/x/lib/python3.11/site-packages/pluggy/_hooks.py:3", True),
        ("DeprecationWarning", "pytest_asyncio/plugin.py:9", True),
        ("DeprecationWarning", "anyio/pytest_plugin.py:14", True),
        ("UserWarning", "dask_matrix_harness/leaks.py:1", True),
        ("dask_matrix.Leak", "futures/test_x.py:12", True),
        ("FutureWarning", "dask/dataframe/core.py:1", False),
        ("DeprecationWarning", "distributed/pytest_resourceleaks.py:1", False),
        ("DeprecationWarning", "futures/test_pytest.py:4", False),
        ("pytest", "x.py:1", False),
    ],
)
def test_warnings_of_what_runs_the_scenarios_are_told_apart(category: str, where: str, of_test_tools: bool) -> None:
    """By the package of the category, or of the file: pytest, its plugins, the harness."""
    assert is_of_test_tools(category, where) is of_test_tools
    if of_test_tools:
        assert deprecations([(category, "it goes", where)]) == ()
