"""What the page of an upgrade may see: the question as a form, and the answer with a link for everything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dask_matrix.domain.environments.commit_pair import MAIN
from dask_matrix.domain.environments.environment import Lane
from dask_matrix.domain.patterns import KNOWN
from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.domain.upgrades.answer import Safety
from dask_matrix.web import links, times
from dask_matrix.web.drawing.labels import SAFETIES, VERDICTS, Word
from dask_matrix.web.drawing.row_timeline import parted
from dask_matrix.web.pages.matrix_page import Choice, choices

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dask_matrix.domain.matrix.matrix import Matrix
    from dask_matrix.domain.upgrades.answer import Answer, Finding, Listed, Suspect
    from dask_matrix.web.api.upgrade import AskedQuery

MOST_WARNINGS = 200
"""New warnings that are listed."""


@dataclass(frozen=True)
class Form:
    """The question as it stands, and what there is to choose from.

    ``kept`` is what is asked beside the controls, which a form that is sent again says again; ``without`` leads to the rest.
    """

    starts: tuple[Choice, ...]
    targets: tuple[Choice, ...]
    lanes: tuple[Choice, ...]
    areas: tuple[Choice, ...]
    profiles: tuple[Choice, ...]
    q: str
    covers: str
    accepts_known: bool
    kept: tuple[tuple[str, str], ...]
    without: str


@dataclass(frozen=True)
class Side:
    """What one side of the move says of a scenario."""

    word: Word
    exception: str
    href: str


@dataclass(frozen=True)
class Row:
    """One scenario of the answer."""

    title: str
    id: str
    href: str
    before: Side
    after: Side
    why: str
    issues: tuple[links.Link, ...]
    listed: Listed | None
    listed_issue: links.Link | None
    accepted: bool


@dataclass(frozen=True)
class Section:
    """The scenarios of one kind. ``open`` says whether they are in sight at once."""

    name: str
    title: str
    means: str
    rows: tuple[Row, ...]
    open: bool


@dataclass(frozen=True)
class Stop:
    """A release on the road; ``year`` is said where it begins, ``turns`` where the safety is another than one step before."""

    release: str
    year: str
    short: str
    day: str
    late: bool
    word: Word
    told: str
    href: str
    regressed: int
    fixed: int
    installs: bool
    recommended: bool
    turns: bool


@dataclass(frozen=True)
class Origin:
    """The release that the road begins at."""

    year: str
    short: str


@dataclass(frozen=True)
class Apart:
    """What only the dependencies can have done on the target."""

    sentence: str
    breaks: tuple[tuple[str, str], ...]
    mends: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class UpgradePage:
    """The question, and the answer where both releases are named. ``twin`` is where its JSON is, once there is any."""

    form: Form
    answer: Answer | None
    word: Word | None
    sections: tuple[Section, ...]
    origin: Origin | None
    road: tuple[Stop, ...]
    advises: bool
    apart: Apart | None
    packages: str
    span: str
    command: str
    twin: str
    most_warnings: int = MOST_WARNINGS


SECTIONS = (
    ("regressed", "Breaks", "Held before and does not on the target."),
    ("unknown", "Unknown", "No verdict on both sides, so nothing is claimed."),
    ("fixed", "Fixed", "Did not hold before and does on the target."),
    ("still_failing", "Still fails", "Holds on neither side."),
    ("not_applicable", "Does not apply", "Declared not to apply on one of the two sides."),
)
"""Field of an answer, its heading, and what it means."""
IN_SIGHT = ("regressed", "unknown", "fixed")
SHOWN = {"from", "to", "lane", "q", "profile"}
"""What the form has a control for; it has one for the first ``area``, the first ``covers`` and ``accept=known`` too."""
UNTESTED = frozenset({Verdict.UNTESTED, Verdict.STALE, Verdict.UNINSTALLABLE})
"""What says nothing of a release as it is."""


def upgrade_page(matrix: Matrix, profiles: Sequence[str], query: AskedQuery, answer: Answer | None) -> UpgradePage:
    """Return the page of a question; ``answer`` is None until both releases are named."""
    return UpgradePage(
        form=_form(matrix, profiles, query),
        answer=answer,
        word=SAFETIES[answer.verdict] if answer else None,
        sections=tuple(_section(answer, *each) for each in SECTIONS) if answer else (),
        origin=Origin(*parted(answer.question.start)) if answer else None,
        road=tuple(_road(query, answer)) if answer else (),
        advises=bool(answer and answer.road and _is_tested(answer)),
        apart=_apart(answer) if answer else None,
        packages=_packages(matrix, answer) if answer else "",
        span=_span(answer) if answer else "",
        command=query.command() if answer else "",
        twin=links.twin(links.upgrade(query.values())) if answer else "",
    )


def _form(matrix: Matrix, profiles: Sequence[str], query: AskedQuery) -> Form:
    listed = [each for each in reversed(matrix.environments) if each.pair is None]
    releases = [str(each) for each in dict.fromkeys(each.release for each in listed)]
    main = [MAIN] * (len(listed) < len(matrix.environments))
    kept = list(_kept(query))
    return Form(
        starts=choices(releases, query.start),
        targets=choices([*main, *releases], query.target),
        lanes=choices(sorted({each.lane for each in matrix.environments} | {Lane.AS_RELEASED}), query.lane),
        areas=choices(matrix.areas(), next(iter(query.area), "")),
        profiles=choices(profiles, query.profile),
        q=query.q,
        covers=next(iter(query.covers), ""),
        accepts_known=KNOWN in query.accept,
        kept=tuple(kept),
        without=links.upgrade([each for each in query.pairs() if each not in kept]) if kept else "",
    )


def _kept(query: AskedQuery) -> Iterator[tuple[str, str]]:
    """Yield what the form has no control for, each once."""
    controlled = {("area", *query.area[:1]), ("covers", *query.covers[:1]), ("accept", KNOWN)}
    for pair in dict.fromkeys(query.pairs()):
        if pair[0] not in SHOWN and pair not in controlled:
            yield pair


def _is_tested(answer: Answer) -> bool:
    """Whether anything is known of the start itself: without that no release can be advised, not even to stay."""
    found = (each for name, *_ in SECTIONS for each in getattr(answer, name))
    return bool(answer.holding) or any(each.before.verdict not in UNTESTED for each in found)


def _section(answer: Answer, name: str, title: str, means: str) -> Section:
    found: tuple[Finding, ...] = getattr(answer, name)
    return Section(name, title, means, tuple(_row(answer, each) for each in found), name in IN_SIGHT)


def _row(answer: Answer, finding: Finding) -> Row:
    before, after = (_side(answer, finding, place) for place in ("start", "target"))
    return Row(
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


def _side(answer: Answer, finding: Finding, place: str) -> Side:
    column = getattr(answer, place)
    seen = finding.before if place == "start" else finding.after
    href = links.cell(finding.scenario, column.key) if column and column.installs else ""
    return Side(VERDICTS[seen.verdict], seen.exception, href)


def _road(query: AskedQuery, answer: Answer) -> Iterator[Stop]:
    """Yield the releases of the road; the start is safe to stay on."""
    last, safety = parted(answer.question.start)[0], Safety.SAFE
    for step in answer.road:
        year, short = parted(step.release)
        told = f"{step.regressed} break, {step.fixed} fixed"
        unknown = f", {step.unknown} unknown" if step.unknown else ""
        yield Stop(
            release=step.release,
            year=year if year != last else "",
            short=short,
            day=times.day(step.released_at),
            late=step.late,
            word=SAFETIES[step.verdict],
            told=f"{told}{unknown}" if step.installs else "does not install",
            href=links.upgrade(query.values(to=step.release)),
            regressed=step.regressed,
            fixed=step.fixed,
            installs=step.installs,
            recommended=step.release == answer.recommended,
            turns=step.verdict is not safety,
        )
        last, safety = year, step.verdict


def _apart(answer: Answer) -> Apart | None:
    if answer.lanes is None:
        return None
    return Apart(
        answer.lanes.sentence,
        tuple(_suspect(each, answer.lanes.other.key) for each in answer.lanes.breaks),
        tuple(_suspect(each, answer.lanes.other.key) for each in answer.lanes.mends),
    )


def _suspect(suspect: Suspect, key: str) -> tuple[str, str]:
    return suspect.title, links.cell(suspect.scenario, key)


def _packages(matrix: Matrix, answer: Answer) -> str:
    """Return what differs beside Dask in a sentence; that nothing does is said only where there are two locks."""
    told = [f"{each.name} {each.before or 'none'} → {each.after or 'none'}" for each in answer.packages_changed]
    if told:
        return f"Beside Dask the two sides differ in {', '.join(told)}."
    locked = {each.key for each in matrix.environments if each.lock}
    both = all(each and each.key in locked for each in (answer.start, answer.target))
    return "No other package differs." if both else "Not compared: there are no two locks."


def _span(answer: Answer) -> str:
    oldest, newest = times.day(answer.evidence.oldest), times.day(answer.evidence.newest)
    return oldest if oldest == newest else f"{oldest} to {newest}"
