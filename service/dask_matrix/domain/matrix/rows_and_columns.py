"""The rows and columns of the matrix: scenarios and environments, and the order in which they are shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dask_matrix.domain.environments.commit_pair import PROJECTS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from dask_matrix.domain.environments.commit_pair import Pair
    from dask_matrix.domain.environments.environment import Lane, Python
    from dask_matrix.domain.environments.release import Release


@dataclass(frozen=True)
class Scenario:
    """One row: what a scenario says of itself, from its newest record."""

    id: str
    title: str
    area: str
    fingerprint: str
    description: str = ""
    file: str = ""
    function: str = ""
    line: int = 0
    source: str = ""
    issues: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None
    formerly: tuple[str, ...] = ()

    def mentions(self, words: str) -> bool:
        """Whether all words, in whatever case, stand somewhere in its id, title, covered names or issues."""
        text = " ".join([self.id, self.title, *self.covers, *self.issues]).lower()
        return all(word in text for word in words.lower().split())


@dataclass(frozen=True)
class Refusal:
    """Why an environment cannot be had: the phase that refused, and its whole message."""

    phase: str
    message: str


@dataclass(frozen=True)
class Environment:
    """One column: a release on a Python in a lane, resolved to a lock or refused."""

    key: str
    release: Release
    python: Python
    lane: Lane
    platform: str
    at: datetime
    released_at: datetime | None = None
    cutoff: datetime | None = None
    python_full: str | None = None
    lock: str = ""
    refusal: Refusal | None = None

    @property
    def pair(self) -> Pair | None:
        """The two commits it is made of, None for a release of the index."""
        return self.release.pair

    @property
    def order(self) -> tuple[bool, Release]:
        """What columns are ordered by: releases by version, main after all of them."""
        return self.release.pair is not None and self.release.pair.is_main, self.release

    @property
    def commits(self) -> str:
        """The two commits it is made of, as people read them; nothing for a release."""
        return self.release.pair.short if self.release.pair else ""

    @property
    def day(self) -> date | None:
        """The day on which it was released, or the newer of its commits was made; None where that is not known."""
        if self.pair:
            return self.pair.day
        return self.released_at.date() if self.released_at else None

    @property
    def made_of(self) -> str:
        """``main is dask 0fa5e18d5 + distributed 6691e27de``; nothing for a release."""
        return f"{self.release.called} is {self.commits}" if self.pair else ""

    @property
    def told_commits(self) -> str:
        """The same with its day, ``…, of 2025-04-08``; nothing for a release."""
        return f"{self.made_of}, of {self.day}" if self.pair else ""

    @property
    def name(self) -> str:
        """What heads the column: ``2025.2.0``, or ``main``."""
        return self.release.name

    @property
    def status(self) -> str:
        """``uninstallable`` or ``installable``."""
        return "uninstallable" if self.refusal else "installable"

    @property
    def label(self) -> str:
        """The readable name, as nox lists it: ``2025.2.0, py311, as-released``."""
        return f"{self.release.text}, py{self.python.tag}, {self.lane}"


def columns(environments: Iterable[Environment], *, history: bool = False) -> tuple[Environment, ...]:
    """Return the environments the matrix shows: of those alike but for their lock the newest, in the order of columns.

    Of pairs it shows the newest ``main`` alone, of each Python and lane, after all releases. In ``history`` the other
    pairs are too, each where its version stands.
    """
    newest: dict[tuple[Any, ...], Environment] = {}
    for environment in sorted(environments, key=lambda each: each.at):
        newest[environment.release, environment.python, environment.lane, environment.platform] = environment
    last = _newest_main(newest[place] for place in sorted(newest))
    kept = (newest[place] for place in sorted(newest) if history or newest[place].pair is None)
    return (*(each for each in kept if each.key not in last), *last.values())


def _newest_main(environments: Iterable[Environment]) -> dict[str, Environment]:
    """Return by key the environment of the newest ``main`` for each Python, lane and platform, in their order."""
    found: dict[tuple[Any, ...], list[Environment]] = {}
    for each in environments:
        if each.pair and each.pair.is_main:
            found.setdefault((each.python, each.lane, each.platform), []).append(each)
    newest = (max(found[place], key=lambda each: each.pair.at if each.pair else each.at) for place in sorted(found))
    return {each.key: each for each in newest}


def rows(scenarios: Iterable[Scenario]) -> tuple[Scenario, ...]:
    """Return the scenarios in the order of rows: by area, then as they stand in their files."""
    return tuple(sorted(scenarios, key=lambda each: (each.area, each.file, each.line, each.id)))


def row_head(scenario: Scenario) -> dict[str, Any]:
    """Return what JSON tells of a scenario wherever it is mentioned."""
    return {
        "id": scenario.id,
        "title": scenario.title,
        "area": scenario.area,
        "issues": list(scenario.issues),
        "covers": list(scenario.covers),
        "fingerprint": scenario.fingerprint,
    }


def column_head(environment: Environment) -> dict[str, Any]:
    """Return what JSON tells of an environment wherever it is mentioned."""
    refusal = environment.refusal
    return {
        "key": environment.key,
        "release": str(environment.release),
        "name": environment.name,
        "pair": _told_pair(environment.pair),
        "python": str(environment.python),
        "lane": environment.lane.value,
        "platform": environment.platform,
        "released_at": environment.released_at.isoformat() if environment.released_at else None,
        "status": environment.status,
        "refusal": {"phase": refusal.phase, "message": refusal.message} if refusal else None,
    }


def _told_pair(pair: Pair | None) -> dict[str, Any] | None:
    if pair is None:
        return None
    commits = {project: pair.commit(project) for project in PROJECTS}
    told = {project: {"commit": each.sha, "at": each.at.isoformat()} for project, each in commits.items()}
    return {**told, "ref": pair.ref}
