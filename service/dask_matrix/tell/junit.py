"""Write an answer as a JUnit report: what breaks is a failure, what is unknown an error."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from dask_matrix.domain.upgrades.answer import Safety
from dask_matrix.tell.finding_groups import exception_names, issues, not_accepted, unknown_scenarios, verdict_change
from dask_matrix.tell.sanitize import sanitize
from dask_matrix.tell.summary import WORD, evidence, further_reasons, sentence, upgrade_title

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dask_matrix.domain.upgrades.answer import Answer, Finding

NO_AREA = "(top)"
"""The class name of scenarios that are in no area."""
MAX_LENGTH = 2_000
KINDS = ("failure", "error", "skipped")
PLURAL = {"failure": "failures", "error": "errors", "skipped": "skipped"}


def junit(answer: Answer) -> str:
    """Return the report: a suite for each area, a case for each scenario that changed, still fails or is unknown.

    An answer only counts the scenarios that still pass, so their number is a property of the first suite.
    """
    root = ET.Element("testsuites", name=f"dask-matrix: {upgrade_title(answer)}")
    root.append(_answer_suite(answer))
    cases = sorted(_cases(answer), key=lambda case: (case.get("classname", ""), case.get("name", "")))
    for area, members in groupby(cases, key=lambda case: case.get("classname", "")):
        suite = ET.SubElement(root, "testsuite", name=area)
        suite.extend(members)
        _count(suite, [*suite])
    _count(root, root.findall("testsuite/testcase"))
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=False) + "\n"


def _answer_suite(answer: Answer) -> ET.Element:
    """Return the suite of the answer as a whole.

    It gets a case of its own where no scenario is to blame, so that only a safe verdict is green.
    """
    suite = ET.Element("testsuite", name=upgrade_title(answer))
    properties = ET.SubElement(suite, "properties")
    for name, value in (
        ("verdict", answer.verdict),
        ("holding", answer.holding),
        ("not_applicable", len(answer.not_applicable)),
        ("specifier", answer.specifier),
        ("recommended", answer.recommended or ""),
        ("evidence", evidence(answer)),
    ):
        ET.SubElement(properties, "property", name=name, value=sanitize(str(value), MAX_LENGTH))
    if answer.doubts:
        suite.append(_doubts_case(answer))
    if answer.verdict is Safety.UNSAFE and not not_accepted(answer):
        suite.append(_uninstallable_case(answer))
    if answer.verdict is Safety.UNKNOWN and not unknown_scenarios(answer) and not answer.doubts:
        suite.append(_no_evidence_case(answer))
    _count(suite, suite.findall("testcase"))
    lines = [f"{WORD[answer.verdict]} {sentence(answer)}", *further_reasons(answer), *answer.caveats]
    ET.SubElement(suite, "system-out").text = "\n".join(sanitize(line) for line in lines)
    return suite


def _uninstallable_case(answer: Answer) -> ET.Element:
    case = ET.Element("testcase", classname="dask-matrix", name="the target installs")
    failure = ET.SubElement(case, "failure", message=sentence(answer), type="uninstallable")
    refusal = answer.target.refusal if answer.target else ""
    failure.text = "\n".join(sanitize(line, MAX_LENGTH) for line in refusal.splitlines()[:MAX_LENGTH])
    return case


def _doubts_case(answer: Answer) -> ET.Element:
    case = ET.Element("testcase", classname="dask-matrix", name="start and code are known")
    error = ET.SubElement(case, "error", message=sanitize(answer.doubts[0]), type="unknown")
    error.text = "\n".join(sanitize(line) for line in answer.doubts)
    return case


def _no_evidence_case(answer: Answer) -> ET.Element:
    case = ET.Element("testcase", classname="dask-matrix", name="there is evidence")
    error = ET.SubElement(case, "error", message=sentence(answer), type="unknown")
    error.text = "\n".join(sanitize(line) for line in answer.reasons)
    return case


def _cases(answer: Answer) -> Iterable[ET.Element]:
    """Return the cases of an answer, unordered."""
    groups = (
        *((each, "skipped" if each.accepted else "failure", _accepted(each)) for each in answer.regressed),
        *((each, "error", each.why or "no verdict on one or both releases") for each in unknown_scenarios(answer)),
        *((each, "skipped", "still fails") for each in answer.still_failing),
        *((each, "", "") for each in answer.fixed),
    )
    return [_case(*each) for each in groups]


def _case(finding: Finding, kind: str, message: str) -> ET.Element:
    case = ET.Element("testcase", classname=sanitize(finding.area) or NO_AREA, name=sanitize(finding.scenario))
    if kind:
        result = ET.SubElement(case, kind, message=sanitize(message or f"{finding.title}: {verdict_change(finding)}"))
        if kind != "skipped":
            result.set("type", sanitize(finding.after.exception) or finding.after.verdict.value)
        result.text = "\n".join(_case_lines(finding))
    return case


def _accepted(finding: Finding) -> str:
    if not finding.accepted:
        return ""
    return f"accepted: {finding.known.reason}" if finding.known else "accepted"


def _case_lines(finding: Finding) -> list[str]:
    raised = exception_names(finding)
    lines = [finding.title, verdict_change(finding) + (f", {raised}" if raised else "")]
    lines += [issue.address or issue.name for issue in issues(finding)]
    lines += [f"result {finding.after.result}"] if finding.after.result else []
    return [sanitize(line) for line in lines]


def _count(suite: ET.Element, cases: list[ET.Element]) -> None:
    suite.set("tests", str(len(cases)))
    for kind in KINDS:
        suite.set(PLURAL[kind], str(sum(case.find(kind) is not None for case in cases)))
