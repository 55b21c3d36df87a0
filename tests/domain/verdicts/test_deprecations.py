"""Which warnings are the same one again, and which announce an end."""

import pytest

from dask_matrix.domain.records.records import Warned
from dask_matrix.domain.verdicts.deprecations import deprecations, fresh


def warned(message: str, category: str = "FutureWarning") -> Warned:
    """Return a warning."""
    return Warned(category=category, message=message, where="x.py:1")


SAME = [
    ("port 8787 is in use", "port 43112 is in use"),
    ("<Client 0x7f2a> goes", "<Client 0xffee01> goes"),
    ("in /tmp/tmpab12/x", "in /tmp/tmpzz9/x"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_what_changes_with_each_execution_makes_no_warning_new(one: str, other: str) -> None:
    """Neither where two executions are compared whole, nor where only digests of them are."""
    assert fresh([warned(one)], [warned(other)]) == []
    assert deprecations([("FutureWarning", one)]) == deprecations([("FutureWarning", other)])


@pytest.mark.parametrize(("one", "other"), [("a goes", "b goes"), ("a goes", "a goes soon")])
def test_both_comparisons_agree_on_what_is_new(one: str, other: str) -> None:
    """There is one rule."""
    assert fresh([warned(one)], [warned(other)]) == [warned(other)]
    assert deprecations([("FutureWarning", one)]) != deprecations([("FutureWarning", other)])


def test_the_same_text_of_another_category_is_another_warning() -> None:
    """A pending deprecation that becomes one is news."""
    assert fresh([warned("a goes", "PendingDeprecationWarning")], [warned("a goes", "DeprecationWarning")])


def test_a_new_warning_given_at_several_places_is_told_once() -> None:
    """Where it was given is not compared."""
    assert fresh([], [warned("goes"), warned("goes").model_copy(update={"where": "y.py:2"})]) == [
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
    ],
)
def test_only_what_announces_an_end_is_a_deprecation(category: str, counts: bool) -> None:
    """By the category's name: a record has no more of it. Pytest is not what is under test."""
    assert bool(deprecations([(category, "it goes")])) is counts


def test_the_order_and_number_of_warnings_say_nothing() -> None:
    """Digests are a set, in one order."""
    given = [("FutureWarning", "a"), ("FutureWarning", "b"), ("FutureWarning", "a")]
    assert deprecations(given) == deprecations(reversed(given[:2]))
