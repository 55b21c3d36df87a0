"""Summary sentences are grammatical for none, one and many scenarios."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dask_matrix.domain.upgrades.answer import Answer
from dask_matrix.tell.code_usage import CodeCoverage
from dask_matrix.tell.summary import counts, sentence, usage_sentence

Ask = Callable[..., Answer]


@pytest.mark.parametrize(
    ("used", "covered", "words"),
    [
        (0, 0, "It uses no Dask API."),
        (1, 1, "It uses 1 name from the Dask API; scenarios cover it."),
        (1, 0, "It uses 1 name from the Dask API; no scenario covers it:"),
        (2, 2, "It uses 2 names from the Dask API; scenarios cover all of them."),
        (2, 1, "It uses 2 names from the Dask API; no scenario covers 1 of them:"),
        (2, 0, "It uses 2 names from the Dask API; no scenario covers any of them:"),
    ],
)
def test_names_and_verbs_agree(used: int, covered: int, words: str) -> None:
    """For no, one, some and all names."""
    names = [f"dask.a{number}" for number in range(used)]
    assert usage_sentence(CodeCoverage(dict.fromkeys(names, ("a.py:1",)), frozenset(names[:covered]))) == words


@pytest.mark.parametrize(
    ("lines", "accept", "expected"),
    [
        (("PF",), (), "the only scenario that passes on 2025.2.0 fails on 2025.3.0."),
        (("PF", "PP"), (), "1 of the 2 scenarios that pass on 2025.2.0 fails on 2025.3.0."),
        (("PF", "PF"), (), "2 of the 2 scenarios that pass on 2025.2.0 fail on 2025.3.0."),
        (("PF",), ("*",), "accepted: 1 failure; nothing else that passes on 2025.2.0 fails on 2025.3.0."),
        (("PF", "PF"), ("*",), "accepted: 2 failures; nothing else that passes on 2025.2.0 fails on 2025.3.0."),
        (("PF", "PF"), ("array/*",), "2 of the 2 scenarios that pass on 2025.2.0 fail on 2025.3.0; 1 accepted."),
        (("PP",), (), "the only scenario that passes on 2025.2.0 still passes on 2025.3.0."),
        (("PP", "PP"), (), "all 2 scenarios that pass on 2025.2.0 still pass on 2025.3.0."),
        (("P ",), (), "the only scenario in scope lacks a verdict on one or both releases: 1 untested."),
        (("P ", "PP"), (), "1 of the 2 scenarios in scope lacks a verdict on one or both releases: 1 untested."),
        (("P ", "P "), (), "2 of the 2 scenarios in scope lack a verdict on one or both releases: 2 untested."),
    ],
)
def test_counts_and_verbs_agree(ask: Ask, lines: tuple[str, ...], accept: tuple[str, ...], expected: str) -> None:
    """One fails, two fail."""
    assert sentence(ask(*lines, accept=accept)) == expected


def test_known_failures_that_are_accepted_are_counted_in_the_headline(ask: Ask) -> None:
    """The word safe never stands alone over failures."""
    assert sentence(ask("PF", "PF", known="*", accept=("known",))).startswith("accepted: 2 known failures; ")
    mixed = ask("PF", "PF", known="array/*", accept=("*",))
    assert sentence(mixed).startswith("accepted: 2 failures, 1 of them known; ")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("PF", "FF", "PP"), "1 breaks, 1 still fails, 1 still passes"),
        (("PF", "FF", "PP") * 2, "2 break, 2 still fail, 2 still pass"),
    ],
)
def test_a_scenario_that_fails_on_both_releases_still_fails(ask: Ask, lines: tuple[str, ...], expected: str) -> None:
    """In the same words in every output format."""
    assert counts(ask(*lines)) == expected
