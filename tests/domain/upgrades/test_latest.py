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


@pytest.mark.parametrize(
    ("version", "days", "told"),
    [
        ("2025.4.1", -7, "main is a commit of 2025-04-15, 7 days older than 2025.10.0"),
        ("2025.4.1", 7, "main is a commit of 2025-04-29, without 2025.10.0"),
        ("2025.10.0.post1", -7, ""),
    ],
)
def test_main_without_the_newest_release_is_a_caveat(version: str, days: int, told: str) -> None:
    """An upgrade to it may be a step back."""
    commit = Commit("a" * 40, NOON + timedelta(days=days))
    main = replace(
        environment("2025.4.1"),
        key="main",
        release=Release(Release.parse(version).version, Pair(commit, commit, "main")),
    )
    columns = (environment("2025.2.0"), environment("2025.10.0", released_at=NOON), main)
    caveats = ask(grid("PPP", columns=columns), target="main").caveats
    inside = "; the newest release that it contains is 2025.4.1. It may lack what 2025.10.0 changed."
    assert [each for each in caveats if each.startswith("main is ")] == [f"{told}{inside}"] * bool(told)
