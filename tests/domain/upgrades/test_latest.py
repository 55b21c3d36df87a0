"""``latest`` in a question, and ``main`` that is older than the newest release."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dask_matrix.domain.environments.commit_pair import Commit, Pair
from dask_matrix.domain.environments.release import Release, UnknownRelease
from dask_matrix.domain.upgrades.context import Context
from dask_matrix.domain.upgrades.upgrade import UpgradeEvidence
from tests.domain.upgrades.test_upgrade import NOON, RELEASES, ask, environment, grid


def test_latest_is_the_newest_tested_release_and_the_answer_names_it() -> None:
    """As target and as start."""
    answer = ask(grid("PPPPP"), target="latest")
    assert (answer.question.start, answer.question.target) == (RELEASES[0], "2025.10.0")
    assert answer.caveats == ()
    assert ask(grid("PPPPP"), start="latest", target="2025.10.0").question.start == "2025.10.0"
    with pytest.raises(UnknownRelease):
        ask(replace(grid("P"), environments=()), target="latest")


def test_newer_release_on_the_index_is_a_caveat() -> None:
    """For ``latest``, not for a release that was named."""
    evidence = UpgradeEvidence(context=Context(released=tuple(map(Release.parse, (*RELEASES, "2025.11.0")))))
    told = "2025.10.0 is the newest tested release; the package index already lists 2025.11.0."
    assert told in ask(grid("PPPPP"), target="latest", evidence=evidence).caveats
    assert told not in ask(grid("PPPPP"), target="2025.10.0", evidence=evidence).caveats


@pytest.mark.parametrize(("days", "older"), [(-7, True), (7, False)])
def test_main_that_is_older_than_the_newest_release_is_a_caveat(days: int, older: bool) -> None:
    """An upgrade to it may be a step back."""
    commit = Commit("a" * 40, NOON + timedelta(days=days))
    main = replace(
        environment("2025.4.1"),
        key="main",
        release=Release(Release.parse("2025.4.1").version, Pair(commit, commit, "main")),
    )
    columns = (environment("2025.2.0"), environment("2025.10.0", released_at=NOON), main)
    caveats = ask(grid("PPP", columns=columns), target="main").caveats
    told = "main is dask aaaaaaaaa + distributed aaaaaaaaa of 2025-04-15, older than 2025.10.0 of 2025-04-22: "
    assert [each for each in caveats if each.startswith(told)] == [
        f"{told}it may lack what that release changed."
    ] * older
