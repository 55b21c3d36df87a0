"""The first sentences are English, for one scenario and for many."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dask_matrix.domain.upgrades.answer import Answer
from dask_matrix.tell.code_usage import Code
from dask_matrix.tell.summary import counts, in_words, sentence

Ask = Callable[..., Answer]


@pytest.mark.parametrize(
    ("used", "covered", "words"),
    [
        (0, 0, "It uses nothing of Dask."),
        (1, 1, "It uses 1 name of Dask; scenarios cover it."),
        (1, 0, "It uses 1 name of Dask; no scenario covers it:"),
        (2, 2, "It uses 2 names of Dask; scenarios cover all of the 2."),
        (2, 1, "It uses 2 names of Dask; no scenario covers 1 of the 2:"),
        (2, 0, "It uses 2 names of Dask; scenarios cover none of the 2:"),
    ],
)
def test_names_and_verbs_agree(used: int, covered: int, words: str) -> None:
    """None, one, some or all of them."""
    names = [f"dask.a{number}" for number in range(used)]
    assert in_words(Code(dict.fromkeys(names, ("a.py:1",)), frozenset(names[:covered]))) == words


@pytest.mark.parametrize(
    ("lines", "accept", "told"),
    [
        (("PF",), (), "the only scenario that held breaks."),
        (("PF", "PP"), (), "1 of 2 scenarios that held breaks."),
        (("PF", "PF"), (), "2 of 2 scenarios that held break."),
        (("PF",), ("*",), "the only scenario that held breaks; it is accepted."),
        (("PF", "PF"), ("*",), "2 of 2 scenarios that held break; all accepted."),
        (("PF", "PF"), ("array/*",), "2 of 2 scenarios that held break; 1 accepted."),
        (("PP",), (), "the only scenario that held still holds."),
        (("PP", "PP"), (), "all 2 scenarios that held still hold."),
        (("P ",), (), "the only scenario in scope has no verdict on both sides."),
        (("P ", "PP"), (), "1 of 2 scenarios in scope has no verdict on both sides."),
        (("P ", "P "), (), "2 of 2 scenarios in scope have no verdict on both sides."),
    ],
)
def test_counts_and_verbs_agree(ask: Ask, lines: tuple[str, ...], accept: tuple[str, ...], told: str) -> None:
    """One breaks, two break."""
    assert sentence(ask(*lines, accept=accept)) == told


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (("PF", "FF", "PP"), "1 breaks, 1 still fails, 1 holds"),
        (("PF", "FF", "PP") * 2, "2 break, 2 still fail, 2 hold"),
    ],
)
def test_what_fails_on_both_sides_still_fails(ask: Ask, lines: tuple[str, ...], told: str) -> None:
    """In the words of the page, and of every other form."""
    assert counts(ask(*lines)) == told
