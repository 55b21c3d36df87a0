"""An answer as a JUnit report, for CI systems that show tests: what breaks is a failure, what is unknown an error."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from dask_matrix.domain.upgrades.answer import Safety
from dask_matrix.tell.finding_groups import change, exceptions, issues, still_open
from dask_matrix.tell.sanitize import inert
from dask_matrix.tell.summary import WORD, evidence, move, sentence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dask_matrix.domain.upgrades.answer import Answer, Finding

TOP = "(top)"
"""The area of what stands in no folder."""
MOST = 2_000
KINDS = ("failure", "error", "skipped")
PLURAL = {"failure": "failures", "error": "errors", "skipped": "skipped"}


def junit(answer: Answer) -> str:
    """Return the report: a suite for each area, a case for each scenario that changed, still fails or is unknown.

    What holds on both sides is only counted in an answer, so it is a property of the first suite, which has no cases.
    """
    root = ET.Element("testsuites", name=f"dask-matrix: {move(answer)}")
    root.append(_whole(answer))
    cases = sorted(_cases(answer), key=lambda case: (case.get("classname", ""), case.get("name", "")))
    for area, members in groupby(cases, key=lambda case: case.get("classname", "")):
        suite = ET.SubElement(root, "testsuite", name=area)
        suite.extend(members)
        _count(suite, [*suite])
    _count(root, root.findall("testsuite/testcase"))
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=False) + "\n"


def _whole(answer: Answer) -> ET.Element:
    """Return the suite of the answer as a whole: its one case is what no scenario tells, so that no verdict but safe is green."""
    suite = ET.Element("testsuite", name=move(answer))
    properties = ET.SubElement(suite, "properties")
    for name, value in (
        ("verdict", answer.verdict),
        ("holding", answer.holding),
        ("not_applicable", len(answer.not_applicable)),
        ("specifier", answer.specifier),
        ("recommended", answer.recommended or ""),
        ("evidence", evidence(answer)),
    ):
        ET.SubElement(properties, "property", name=name, value=inert(str(value), MOST))
    if answer.verdict is Safety.UNSAFE and not still_open(answer):
        suite.append(_refused(answer))
    if answer.verdict is Safety.UNKNOWN and not answer.unknown:
        suite.append(_no_evidence(answer))
    _count(suite, suite.findall("testcase"))
    told = [f"{WORD[answer.verdict]} {sentence(answer)}", *answer.reasons, *answer.caveats]
    ET.SubElement(suite, "system-out").text = "\n".join(inert(line) for line in told)
    return suite


def _refused(answer: Answer) -> ET.Element:
    case = ET.Element("testcase", classname="dask-matrix", name="the target installs")
    failure = ET.SubElement(case, "failure", message=sentence(answer), type="uninstallable")
    refusal = answer.target.refusal if answer.target else ""
    failure.text = "\n".join(inert(line, MOST) for line in refusal.splitlines()[:MOST])
    return case


def _no_evidence(answer: Answer) -> ET.Element:
    case = ET.Element("testcase", classname="dask-matrix", name="there is evidence")
    error = ET.SubElement(case, "error", message=sentence(answer), type="unknown")
    error.text = "\n".join(inert(line) for line in answer.reasons)
    return case


def _cases(answer: Answer) -> Iterable[ET.Element]:
    """Return the cases of an answer, in no order."""
    groups = (
        *((each, "skipped" if each.accepted else "failure", _accepted(each)) for each in answer.regressed),
        *((each, "error", each.why or "no verdict on both sides") for each in answer.unknown),
        *((each, "skipped", "still fails") for each in answer.still_failing),
        *((each, "", "") for each in answer.fixed),
    )
    return [_case(*each) for each in groups]


def _case(finding: Finding, kind: str, why: str) -> ET.Element:
    case = ET.Element("testcase", classname=inert(finding.area) or TOP, name=inert(finding.scenario))
    if kind:
        result = ET.SubElement(case, kind, message=inert(why or f"{finding.title}: {change(finding)}"))
        if kind != "skipped":
            result.set("type", inert(finding.after.exception) or finding.after.verdict.value)
        result.text = "\n".join(_story(finding))
    return case


def _accepted(finding: Finding) -> str:
    if not finding.accepted:
        return ""
    return f"accepted: {finding.known.reason}" if finding.known else "accepted"


def _story(finding: Finding) -> list[str]:
    raised = exceptions(finding)
    told = [finding.title, change(finding) + (f", {raised}" if raised else "")]
    told += [issue.address or issue.name for issue in issues(finding)]
    told += [f"result {finding.after.result}"] if finding.after.result else []
    return [inert(line) for line in told]


def _count(suite: ET.Element, cases: list[ET.Element]) -> None:
    suite.set("tests", str(len(cases)))
    for kind in KINDS:
        suite.set(PLURAL[kind], str(sum(case.find(kind) is not None for case in cases)))
