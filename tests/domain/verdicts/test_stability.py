"""What repeated executions in random orders say."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from dask_matrix.domain.records.outcome import Outcome
from dask_matrix.domain.verdicts.stability import Trial, Unstable, unstable

NOON = datetime(2025, 4, 22, 12, tzinfo=UTC)
LETTERS = {".": Outcome.PASSED, "F": Outcome.FAILED, "E": Outcome.ERRORED, "-": Outcome.SKIPPED, "T": Outcome.TIMED_OUT}


def rounds(*orders: str) -> list[Trial]:
    """Return trials from rounds such as ``a. bF``: scenario and outcome, in the order in which they began."""
    return [
        Trial(word[0], "key", LETTERS[word[1]], NOON + timedelta(hours=number, seconds=place), number)
        for number, order in enumerate(orders, 1)
        for place, word in enumerate(order.split())
    ]


def test_constant_outcomes_are_not_listed() -> None:
    """Whatever they are."""
    assert unstable(rounds("a. bF cE d-", "d- cE bF a.")) == []


def test_each_outcome_is_counted_and_the_rate_is_of_passes() -> None:
    """Errored executions too, though they say nothing of Dask."""
    (found,) = unstable(rounds("a.", "aF", "aE", "a."))
    assert found == Unstable("a", "key", {Outcome.PASSED: 2, Outcome.FAILED: 1, Outcome.ERRORED: 1})
    assert found.rate == 0.5
    assert found.as_json()["outcomes"] == {"passed": 2, "failed": 1, "errored": 1}


def test_environments_are_told_apart() -> None:
    """An outcome that differs between releases is a finding of another kind."""
    other = [trial._replace(environment="other", outcome=Outcome.FAILED) for trial in rounds("a.", "a.")]
    assert unstable([*rounds("a.", "a."), *other]) == []


def test_what_every_broken_execution_came_after_and_no_passing_one_is_named() -> None:
    """An indication: b breaks after a."""
    (found,) = unstable(rounds("a. bF c.", "c. a. bF", "b. c. a.", "c. b. a."))
    assert (found.scenario, found.only_after) == ("b", ("a",))


def test_one_execution_of_a_kind_indicates_nothing() -> None:
    """Two of each are the least."""
    (found,) = unstable(rounds("a. bF", "b. a.", "b. a."))
    assert found.only_after == ()


def test_what_also_came_before_a_passing_execution_is_not_named() -> None:
    """Once is enough to clear it."""
    (found,) = unstable(rounds("a. bF", "a. bF", "b. a.", "a. b."))
    assert found.only_after == ()


@given(st.integers(0, 10_000), st.integers(4, 12))
def test_a_planted_dependence_on_order_is_found(seed: int, many: int) -> None:
    """Whatever the orders, as soon as there are two of each kind; and no more is listed than the one that depends."""
    chance = random.Random(seed)
    orders = []
    for _ in range(many):
        names = list("abcdef")
        chance.shuffle(names)
        broken = names.index("a") < names.index("b")
        orders.append(" ".join(f"{name}{'F' if name == 'b' and broken else '.'}" for name in names))
    found = unstable(rounds(*orders))
    assert {each.scenario for each in found} <= {"b"}
    counts = found[0].counts if found else {}
    if min(counts.get(Outcome.PASSED, 0), counts.get(Outcome.FAILED, 0)) >= 2:
        assert "a" in found[0].only_after


@given(st.permutations(rounds("a. bF c.", "c. aE b.", "b. c- aF")))
def test_the_order_in_which_results_come_does_not_matter(trials: list[Trial]) -> None:
    """Only when they began does."""
    assert unstable(trials) == unstable(rounds("a. bF c.", "c. aE b.", "b. c- aF"))
