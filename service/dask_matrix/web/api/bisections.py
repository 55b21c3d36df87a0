"""What bisections found, as JSON and as a part of a page."""

from __future__ import annotations

from dataclasses import dataclass
from shlex import quote
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from dask_matrix.domain.records.bisection import Told
from dask_matrix.web import links, times
from dask_matrix.web.dependencies import StoreReader
from dask_matrix.web.links import API

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from dask_matrix.domain.matrix.rows_and_columns import Scenario
    from dask_matrix.domain.records.bisection import Suspect

MOST = 12
"""Suspects listed on a page; the JSON has all."""
router = APIRouter(prefix=API)


class BisectsQuery(BaseModel):
    """Which bisections are asked for; an empty value is the same as none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    scenario: str = Field("", max_length=300, description="Only those of one scenario, by its id or a former one.")


class BisectsOut(BaseModel):
    """What bisections found, newest first."""

    bisects: list[Told]


@dataclass(frozen=True)
class Suspected:
    """One suspect in words."""

    link: links.Link
    repository: str
    subject: str
    author: str
    day: str


@dataclass(frozen=True)
class Bisection:
    """What one bisection found, in words."""

    headline: str
    ends: str
    end_told: str
    failing_with: str
    sureness: str
    suspects: tuple[Suspected, ...]
    more: int
    turnings: tuple[str, ...]
    commands: tuple[str, ...]
    spent: str
    at: str
    run: str
    run_href: str


@dataclass(frozen=True)
class Bisections:
    """What is known of where a scenario turned, and the command that finds it; for ``_bisect.html``."""

    found: tuple[Bisection, ...]
    command: str
    href: str


@router.get("/bisects", tags=["evidence"])
def bisects(query: Annotated[BisectsQuery, Query()], books: StoreReader) -> BisectsOut:
    """Return what bisections found, newest first: the suspects, every turning seen, and what was looked at."""
    scenario = books.store.scenario(query.scenario).id if query.scenario else None
    return BisectsOut(bisects=books.store.bisects(scenario))


def bisections(scenario: Scenario, told: Iterable[Told], at: datetime | None = None) -> Bisections:
    """Return what bisections of a scenario found, up to a moment, in words: of those that asked the same only the newest.

    ``told`` are the newest first, as the store gives them.
    """
    newest: dict[tuple[str, ...], Told] = {}
    for each in told:
        if at is None or each.at <= at:
            newest.setdefault(each.found.question, each)
    command = f"dask-matrix bisect {quote(scenario.id)} --commits"
    return Bisections(tuple(map(_bisection, newest.values())), command, links.bisects(scenario.id))


def _bisection(told: Told) -> Bisection:
    found = told.found
    return Bisection(
        headline=found.headline,
        ends=found.ends,
        end_told=found.end_told,
        failing_with=found.failing_with,
        sureness=found.sureness if found.suspects else "",
        suspects=tuple(map(_suspected, found.suspects[:MOST])),
        more=max(0, len(found.suspects) - MOST),
        turnings=tuple(each.sentence for each in found.turnings),
        commands=found.commands,
        spent=found.spent.sentence,
        at=times.moment(told.at),
        run=told.run,
        run_href=links.run(told.run),
    )


def _suspected(suspect: Suspect) -> Suspected:
    link = links.Link(suspect.name, suspect.link if suspect.link.startswith("https://") else "")
    return Suspected(link, suspect.repository, suspect.subject, suspect.author, times.day(suspect.authored))
