"""A JUnit report has a case for each scenario that changed or is unknown, and counts that add up."""

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
    """Return the result of each case."""
    found = {}
    for case in root.iter("testcase"):
        results = [child.tag for child in case]
        found[str(case.get("name"))] = results[0] if results else "passed"
    return found


def test_each_scenario_is_a_case_by_its_change(ask: Ask) -> None:
    """Scenarios that still pass are only counted."""
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


def test_accepted_failure_is_skipped_with_its_reason(ask: Ask) -> None:
    """From known.toml if the failure is known."""
    root = parsed(ask("PF", known="*", accept=("known",)))
    [skipped] = root.iter("skipped")
    assert skipped.get("message") == "accepted: it is so"
    [skipped] = parsed(ask("PF", accept=("array/*",))).iter("skipped")
    assert skipped.get("message") == "accepted"


def test_still_failing_scenario_is_skipped(ask: Ask) -> None:
    """It is not broken by this upgrade."""
    [skipped] = parsed(ask("FF")).iter("skipped")
    assert skipped.get("message") == "still fails"


def test_uninstallable_target_is_a_failure(ask: Ask) -> None:
    """With the whole refusal."""
    root = parsed(ask("PP", refused={"2025.3.0": "no way\nat all"}))
    [failure] = root.iter("failure")
    assert failure.text == "no way\nat all"
    assert cases(root) == {"the target installs": "failure"}


@pytest.mark.parametrize("question", [{}, {"refused": {"2025.2.0": "no"}}, {"target": "2031.1.0"}])
def test_unknown_verdict_is_never_green(ask: Ask, question: dict[str, object]) -> None:
    """Even if no scenario is unknown."""
    root = parsed(ask(**question))
    assert cases(root) == {"there is evidence": "error"}
    assert (root.get("errors"), root.get("failures")) == ("1", "0")


@pytest.mark.parametrize(
    ("lines", "others"), [(("PP",), {}), (("PF",), {"array/row_0": "failure"}), (("P ",), {"array/row_0": "error"})]
)
def test_start_in_doubt_is_an_error(ask: Ask, lines: tuple[str, ...], others: dict[str, str]) -> None:
    """Of its own, next to the scenarios."""
    root = parsed(ask(*lines).with_doubts(("A mixed pair.",)))
    assert cases(root) == {"start and code are known": "error", **others}
    assert next(root.iter("error")).get("message") == "A mixed pair."


@pytest.mark.parametrize("lines", [(), ("PP",), ("PF", "P~", "FF", "FP") * 9, ("PF",) * 500])
def test_counts_add_up(ask: Ask, lines: tuple[str, ...]) -> None:
    """Of each suite, and in total."""
    root = parsed(ask(*lines))
    for above in (root, *root.iter("testsuite")):
        found = list(above.iter("testcase"))
        assert above.get("tests") == str(len(found))
        for kind, plural in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
            assert above.get(plural) == str(sum(case.find(kind) is not None for case in found))


def test_untrusted_text_is_valid_xml(ask: Ask, hostile: str) -> None:
    """XML does not allow control characters, not even escaped."""
    answer = ask("PF", "P~", "FP", "FF", text=hostile, issue=hostile, known="array/*", refused={})
    root = parsed(answer)
    assert len(cases(root)) == 4
    parsed(ask("PP", refused={"2025.3.0": hostile}))
