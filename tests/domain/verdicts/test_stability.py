"""Flaky scenarios from repeated executions in random order."""

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
    """Return trials from rounds such as ``a. bF``: scenario and outcome, in the order of their starts."""
    return [
        Trial(word[0], "key", LETTERS[word[1]], NOON + timedelta(hours=number, seconds=place), number)
        for number, order in enumerate(orders, 1)
        for place, word in enumerate(order.split())
    ]


def test_constant_outcomes_are_not_listed() -> None:
    """Whatever the outcome."""
    assert unstable(rounds("a. bF cE d-", "d- cE bF a.")) == []


def test_outcomes_are_counted_and_the_rate_is_that_of_passes() -> None:
    """Errored executions count too, though they are no evidence about Dask."""
    (found,) = unstable(rounds("a.", "aF", "aE", "a."))
    assert found == Unstable("a", "key", {Outcome.PASSED: 2, Outcome.FAILED: 1, Outcome.ERRORED: 1})
    assert found.rate == 0.5
    assert found.as_json()["outcomes"] == {"passed": 2, "failed": 1, "errored": 1}


def test_environments_are_separate() -> None:
    """A difference between releases is not flakiness."""
    other = [trial._replace(environment="other", outcome=Outcome.FAILED) for trial in rounds("a.", "a.")]
    assert unstable([*rounds("a.", "a."), *other]) == []


def test_only_after_names_what_came_before_every_failure_and_no_pass() -> None:
    """A hint: b breaks after a."""
    (found,) = unstable(rounds("a. bF c.", "c. a. bF", "b. c. a.", "c. b. a."))
    assert (found.scenario, found.only_after) == ("b", ("a",))


def test_one_execution_of_each_is_not_enough() -> None:
    """Two of each are the minimum."""
    (found,) = unstable(rounds("a. bF", "b. a.", "b. a."))
    assert found.only_after == ()


def test_only_after_excludes_what_came_before_a_pass() -> None:
    """Once is enough."""
    (found,) = unstable(rounds("a. bF", "a. bF", "b. a.", "a. b."))
    assert found.only_after == ()


@given(st.integers(0, 10_000), st.integers(4, 12))
def test_planted_order_dependence_is_found(seed: int, many: int) -> None:
    """In any order, given two executions of each; only the dependent scenario is listed."""
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
def test_order_of_results_is_irrelevant(trials: list[Trial]) -> None:
    """Only their starts matter."""
    assert unstable(trials) == unstable(rounds("a. bF c.", "c. aE b.", "b. c- aF"))
