"""Context of the upgrade page: the question as a form, and the answer with links to its evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dask_matrix.domain.environments.commit_pair import MAIN
from dask_matrix.domain.environments.environment import Lane
from dask_matrix.domain.patterns import KNOWN
from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.domain.upgrades.answer import Safety
from dask_matrix.domain.upgrades.environment_diff import warning_groups
from dask_matrix.web import links, times
from dask_matrix.web.drawing.labels import SAFETIES, VERDICTS, Label
from dask_matrix.web.drawing.row_timeline import split_year
from dask_matrix.web.pages.matrix_page import Option, options

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dask_matrix.domain.matrix.matrix import Matrix
    from dask_matrix.domain.upgrades.answer import Answer, Finding, LaneDifference, ListedFailure
    from dask_matrix.domain.upgrades.environment_diff import WarningGroup
    from dask_matrix.web.api.upgrade import UpgradeFormQuery

ACCEPTED = "All that breaks is accepted by the question, and every selected scenario has an up-to-date result."
MOST_WARNINGS = 200
"""Most new warnings listed."""


@dataclass(frozen=True)
class UpgradeForm:
    """The form: current values, and options to choose from.

    ``extra_parameters`` have no control and are sent as hidden fields; ``without_extras`` is the address without them.
    """

    starts: tuple[Option, ...]
    targets: tuple[Option, ...]
    lanes: tuple[Option, ...]
    areas: tuple[Option, ...]
    profiles: tuple[Option, ...]
    q: str
    covers: str
    accepts_known: bool
    extra_parameters: tuple[tuple[str, str], ...]
    without_extras: str


@dataclass(frozen=True)
class SideVerdict:
    """The verdict of a scenario on the start or on the target."""

    word: Label
    exception: str
    href: str


@dataclass(frozen=True)
class FindingRow:
    """One scenario of the answer."""

    title: str
    id: str
    href: str
    before: SideVerdict
    after: SideVerdict
    why: str
    issues: tuple[links.Link, ...]
    listed: ListedFailure | None
    listed_issue: links.Link | None
    accepted: bool


@dataclass(frozen=True)
class Section:
    """The scenarios of one kind. ``open``: not folded at first."""

    name: str
    title: str
    means: str
    rows: tuple[FindingRow, ...]
    open: bool


@dataclass(frozen=True)
class PathStep:
    """A release in between; ``year`` is set where a year begins, ``is_change`` where the safety differs from the step before."""

    release: str
    year: str
    short: str
    day: str
    late: bool
    word: Label
    text: str
    href: str
    regressed: int
    fixed: int
    installs: bool
    recommended: bool
    is_change: bool


@dataclass(frozen=True)
class PathStart:
    """The start of the upgrade."""

    year: str
    short: str


@dataclass(frozen=True)
class DependencyEffects:
    """Changes on the target that only its dependencies can have caused."""

    sentence: str
    breaks: tuple[tuple[str, str], ...]
    mends: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class UpgradePage:
    """Context of the upgrade page; without ``answer`` until both releases are given. ``twin`` is the address of the JSON."""

    form: UpgradeForm
    answer: Answer | None
    word: Label | None
    means: str
    sections: tuple[Section, ...]
    origin: PathStart | None
    steps: tuple[PathStep, ...]
    has_advice: bool
    dependency_effects: DependencyEffects | None
    packages: str
    warnings: tuple[WarningGroup, ...]
    evidence_dates: str
    command: str
    twin: str
    most_warnings: int = MOST_WARNINGS


SECTIONS = (
    ("regressed", "Breaks", "Pass on {start}, fail on {target}."),
    ("unknown", "Unknown", "No usable result for {start}, {target} or both."),
    ("fixed", "Fixed", "Fail on {start}, pass on {target}."),
    ("still_failing", "Still fails", "Fail on both."),
    ("not_applicable", "Does not apply", "Declared not to apply on at least one of the two."),
)
"""Field of an answer, its heading, and a description with placeholders for both releases."""
OPEN_SECTIONS = ("regressed", "unknown", "fixed")
FORM_PARAMETERS = {"from", "to", "lane", "q", "profile"}
"""Parameters with a control in the form; the first ``area``, the first ``covers`` and ``accept=known`` have one too."""
UNTESTED = frozenset({Verdict.UNTESTED, Verdict.STALE, Verdict.UNINSTALLABLE})
"""Verdicts that are no evidence about a release."""


def upgrade_page(
    matrix: Matrix, profiles: Sequence[str], query: UpgradeFormQuery, answer: Answer | None
) -> UpgradePage:
    """Return the context for a question; ``answer`` is None until both releases are given."""
    return UpgradePage(
        form=_form(matrix, profiles, query, answer),
        answer=answer,
        word=SAFETIES[answer.verdict] if answer else None,
        means=_means(answer) if answer else "",
        sections=tuple(_section(answer, *each) for each in SECTIONS) if answer else (),
        origin=PathStart(*split_year(answer.question.start)) if answer else None,
        steps=tuple(_steps(query, answer)) if answer else (),
        has_advice=bool(answer and answer.road and _is_start_tested(answer)),
        dependency_effects=_dependency_effects(answer) if answer else None,
        packages=_packages(matrix, answer) if answer else "",
        warnings=warning_groups(answer.new_warnings) if answer else (),
        evidence_dates=_evidence_dates(answer) if answer else "",
        command=query.command() if answer else "",
        twin=links.twin(links.upgrade(query.values())) if answer else "",
    )


def _means(answer: Answer) -> str:
    """Return what the verdict means; a safe one may be over failures that the question accepts."""
    accepted = answer.verdict is Safety.SAFE and answer.regressed
    return ACCEPTED if accepted else SAFETIES[answer.verdict].means


def _form(matrix: Matrix, profiles: Sequence[str], query: UpgradeFormQuery, answer: Answer | None) -> UpgradeForm:
    listed = [each for each in reversed(matrix.environments) if each.pair is None]
    releases = [str(each) for each in dict.fromkeys(each.release for each in listed)]
    main = [MAIN] * (len(listed) < len(matrix.environments))
    extra_parameters = list(_extra_parameters(query))
    return UpgradeForm(
        starts=options(releases, answer.question.start if answer else query.start),
        targets=options([*main, *releases], answer.question.target if answer else query.target),
        lanes=options(sorted({each.lane for each in matrix.environments} | {Lane.AS_RELEASED}), query.lane),
        areas=options(matrix.areas(), next(iter(query.area), "")),
        profiles=options(profiles, query.profile),
        q=query.q,
        covers=next(iter(query.covers), ""),
        accepts_known=KNOWN in query.accept,
        extra_parameters=tuple(extra_parameters),
        without_extras=links.upgrade([each for each in query.pairs() if each not in extra_parameters])
        if extra_parameters
        else "",
    )


def _extra_parameters(query: UpgradeFormQuery) -> Iterator[tuple[str, str]]:
    """Yield the parameters that the form has no control for, each once."""
    controlled = {("area", *query.area[:1]), ("covers", *query.covers[:1]), ("accept", KNOWN)}
    for pair in dict.fromkeys(query.pairs()):
        if pair[0] not in FORM_PARAMETERS and pair not in controlled:
            yield pair


def _is_start_tested(answer: Answer) -> bool:
    """Whether the start itself has results: without them nothing can be recommended, not even to stay."""
    found = (each for name, *_ in SECTIONS for each in getattr(answer, name))
    return bool(answer.holding) or any(each.before.verdict not in UNTESTED for each in found)


def _section(answer: Answer, name: str, title: str, means: str) -> Section:
    found: tuple[Finding, ...] = getattr(answer, name) if name != "unknown" or answer.is_comparable else ()
    described = means.format(start=answer.question.start, target=answer.question.target)
    return Section(name, title, described, tuple(_finding_row(answer, each) for each in found), name in OPEN_SECTIONS)


def _finding_row(answer: Answer, finding: Finding) -> FindingRow:
    before, after = (_side_verdict(answer, finding, place) for place in ("start", "target"))
    return FindingRow(
        title=finding.title,
        id=finding.scenario,
        href=links.scenario(finding.scenario),
        before=before,
        after=after,
        why=finding.why,
        issues=tuple(map(links.issue, finding.issues)),
        listed=finding.known,
        listed_issue=links.issue(finding.known.issue) if finding.known else None,
        accepted=finding.accepted,
    )


def _side_verdict(answer: Answer, finding: Finding, place: str) -> SideVerdict:
    column = getattr(answer, place)
    seen = finding.before if place == "start" else finding.after
    href = links.cell(finding.scenario, column.key) if column and column.installs else ""
    return SideVerdict(VERDICTS[seen.verdict], seen.exception, href)


def _steps(query: UpgradeFormQuery, answer: Answer) -> Iterator[PathStep]:
    """Yield the releases in between; the start counts as safe."""
    last, safety = split_year(answer.question.start)[0], Safety.SAFE
    for step in answer.road:
        year, short = split_year(step.release)
        text = f"{step.regressed} break, {step.fixed} fixed"
        unknown = f", {step.unknown} unknown" if step.unknown else ""
        yield PathStep(
            release=step.release,
            year=year if year != last else "",
            short=short,
            day=times.day(step.released_at),
            late=step.late,
            word=SAFETIES[step.verdict],
            text=f"{text}{unknown}" if step.installs else "does not install",
            href=links.upgrade(query.values(to=step.release)),
            regressed=step.regressed,
            fixed=step.fixed,
            installs=step.installs,
            recommended=step.release == answer.recommended,
            is_change=step.verdict is not safety,
        )
        last, safety = year, step.verdict


def _dependency_effects(answer: Answer) -> DependencyEffects | None:
    if answer.lanes is None:
        return None
    return DependencyEffects(
        answer.lanes.sentence,
        tuple(_suspect(each, answer.lanes.other.key) for each in answer.lanes.breaks),
        tuple(_suspect(each, answer.lanes.other.key) for each in answer.lanes.mends),
    )


def _suspect(suspect: LaneDifference, key: str) -> tuple[str, str]:
    return suspect.title, links.cell(suspect.scenario, key)


def _packages(matrix: Matrix, answer: Answer) -> str:
    """Describe the other package differences; "none" only if both environments have a lock."""
    text = [f"{each.name} {each.before or 'none'} → {each.after or 'none'}" for each in answer.packages_changed]
    if text:
        return f"Besides Dask, the two tested environments differ in: {', '.join(text)}."
    locked = {each.key for each in matrix.environments if each.lock}
    both = all(each and each.key in locked for each in (answer.start, answer.target))
    return (
        "No other package differs between the two tested environments." if both else "Not compared: a lock is missing."
    )


def _evidence_dates(answer: Answer) -> str:
    oldest, newest = times.day(answer.evidence.oldest), times.day(answer.evidence.newest)
    return oldest if oldest == newest else f"{oldest} to {newest}"
