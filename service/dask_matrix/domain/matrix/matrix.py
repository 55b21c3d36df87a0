"""The matrix: scenarios by environments, and the verdict where they meet."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dask_matrix.domain.environments.commit_pair import PROJECTS
from dask_matrix.domain.errors import DaskMatrixError
from dask_matrix.domain.matrix.cells import Cells
from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.domain.verdicts.known_failures import Overlay, overlay
from dask_matrix.domain.verdicts.verdict import UNINSTALLABLE, UNTESTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from dask_matrix.domain.environments.commit_pair import Pair
    from dask_matrix.domain.environments.environment import Lane, Python
    from dask_matrix.domain.environments.release import Release
    from dask_matrix.domain.verdicts.known_failures import Known
    from dask_matrix.domain.verdicts.verdict import Judgement

LEGEND = {
    Verdict.PASS: ".",
    Verdict.FAIL: "F",
    Verdict.TIMEOUT: "T",
    Verdict.CRASH: "C",
    Verdict.FLAKY: "~",
    Verdict.NOT_APPLICABLE: "-",
    Verdict.UNINSTALLABLE: "U",
    Verdict.UNTESTED: " ",
    Verdict.STALE: "s",
}
"""One character for each verdict, as the columnar form writes cells."""
OVERLAY_LEGEND = {None: " ", Overlay.KNOWN: "k", Overlay.SURPRISE: "!", Overlay.NEW_WARNINGS: "w"}
"""One character for each overlay, likewise."""


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


class EmptyRange(DaskMatrixError):
    """The first release asked for is later than the last."""


@dataclass(frozen=True)
class Selection:
    """What of the matrix is asked for; an empty selection is all of it. ``start`` and ``end`` are inclusive.

    ``q`` is a filter as `dask_matrix.domain.matrix.filter_language` reads it, ``changes`` asks for the rows that turn in the columns taken,
    ``last`` for the last so many releases of them; 0 is all.
    """

    area: str = ""
    q: str = ""
    verdict: Verdict | None = None
    start: Release | None = None
    end: Release | None = None
    python: Python | None = None
    lane: Lane | None = None
    changes: bool = False
    last: int = 0

    def __post_init__(self) -> None:
        """Refuse a range that is empty whatever there is."""
        if self.start is not None and self.end is not None and self.start > self.end:
            raise EmptyRange(f"from {self.start} is later than to {self.end}: no release is in between.")

    def takes(self, environment: Environment) -> bool:
        """Whether a column is in it. What is no release, main, stands after all of them: an end leaves it out."""
        after_all = environment.pair is not None and environment.pair.is_main
        return (
            (self.start is None or after_all or environment.release >= self.start)
            and (self.end is None or (environment.release <= self.end and not after_all))
            and (self.python is None or environment.python == self.python)
            and (self.lane is None or environment.lane == self.lane)
        )

    def places(self, environments: Sequence[Environment]) -> list[int]:
        """Return which of these columns are in it, by their numbers."""
        taken = [number for number, each in enumerate(environments) if self.takes(each)]
        released = (environments[number] for number in taken)
        releases = sorted({each.release for each in released if each.pair is None})
        if not self.last or len(releases) <= self.last:
            return taken
        first = next(number for number in taken if environments[number].release == releases[-self.last])
        return [number for number in taken if number >= first]


@dataclass(frozen=True)
class Tally:
    """How many of the cells that claim something hold; ``of`` counts those that claim something."""

    holds: int
    of: int


@dataclass(frozen=True)
class Matrix:
    """The grid of verdicts: rows in order of area and id, columns in order of release, Python and lane.

    ``known`` has the entry of each cell, by scenario and key, that is listed as failing.
    """

    scenarios: tuple[Scenario, ...]
    environments: tuple[Environment, ...]
    cells: Mapping[tuple[str, str], Judgement] = field(default_factory=dict)
    known: Mapping[tuple[str, str], Known] = field(default_factory=dict)

    def cell(self, scenario: Scenario, environment: Environment) -> Judgement:
        """Return what is said of one cell; one without evidence is untested, never inferred from its neighbours."""
        if environment.refusal:
            return UNINSTALLABLE
        return self.cells.get((scenario.id, environment.key), UNTESTED)

    def row(self, scenario: Scenario) -> list[Judgement]:
        """Return the cells of one scenario, in the order of the columns."""
        if not isinstance(self.cells, Cells):
            return [self.cell(scenario, environment) for environment in self.environments]
        said = self.cells.row(scenario.id)
        return [UNINSTALLABLE if each.refusal else said.get(each.key, UNTESTED) for each in self.environments]

    def listing(self, entries: Iterable[Known], day: date) -> Matrix:
        """Return the same matrix with the cells noted that entries list as failing on a day; the first entry counts."""
        listed: dict[tuple[str, str], Known] = {}
        for entry in (each for each in entries if day < each.expires):
            keys = [each.key for each in self.environments if entry.speaks_of_column(each)]
            for scenario in filter(entry.speaks_of_row, (each.id for each in self.scenarios)):
                listed |= {(scenario, key): entry for key in keys if (scenario, key) not in listed}
        return replace(self, known=listed)

    def overlay(self, scenario: Scenario, environment: Environment) -> Overlay | None:
        """Return what is said of a cell beside its verdict."""
        if entry := self.known.get((scenario.id, environment.key)):
            return overlay(self.cell(scenario, environment).verdict, entry)
        return Overlay.NEW_WARNINGS if environment.key in self.warning(scenario) else None

    def overlays(self, scenario: Scenario) -> list[Overlay | None]:
        """Return what is said of the cells of one scenario beside their verdicts, in the order of the columns."""
        warning = self.warning(scenario)
        told: list[Overlay | None] = [None] * len(self.environments)
        if warning:
            told = [Overlay.NEW_WARNINGS if each.key in warning else None for each in self.environments]
        if scenario.id in self._rows_listed:
            for place, environment in enumerate(self.environments):
                if (scenario.id, environment.key) in self.known:
                    told[place] = self.overlay(scenario, environment)
        return told

    @cached_property
    def _rows_listed(self) -> frozenset[str]:
        return frozenset(scenario for scenario, _ in self.known)

    def warning(self, scenario: Scenario) -> frozenset[str]:
        """Return the keys of the columns where a row passes with a deprecation warning that is new there.

        New is what was not told of in the one before, where the row passed too; which that is, `turning` says.
        """
        row = self.row(scenario)
        if not any(judgement.warned for judgement in row):
            return frozenset()
        return frozenset(after.key for was, now, after in self._steps(row) if now.warns_anew(was))

    def turns(self, scenario: Scenario) -> bool:
        """Whether the behaviour holds in one environment shown and not in another."""
        claims = {judgement.verdict.holds for judgement in self.row(scenario)} - {None}
        return len(claims) > 1

    def turning(self, scenario: Scenario) -> frozenset[str]:
        """Return the keys of the columns where a row turns: it holds there and not in the one before, or the reverse.

        The one before is the nearest earlier column of the same lane that claims anything.
        """
        return frozenset(
            after.key
            for was, now, after in self._steps(self.row(scenario))
            if was.verdict.holds is not now.verdict.holds
        )

    def _steps(self, row: list[Judgement]) -> Iterator[tuple[Judgement, Judgement, Environment]]:
        """Yield what is said before and in each column that claims anything and has one before it, and that column."""
        before: dict[Lane, Judgement] = {}
        for environment, judgement in zip(self.environments, row, strict=True):
            if judgement.verdict.holds is None:
                continue
            if was := before.get(environment.lane):
                yield was, judgement, environment
            before[environment.lane] = judgement

    def areas(self) -> dict[str, list[Scenario]]:
        """Return the rows grouped by area, in order."""
        grouped: dict[str, list[Scenario]] = {}
        for scenario in self.scenarios:
            grouped.setdefault(scenario.area, []).append(scenario)
        return grouped

    def tally(self, scenarios: Iterable[Scenario]) -> Tally:
        """Count the cells of these rows that hold."""
        claims = [judgement.verdict.holds for scenario in scenarios for judgement in self.row(scenario)]
        return Tally(claims.count(True), len(claims) - claims.count(None))


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


def by_release(matrix: Matrix) -> list[Matrix]:
    """Return the matrix of each release, newest first."""
    parts: dict[Release, list[Environment]] = {}
    for environment in reversed(matrix.environments):
        parts.setdefault(environment.release, []).append(environment)
    return [replace(matrix, environments=tuple(part)) for part in parts.values()]


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
