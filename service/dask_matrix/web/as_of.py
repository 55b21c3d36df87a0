"""The moment that a page shows, and links that keep to it."""

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
    """Of when a page is shown; an empty value is the same as none, and what is no field of it says nothing."""

    model_config = ConfigDict(frozen=True)

    at: Moment | None = Field(
        None, description="As it was at this moment, ISO 8601; UTC if no offset is given. Later results do not count."
    )

    @model_validator(mode="before")
    @classmethod
    def _without_empty_values(cls, values: Any) -> Any:
        return {name: value for name, value in values.items() if value != ""} if isinstance(values, dict) else values


class StrictAtQuery(AtQuery):
    """The same for scripts: a misspelled parameter is an error."""

    model_config = ConfigDict(extra="forbid")


@dataclass(frozen=True)
class AsOf:
    """The moment of which things are shown: None is now. ``page`` is the address of the page as it is now.

    ``newest`` is the newest moment of anything there is: a link to it stays what it shows today. Ages are told as of ``day``.
    """

    moment: datetime | None = None
    page: str = ""
    newest: datetime | None = None
    day: date = field(default_factory=today)

    def to(self, href: str) -> str:
        """Return an address of this site, of the same moment."""
        return _at(href, self.moment) if self.moment else href

    def age(self, since: date | None) -> str:
        """Return how old something of a day is, nothing where there is none."""
        return times.age(since, self.day)

    @property
    def told(self) -> str:
        """The moment in words, nothing for now."""
        return times.moment(self.moment)

    @property
    def permalink(self) -> str:
        """Where this very state stays to be seen."""
        moment = self.moment or self.newest
        return _at(self.page, moment) if moment else self.page


def _at(href: str, moment: datetime) -> str:
    return f"{href}{'&' if '?' in href else '?'}{urlencode({'at': moment.isoformat().replace('+00:00', 'Z')})}"
