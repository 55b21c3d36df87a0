"""A JUnit report holds a case for each scenario that changed or is unknown, and counts that add up."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree import ElementTree as ET

import pytest

from dask_matrix.domain.upgrades.answer import Answer
from dask_matrix.tell.junit import junit

Ask = Callable[..., Answer]


def parsed(answer: Answer) -> ET.Element:
    """Return the report as a CI system reads it."""
    return ET.fromstring(junit(answer).encode())


def cases(root: ET.Element) -> dict[str, str]:
    """Return what each case came to."""
    found = {}
    for case in root.iter("testcase"):
        results = [child.tag for child in case]
        found[str(case.get("name"))] = results[0] if results else "passed"
    return found


def test_each_scenario_is_what_the_move_makes_of_it(ask: Ask) -> None:
    """What holds on both sides is a number and no case."""
    root = parsed(ask("PF", "P~", "FF", "FP", "PP", "-P"))
    assert cases(root) == {
        "array/row_0": "failure",
        "futures/row_1": "error",
        "array/row_2": "skipped",
        "futures/row_3": "passed",
    }
    assert [suite.get("name") for suite in root] == ["dask 2025.2.0 → 2025.3.0", "array", "futures"]
    properties = {each.get("name"): each.get("value") for each in root.iter("property")}
    assert (properties["verdict"], properties["holding"], properties["not_applicable"]) == ("unsafe", "1", "1")


def test_what_is_accepted_is_skipped_with_its_reason(ask: Ask) -> None:
    """A known failure by that of known.toml."""
    root = parsed(ask("PF", known="*", accept=("known",)))
    [skipped] = root.iter("skipped")
    assert skipped.get("message") == "accepted: it is so"
    [skipped] = parsed(ask("PF", accept=("array/*",))).iter("skipped")
    assert skipped.get("message") == "accepted"


def test_what_still_fails_says_so(ask: Ask) -> None:
    """It is not this move's doing."""
    [skipped] = parsed(ask("FF")).iter("skipped")
    assert skipped.get("message") == "still fails"


def test_a_target_that_does_not_install_fails(ask: Ask) -> None:
    """With the whole of what was said."""
    root = parsed(ask("PP", refused={"2025.3.0": "no way\nat all"}))
    [failure] = root.iter("failure")
    assert failure.text == "no way\nat all"
    assert cases(root) == {"the target installs": "failure", "array/row_0": "error"}


@pytest.mark.parametrize("question", [{}, {"refused": {"2025.2.0": "no"}}, {"target": "2031.1.0"}])
def test_an_unknown_verdict_is_never_green(ask: Ask, question: dict[str, object]) -> None:
    """Not even where no scenario is there to be unknown."""
    root = parsed(ask(**question))
    assert cases(root) == {"there is evidence": "error"}
    assert (root.get("errors"), root.get("failures")) == ("1", "0")


@pytest.mark.parametrize("lines", [(), ("PP",), ("PF", "P~", "FF", "FP") * 9, ("PF",) * 500])
def test_the_counts_add_up(ask: Ask, lines: tuple[str, ...]) -> None:
    """Of each suite, and of all."""
    root = parsed(ask(*lines))
    for above in (root, *root.iter("testsuite")):
        found = list(above.iter("testcase"))
        assert above.get("tests") == str(len(found))
        for kind, plural in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
            assert above.get(plural) == str(sum(case.find(kind) is not None for case in found))


def test_a_strangers_text_is_legal_xml(ask: Ask, hostile: str) -> None:
    """Control characters are none of XML's, even escaped."""
    answer = ask("PF", "P~", "FP", "FF", text=hostile, issue=hostile, known="array/*", refused={})
    root = parsed(answer)
    assert len(cases(root)) == 4
    parsed(ask("PP", refused={"2025.3.0": hostile}))
