"""The matrix: scenarios by environments, and the verdict where they meet."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from service.domain.errors import DaskMatrixError
from service.domain.known import Overlay, overlay
from service.domain.outcome import Verdict
from service.domain.pair import PROJECTS
from service.domain.verdict import Judgement

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from service.domain.environment import Lane, Python
    from service.domain.known import Known
    from service.domain.pair import Pair
    from service.domain.release import Release

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
OVERLAY_LEGEND = {None: " ", Overlay.KNOWN: "k", Overlay.SURPRISE: "!"}
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
    """What of the matrix is asked for; an empty selection is all of it. ``start`` and ``end`` are inclusive."""

    area: str = ""
    q: str = ""
    verdict: Verdict | None = None
    start: Release | None = None
    end: Release | None = None
    python: Python | None = None
    lane: Lane | None = None
    changes: bool = False

    def __post_init__(self) -> None:
        """Refuse a range that is empty whatever there is."""
        if self.start is not None and self.end is not None and self.start > self.end:
            raise EmptyRange(f"from {self.start} is later than to {self.end}: no release is in between.")

    def takes(self, environment: Environment) -> bool:
        """Whether a column is in it."""
        return (
            (self.start is None or environment.release >= self.start)
            and (self.end is None or environment.release <= self.end)
            and (self.python is None or environment.python == self.python)
            and (self.lane is None or environment.lane == self.lane)
        )


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
            return Judgement(Verdict.UNINSTALLABLE)
        return self.cells.get((scenario.id, environment.key), Judgement(Verdict.UNTESTED))

    def row(self, scenario: Scenario) -> list[Judgement]:
        """Return the cells of one scenario, in the order of the columns."""
        return [self.cell(scenario, environment) for environment in self.environments]

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
        entry = self.known.get((scenario.id, environment.key))
        return overlay(self.cell(scenario, environment).verdict, entry) if entry else None

    def overlays(self, scenario: Scenario) -> list[Overlay | None]:
        """Return what is said of the cells of one scenario beside their verdicts, in the order of the columns."""
        return [self.overlay(scenario, environment) for environment in self.environments]

    def turns(self, scenario: Scenario) -> bool:
        """Whether the behaviour holds in one environment shown and not in another."""
        claims = {judgement.verdict.holds for judgement in self.row(scenario)} - {None}
        return len(claims) > 1

    def turning(self, scenario: Scenario) -> frozenset[str]:
        """Return the keys of the columns where a row turns: it holds there and not in the one before, or the reverse.

        The one before is the nearest earlier column of the same lane that claims anything.
        """
        before: dict[Lane, bool] = {}
        found = set()
        for environment, judgement in zip(self.environments, self.row(scenario), strict=True):
            if (holds := judgement.verdict.holds) is None:
                continue
            if before.get(environment.lane, holds) is not holds:
                found.add(environment.key)
            before[environment.lane] = holds
        return frozenset(found)

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

    def select(self, wanted: Selection) -> Matrix:
        """Return the part of the matrix that a selection asks for."""
        columns = replace(self, environments=tuple(filter(wanted.takes, self.environments)))
        rows = tuple(scenario for scenario in self.scenarios if columns.keeps(scenario, wanted))
        return replace(columns, scenarios=rows)

    def keeps(self, scenario: Scenario, wanted: Selection) -> bool:
        """Whether a selection asks for a row, as it reads over the columns of this matrix."""
        return (
            (not wanted.area or scenario.area == wanted.area)
            and scenario.mentions(wanted.q)
            and (wanted.verdict is None or any(cell.verdict is wanted.verdict for cell in self.row(scenario)))
            and (not wanted.changes or self.turns(scenario))
        )

    def columnar(self) -> dict[str, Any]:
        """Return the JSON form: lists of scenarios and environments, and a string per scenario with a character per cell."""
        return {
            "legend": {character: verdict.value for verdict, character in LEGEND.items()},
            "scenarios": [_row_head(scenario) for scenario in self.scenarios],
            "environments": [column_head(environment) for environment in self.environments],
            "cells": ["".join(LEGEND[cell.verdict] for cell in self.row(scenario)) for scenario in self.scenarios],
            "overlay_legend": {character: told.value if told else None for told, character in OVERLAY_LEGEND.items()},
            "overlays": ["".join(OVERLAY_LEGEND[told] for told in self.overlays(each)) for each in self.scenarios],
        }


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


def _row_head(scenario: Scenario) -> dict[str, Any]:
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
