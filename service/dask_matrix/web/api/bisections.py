"""Bisections: the JSON route, and their presentation on pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from dask_matrix.domain.records.bisection import RecordedBisection
from dask_matrix.web import links, times
from dask_matrix.web.dependencies import StoreReader
from dask_matrix.web.links import API

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from dask_matrix.domain.matrix.rows_and_columns import Scenario
    from dask_matrix.domain.records.bisection import Suspect

MAX_SUSPECTS = 12
"""Suspects listed on a page; the JSON lists all."""
router = APIRouter(prefix=API)


class BisectionsQuery(BaseModel):
    """Which bisections to list; an empty value counts as not given."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    scenario: str = Field("", max_length=300, description="Only those of this scenario, by its current or a former id.")


class BisectionsOut(BaseModel):
    """Bisections, newest first."""

    bisects: list[RecordedBisection]


@dataclass(frozen=True)
class SuspectRow:
    """One suspect, as a page shows it."""

    link: links.Link
    repository: str
    subject: str
    author: str
    day: str


@dataclass(frozen=True)
class BisectionRow:
    """One bisection, as a page shows it."""

    headline: str
    ends: str
    end_told: str
    failing_with: str
    sureness: str
    suspects: tuple[SuspectRow, ...]
    more: int
    turnings: tuple[str, ...]
    commands: tuple[str, ...]
    spent: str
    at: str
    run: str
    run_href: str


@dataclass(frozen=True)
class Bisections:
    """The bisections of a scenario: those with suspects, and the others; context of ``_bisect.html``.

    ``command`` bisects the latest change; empty if there is none.
    """

    found: tuple[BisectionRow, ...]
    fruitless: tuple[BisectionRow, ...]
    command: str
    href: str


@router.get("/bisects", tags=["evidence"])
def bisects(query: Annotated[BisectionsQuery, Query()], reader: StoreReader) -> BisectionsOut:
    """List bisections, newest first: the suspects, every transition found, and what was tested."""
    scenario = reader.store.scenario(query.scenario).id if query.scenario else None
    return BisectionsOut(bisects=reader.store.bisects(scenario))


def bisections(
    scenario: Scenario, recorded: Iterable[RecordedBisection], at: datetime | None = None, command: str = ""
) -> Bisections:
    """Return the bisections of a scenario up to a moment, as a page shows them; of equal questions only the newest.

    ``recorded`` are the newest first, as the store gives them.
    """
    newest: dict[tuple[str, ...], RecordedBisection] = {}
    for each in recorded:
        if at is None or each.at <= at:
            newest.setdefault(each.found.question, each)
    found = [each for each in newest.values() if each.found.suspects]
    others = [each for each in newest.values() if not each.found.suspects]
    return Bisections(
        tuple(map(_bisection, found)), tuple(map(_bisection, others)), command, links.bisects(scenario.id)
    )


def _bisection(recorded: RecordedBisection) -> BisectionRow:
    found = recorded.found
    return BisectionRow(
        headline=found.headline,
        ends=found.ends,
        end_told=found.end_told,
        failing_with=found.failing_with,
        sureness=found.sureness if found.suspects else "",
        suspects=tuple(map(_suspect_row, found.suspects[:MAX_SUSPECTS])),
        more=max(0, len(found.suspects) - MAX_SUSPECTS),
        turnings=tuple(each.sentence for each in found.turnings),
        commands=found.commands,
        spent=found.spent.sentence,
        at=times.moment(recorded.at),
        run=recorded.run,
        run_href=links.run(recorded.run),
    )


def _suspect_row(suspect: Suspect) -> SuspectRow:
    link = links.Link(suspect.name, suspect.link if suspect.link.startswith("https://") else "")
    return SuspectRow(link, suspect.repository, suspect.subject, suspect.author, times.day(suspect.authored))
