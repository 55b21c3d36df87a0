"""The moment that a page shows (``at=``), and links that keep it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field, model_validator

from dask_matrix.domain.verdicts.known_failures import today
from dask_matrix.web import times
from dask_matrix.web.http.query_parameters import Moment

if TYPE_CHECKING:
    from datetime import date, datetime
    from typing import Any


class AtQuery(BaseModel):
    """The ``at`` query parameter of pages; an empty value counts as not given, unknown parameters are ignored."""

    model_config = ConfigDict(frozen=True)

    at: Moment | None = Field(
        None,
        description="State at this time (ISO 8601; UTC if no offset is given); results recorded later are ignored.",
    )

    @model_validator(mode="before")
    @classmethod
    def _without_empty_values(cls, values: Any) -> Any:
        return {name: value for name, value in values.items() if value != ""} if isinstance(values, dict) else values


class StrictAtQuery(AtQuery):
    """The same for the API: an unknown parameter is an error."""

    model_config = ConfigDict(extra="forbid")


@dataclass(frozen=True)
class AsOf:
    """The moment that a page shows; None is now. ``page`` is the address of the current page, without ``at``.

    ``newest`` is the time of the newest record: a link to it always shows today's state. Ages are relative to ``day``.
    """

    moment: datetime | None = None
    page: str = ""
    newest: datetime | None = None
    day: date = field(default_factory=today)

    def to(self, href: str) -> str:
        """Return an address of this site with the same ``at``."""
        return _at(href, self.moment) if self.moment else href

    def age(self, since: date | None) -> str:
        """Return how long ago a day was, such as ``12 days old``; empty for None."""
        return times.age(since, self.day)

    @property
    def text(self) -> str:
        """The moment as text; empty for now."""
        return times.moment(self.moment)

    @property
    def permalink(self) -> str:
        """Address that always shows this state."""
        moment = self.moment or self.newest
        return _at(self.page, moment) if moment else self.page


def _at(href: str, moment: datetime) -> str:
    return f"{href}{'&' if '?' in href else '?'}{urlencode({'at': moment.isoformat().replace('+00:00', 'Z')})}"
