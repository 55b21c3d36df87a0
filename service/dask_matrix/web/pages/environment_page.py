"""What the pages of an environment and of a release may see: what they turned, what is in them, how to install it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dask_matrix.domain.environments.commit_pair import PROJECTS
from dask_matrix.domain.environments.environment import packages
from dask_matrix.web import links, repeat_commands, times
from dask_matrix.web.drawing.labels import OVERLAYS, REFUSALS, Word, said
from dask_matrix.web.pages.contexts import Heading, Place, backport, heading, place

if TYPE_CHECKING:
    from dask_matrix.domain.environments.release import Release
    from dask_matrix.domain.matrix.matrix import Matrix, Tally
    from dask_matrix.domain.matrix.rows_and_columns import Environment, Scenario
    from dask_matrix.domain.records.installation import Installation
    from dask_matrix.domain.upgrades.answer import PackageChange
    from dask_matrix.domain.upgrades.environment_diff import Change
    from dask_matrix.web.as_of import AsOf
    from dask_matrix.web.columns import Column, Version


NO_LOG = "none was recorded when it was installed"
NOT_YET = "it has not been installed"


@dataclass(frozen=True)
class Turned:
    """One row that turned: its cell on either side."""

    title: str
    id: str
    href: str
    word: Word
    exception: str
    before_href: str
    before_word: Word
    issues: tuple[links.Link, ...]


@dataclass(frozen=True)
class Warns:
    """A row that warns of something it did not warn of before."""

    title: str
    href: str
    category: str
    message: str


@dataclass(frozen=True)
class Changed:
    """What an environment turned against the one before; ``days`` lie between the two releases, None if that is not known."""

    before: Place
    days: int | None
    backport: str
    regressed: tuple[Turned, ...]
    fixed: tuple[Turned, ...]
    warnings: tuple[Warns, ...]
    packages: tuple[PackageChange, ...]
    python: tuple[str, str] | None
    locked: bool
    holding: int
    unknown: int
    upgrade_href: str


@dataclass(frozen=True)
class Standing:
    """One row in an environment."""

    title: str
    href: str
    word: Word
    mark: Word | None


@dataclass(frozen=True)
class Area:
    """The rows of one area: those that hold apart from the rest."""

    name: str
    tally: Tally
    others: tuple[Standing, ...]
    holding: tuple[Standing, ...]


@dataclass(frozen=True)
class Installed:
    """How an environment was last installed."""

    at: str
    took: str
    run: str
    run_href: str
    log: str


@dataclass(frozen=True)
class EnvironmentPage:
    """One column, and exactly what is in it. ``not_logged`` says why there is no log of an installation, where one is missed."""

    heading: Heading
    place: Place
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
    changed: Changed | None
    areas: tuple[Area, ...]
    as_of: AsOf


@dataclass(frozen=True)
class Tried:
    """One environment of a release."""

    heading: Heading
    href: str
    refusal: str
    message: str
    changed: Changed | None


@dataclass(frozen=True)
class ReleasePage:
    """One release, with the environments it was tried in."""

    release: str
    day: str
    age: str
    environments: tuple[Tried, ...]
    before: links.Link | None
    after: links.Link | None
    as_of: AsOf


def environment_page(column: Column, as_of: AsOf) -> EnvironmentPage:
    """Return the page of one environment."""
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
    """Say why no installation is on record of an environment; nothing where what refused it came before that."""
    environment = column.environment
    if environment.refusal and environment.refusal.phase != "import":
        return ""
    is_run = any((row.id, environment.key) in column.matrix.cells for row in column.matrix.scenarios)
    return NO_LOG if environment.refusal or is_run else NOT_YET


def _commits(environment: Environment) -> tuple[links.Link, ...]:
    """Return the commits of what is no release, each leading to where everybody can read it."""
    if (pair := environment.pair) is None:
        return ()
    found = ((project, pair.commit(project)) for project in PROJECTS)
    return tuple(links.Link(f"{name} {each.short}, {each.at:%Y-%m-%d}", pair.link(name)) for name, each in found)


def release_page(version: Version, as_of: AsOf) -> ReleasePage:
    """Return the page of one release."""
    return ReleasePage(
        release=version.name,
        day=times.day(version.columns[0].environment.released_at),
        age=as_of.age(version.columns[0].environment.day),
        environments=tuple(_tried(each, as_of) for each in version.columns),
        before=_release(version.before, as_of) if version.before else None,
        after=_release(version.after, as_of) if version.after else None,
        as_of=as_of,
    )


def _release(release: Release, as_of: AsOf) -> links.Link:
    return links.Link(release.name, as_of.to(links.release(str(release))))


def _tried(column: Column, as_of: AsOf) -> Tried:
    refusal = column.environment.refusal
    return Tried(
        heading=heading(column.matrix, column.environment),
        href=as_of.to(links.environment(column.environment.key)),
        refusal=REFUSALS.get(refusal.phase, refusal.phase) if refusal else "",
        message=refusal.message if refusal else "",
        changed=_changed(column, as_of),
    )


def _changed(column: Column, as_of: AsOf) -> Changed | None:
    if (found := column.change) is None:
        return None
    before, after = found.before, found.after
    pythons = (str(before.python), str(after.python))
    return Changed(
        before=place(before, as_of),
        days=(after.released_at - before.released_at).days if after.released_at and before.released_at else None,
        backport=backport(before, after),
        regressed=tuple(_turned(column.matrix, found, each, as_of) for each in found.regressed),
        fixed=tuple(_turned(column.matrix, found, each, as_of) for each in found.fixed),
        warnings=tuple(
            Warns(each.title, as_of.to(links.cell(each.scenario, after.key)), each.category, each.message)
            for each in found.new_warnings
        ),
        packages=found.packages,
        python=pythons if pythons[0] != pythons[1] else None,
        locked=bool(before.lock and after.lock),
        holding=found.holding,
        unknown=found.unknown,
        upgrade_href=links.upgrade({"from": str(before.release), "to": after.release.called, "lane": after.lane.value}),
    )


def _turned(matrix: Matrix, found: Change, row: Scenario, as_of: AsOf) -> Turned:
    now, was = matrix.cell(row, found.after), matrix.cell(row, found.before)
    return Turned(
        title=row.title,
        id=row.id,
        href=as_of.to(links.cell(row.id, found.after.key)),
        word=said(now),
        exception=now.exception or was.exception,
        before_href=as_of.to(links.cell(row.id, found.before.key)),
        before_word=said(was),
        issues=tuple(map(links.issue, row.issues)),
    )


def _areas(matrix: Matrix, environment: Environment, as_of: AsOf) -> list[Area]:
    alone = replace(matrix, environments=(environment,))
    found = []
    for name, rows in matrix.areas().items():
        told = {row.id: _standing(alone, row, environment, as_of) for row in rows}
        holds = {row.id for row in rows if alone.cell(row, environment).verdict.holds}
        found.append(
            Area(
                name,
                alone.tally(rows),
                tuple(each for row, each in told.items() if row not in holds),
                tuple(each for row, each in told.items() if row in holds),
            )
        )
    return found


def _standing(matrix: Matrix, row: Scenario, environment: Environment, as_of: AsOf) -> Standing:
    overlay = matrix.overlay(row, environment)
    href = as_of.to(links.cell(row.id, environment.key))
    return Standing(row.title, href, said(matrix.cell(row, environment)), OVERLAYS[overlay] if overlay else None)
