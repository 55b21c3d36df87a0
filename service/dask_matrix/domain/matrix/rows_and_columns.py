"""The rows and columns of the matrix: scenarios and environments, and their order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dask_matrix.domain.environments.commit_pair import PROJECTS
from dask_matrix.domain.environments.lineage import Lineage

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from dask_matrix.domain.environments.commit_pair import Pair
    from dask_matrix.domain.environments.environment import Lane, Python
    from dask_matrix.domain.environments.release import Release


@dataclass(frozen=True)
class Scenario:
    """One row: a scenario's metadata from its newest record."""

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
        """Whether all words, in any case, occur in its id, title, covered names or issues."""
        text = " ".join([self.id, self.title, *self.covers, *self.issues]).lower()
        return all(word in text for word in words.lower().split())


@dataclass(frozen=True)
class Refusal:
    """Why an environment is uninstallable: the phase that refused, and its complete message."""

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
        """The two commits of a commit pair, None for a published release."""
        return self.release.pair

    @property
    def commits(self) -> str:
        """The two commits in short form; empty for a published release."""
        return self.release.pair.short if self.release.pair else ""

    @property
    def day(self) -> date | None:
        """The day of its upload, or of the newer of its two commits; None if unknown."""
        if self.pair:
            return self.pair.day
        return self.released_at.date() if self.released_at else None

    @property
    def dated(self) -> str:
        """``released 2025-03-21``, or ``committed 2026-08-17`` for a commit pair; empty if unknown."""
        return f"{'committed' if self.pair else 'released'} {self.day}" if self.day else ""

    @property
    def made_of(self) -> str:
        """``main is dask 0fa5e18d5 + distributed 6691e27de``; empty for a published release."""
        return f"{self.release.url_name} is {self.commits}" if self.pair else ""

    @property
    def dated_commits(self) -> str:
        """``main is dask … + distributed …, of 2025-04-08``; empty for a published release."""
        return f"{self.made_of}, of {self.day}" if self.pair else ""

    @property
    def name(self) -> str:
        """The heading of the column: ``2025.2.0``, or ``main``."""
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
    """Return the environments the matrix shows, in order: the newest of those that differ only in their lock.

    Of the commit pairs, only the newest ``main`` of each Python and lane is shown, after the releases it contains.
    ``history`` includes the others too.
    """
    newest: dict[tuple[Any, ...], Environment] = {}
    for environment in sorted(environments, key=lambda each: each.at):
        newest[environment.release, environment.python, environment.lane, environment.platform] = environment
    mains = _newest_mains(newest.values())
    shown = [each for each in newest.values() if history or each.pair is None or each.key in mains]
    lineage = Lineage({each.release: each.released_at for each in shown if each.pair is None})

    def order(each: Environment) -> tuple[Any, ...]:
        place, is_pair, release = lineage.sort_key(each.release)
        return place, is_pair, each.key in mains, release, each.python, each.lane, each.platform

    return tuple(sorted(shown, key=order))


def _newest_mains(environments: Iterable[Environment]) -> frozenset[str]:
    """Return the key of the newest ``main`` for each Python, lane and platform."""
    found: dict[tuple[Any, ...], Environment] = {}
    for each in environments:
        if (pair := each.pair) and pair.is_main:
            place = each.python, each.lane, each.platform
            newest = found.setdefault(place, each)
            if newest.pair and newest.pair.at < pair.at:
                found[place] = each
    return frozenset(each.key for each in found.values())


def rows(scenarios: Iterable[Scenario]) -> tuple[Scenario, ...]:
    """Return the scenarios in the order of rows: by area, then by position in their files."""
    return tuple(sorted(scenarios, key=lambda each: (each.area, each.file, each.line, each.id)))


def row_head(scenario: Scenario) -> dict[str, Any]:
    """Return the JSON form of a scenario as the row of a matrix."""
    return {
        "id": scenario.id,
        "title": scenario.title,
        "area": scenario.area,
        "issues": list(scenario.issues),
        "covers": list(scenario.covers),
        "fingerprint": scenario.fingerprint,
    }


def column_head(environment: Environment) -> dict[str, Any]:
    """Return the JSON form of an environment as the column of a matrix."""
    refusal = environment.refusal
    return {
        "key": environment.key,
        "release": str(environment.release),
        "name": environment.name,
        "pair": _pair_json(environment.pair),
        "python": str(environment.python),
        "lane": environment.lane.value,
        "platform": environment.platform,
        "released_at": environment.released_at.isoformat() if environment.released_at else None,
        "status": environment.status,
        "refusal": {"phase": refusal.phase, "message": refusal.message} if refusal else None,
    }


def _pair_json(pair: Pair | None) -> dict[str, Any] | None:
    if pair is None:
        return None
    commits = {project: pair.commit(project) for project in PROJECTS}
    fields = {project: {"commit": each.sha, "at": each.at.isoformat()} for project, each in commits.items()}
    return {**fields, "ref": pair.ref}
