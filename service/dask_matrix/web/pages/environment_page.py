"""Contexts of the environment page and the release page: changes, verdicts, lock and install commands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dask_matrix.domain.environments.commit_pair import PROJECTS
from dask_matrix.domain.environments.environment import packages
from dask_matrix.domain.upgrades.environment_diff import warning_groups
from dask_matrix.web import links, repeat_commands, times
from dask_matrix.web.drawing.labels import OVERLAYS, REFUSALS, Label, verdict_label
from dask_matrix.web.pages.contexts import EnvironmentHeading, EnvironmentLink, heading, place

if TYPE_CHECKING:
    from dask_matrix.domain.environments.release import Release
    from dask_matrix.domain.matrix.matrix import Matrix, Tally
    from dask_matrix.domain.matrix.rows_and_columns import Environment, Scenario
    from dask_matrix.domain.records.installation import Installation
    from dask_matrix.domain.upgrades.answer import PackageChange
    from dask_matrix.domain.upgrades.environment_diff import EnvironmentDiff, WarningGroup
    from dask_matrix.web.as_of import AsOf
    from dask_matrix.web.columns import Column, Version


NO_LOG = "none was recorded when it was installed"
NOT_YET = "it has not been installed"


@dataclass(frozen=True)
class ChangedRow:
    """One scenario that breaks or is fixed, with its verdict before and after."""

    title: str
    id: str
    href: str
    word: Label
    exception: str
    before_href: str
    before_word: Label
    issues: tuple[links.Link, ...]


@dataclass(frozen=True)
class NewWarning:
    """A warning that was not given before, the first scenario that gives it, and how ``more`` give it."""

    title: str
    href: str
    category: str
    message: str
    more: str


@dataclass(frozen=True)
class Changes:
    """Changes from the environment it follows; ``days`` between the two releases, None if unknown.

    ``untested`` counts the releases between the two that have no environment in the lane; empty if there are none.
    """

    before: EnvironmentLink
    days: int | None
    untested: str
    regressed: tuple[ChangedRow, ...]
    fixed: tuple[ChangedRow, ...]
    warnings: tuple[NewWarning, ...]
    packages: tuple[PackageChange, ...]
    python: tuple[str, str] | None
    locked: bool
    holding: int
    unknown: int
    upgrade_href: str


@dataclass(frozen=True)
class RowVerdict:
    """The verdict of one scenario in an environment."""

    title: str
    href: str
    word: Label
    mark: Label | None


@dataclass(frozen=True)
class Area:
    """The scenarios of one area: ``holding`` pass, ``others`` do not."""

    name: str
    tally: Tally
    others: tuple[RowVerdict, ...]
    holding: tuple[RowVerdict, ...]


@dataclass(frozen=True)
class Installed:
    """The last installation of an environment."""

    at: str
    took: str
    run: str
    run_href: str
    log: str


@dataclass(frozen=True)
class EnvironmentPage:
    """Context of the environment page. ``not_logged`` says why there is no install log, where one would be expected."""

    heading: EnvironmentHeading
    place: EnvironmentLink
    key: str
    python_full: str
    cutoff: str
    described: str
    age: str
    refusal_phase: str
    refusal_message: str
    lock: str
    lock_href: str
    packages: tuple[tuple[str, str], ...]
    install: tuple[str, ...]
    installed: Installed | None
    not_logged: str
    ref: str
    commits: tuple[links.Link, ...]
    standing: str
    changed: Changes | None
    areas: tuple[Area, ...]
    as_of: AsOf


@dataclass(frozen=True)
class TestedEnvironment:
    """One environment of a release."""

    heading: EnvironmentHeading
    href: str
    refusal: str
    message: str
    changed: Changes | None


@dataclass(frozen=True)
class ReleasePage:
    """Context of the release page."""

    release: str
    dated: str
    standing: str
    age: str
    environments: tuple[TestedEnvironment, ...]
    before: links.Link | None
    after: links.Link | None
    as_of: AsOf


def environment_page(column: Column, as_of: AsOf) -> EnvironmentPage:
    """Return the context for an environment."""
    environment, refusal = column.environment, column.environment.refusal
    return EnvironmentPage(
        heading=heading(column.matrix, environment),
        place=place(environment, as_of),
        key=environment.key,
        python_full=environment.python_full or "",
        cutoff=times.moment(environment.cutoff),
        described=times.moment(environment.at),
        age=as_of.age(environment.day),
        refusal_phase=refusal.phase if refusal else "",
        refusal_message=refusal.message if refusal else "",
        lock=environment.lock,
        lock_href=links.lock(environment.key),
        packages=tuple(packages(environment.lock).items()),
        install=repeat_commands.install(environment),
        installed=_installed(column.installation) if column.installation else None,
        not_logged="" if column.installation else _not_logged(column),
        ref=environment.pair.ref if environment.pair else "",
        commits=_commits(environment),
        standing=column.matrix.lineage.standing(environment.release),
        changed=_changed(column, as_of),
        areas=() if refusal else tuple(_areas(column.matrix, environment, as_of)),
        as_of=as_of,
    )


def _installed(installation: Installation) -> Installed:
    return Installed(
        at=times.moment(installation.at),
        took=times.duration(installation.seconds),
        run=installation.run,
        run_href=links.run(installation.run),
        log=installation.log,
    )


def _not_logged(column: Column) -> str:
    """Say why an environment has no recorded installation; empty if it was refused before installing."""
    environment = column.environment
    if environment.refusal and environment.refusal.phase != "import":
        return ""
    is_run = any((row.id, environment.key) in column.matrix.cells for row in column.matrix.scenarios)
    return NO_LOG if environment.refusal or is_run else NOT_YET


def _commits(environment: Environment) -> tuple[links.Link, ...]:
    """Return the commits of a commit pair, with links to GitHub."""
    if (pair := environment.pair) is None:
        return ()
    found = ((project, pair.commit(project)) for project in PROJECTS)
    return tuple(links.Link(f"{name} {each.short}, {each.at:%Y-%m-%d}", pair.link(name)) for name, each in found)


def release_page(version: Version, as_of: AsOf) -> ReleasePage:
    """Return the context for a release."""
    return ReleasePage(
        release=version.name,
        dated=version.columns[0].environment.dated,
        standing=version.columns[0].matrix.lineage.standing(version.columns[0].environment.release),
        age=as_of.age(version.columns[0].environment.day),
        environments=tuple(_tested_environment(each, as_of) for each in version.columns),
        before=_release(version.before, as_of) if version.before else None,
        after=_release(version.after, as_of) if version.after else None,
        as_of=as_of,
    )


def _release(release: Release, as_of: AsOf) -> links.Link:
    return links.Link(release.name, as_of.to(links.release(str(release))))


def _tested_environment(column: Column, as_of: AsOf) -> TestedEnvironment:
    refusal = column.environment.refusal
    return TestedEnvironment(
        heading=heading(column.matrix, column.environment),
        href=as_of.to(links.environment(column.environment.key)),
        refusal=REFUSALS.get(refusal.phase, refusal.phase) if refusal else "",
        message=refusal.message if refusal else "",
        changed=_changed(column, as_of),
    )


def _changed(column: Column, as_of: AsOf) -> Changes | None:
    if (found := column.change) is None:
        return None
    before, after = found.before, found.after
    pythons = (str(before.python), str(after.python))
    return Changes(
        before=place(before, as_of),
        days=(after.released_at - before.released_at).days if after.released_at and before.released_at else None,
        untested=column.matrix.gap(before, after).counts,
        regressed=tuple(_changed_row(column.matrix, found, each, as_of) for each in found.regressed),
        fixed=tuple(_changed_row(column.matrix, found, each, as_of) for each in found.fixed),
        warnings=tuple(_new_warning(each, after, as_of) for each in warning_groups(found.new_warnings)),
        packages=found.packages,
        python=pythons if pythons[0] != pythons[1] else None,
        locked=bool(before.lock and after.lock),
        holding=found.holding,
        unknown=found.unknown,
        upgrade_href=links.upgrade(
            {"from": str(before.release), "to": after.release.url_name, "lane": after.lane.value}
        ),
    )


def _new_warning(group: WarningGroup, after: Environment, as_of: AsOf) -> NewWarning:
    first = group.given[0]
    href = as_of.to(links.cell(first.scenario, after.key))
    return NewWarning(first.title, href, group.category, group.message, group.more)


def _changed_row(matrix: Matrix, found: EnvironmentDiff, row: Scenario, as_of: AsOf) -> ChangedRow:
    now, was = matrix.cell(row, found.after), matrix.cell(row, found.before)
    return ChangedRow(
        title=row.title,
        id=row.id,
        href=as_of.to(links.cell(row.id, found.after.key)),
        word=verdict_label(now),
        exception=now.exception or was.exception,
        before_href=as_of.to(links.cell(row.id, found.before.key)),
        before_word=verdict_label(was),
        issues=tuple(map(links.issue, row.issues)),
    )


def _areas(matrix: Matrix, environment: Environment, as_of: AsOf) -> list[Area]:
    alone = replace(matrix, environments=(environment,))
    found = []
    for name, rows in matrix.areas().items():
        verdicts = {row.id: _row_verdict(alone, row, environment, as_of) for row in rows}
        passing = {row.id for row in rows if alone.cell(row, environment).verdict.passes}
        found.append(
            Area(
                name,
                alone.tally(rows),
                tuple(each for row, each in verdicts.items() if row not in passing),
                tuple(each for row, each in verdicts.items() if row in passing),
            )
        )
    return found


def _row_verdict(matrix: Matrix, row: Scenario, environment: Environment, as_of: AsOf) -> RowVerdict:
    overlay = matrix.overlay(row, environment)
    href = as_of.to(links.cell(row.id, environment.key))
    return RowVerdict(
        row.title, href, verdict_label(matrix.cell(row, environment)), OVERLAYS[overlay] if overlay else None
    )
