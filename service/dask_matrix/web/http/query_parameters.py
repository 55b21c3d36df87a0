"""Query parameters that select part of the matrix or of a feed, and their validation."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_serializer, model_validator

from dask_matrix.domain.environments.commit_pair import MAIN
from dask_matrix.domain.environments.environment import Lane, Python
from dask_matrix.domain.environments.release import LATEST, Release
from dask_matrix.domain.matrix.filter_language import Terms
from dask_matrix.domain.matrix.selection import Selection
from dask_matrix.domain.records.fields import parsed_by
from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.web.http.negotiation import ResponseFormat


def _utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError:
        raise ValueError("out of range: no such time in UTC") from None


def _filter(text: str) -> str:
    """Validate a filter expression; return it as it was written."""
    parsed_by(Terms.parse)(text)
    return text


python_text = parsed_by(Python.parse)
ReleaseText = Annotated[str, AfterValidator(parsed_by(Release.parse))]
StartText = Annotated[str, AfterValidator(parsed_by(lambda text: text if text == LATEST else Release.parse(text)))]
TargetText = Annotated[
    str, AfterValidator(parsed_by(lambda text: text if text in {MAIN, LATEST} else Release.parse(text)))
]
PythonText = Annotated[str, AfterValidator(python_text)]
Values = dict[str, str | list[str]]
"""Query parameter -> its value, or its values."""
DEFAULT_RELEASES = 24
"""Releases that the matrix page shows by default."""
Moment = Annotated[datetime, AfterValidator(_utc)]


class MatrixQuery(BaseModel):
    """A selection of the matrix as query parameters; an empty value counts as not given."""

    model_config = ConfigDict(frozen=True, validate_by_name=True)

    q: Annotated[str, AfterValidator(_filter)] = Field(
        "",
        max_length=300,
        description="Only scenarios whose id, title, covered names or issues contain these words, or that match terms such as "
        "area:io, verdict:fail, covers:dask.array, issue:9041, is:turning, is:flaky, is:known, is:surprise, "
        "is:new-warnings; a leading minus negates a word or term.",
    )
    area: str = Field("", max_length=300, description="Only scenarios of this area.")
    verdict: Verdict | None = Field(
        None, description="Only scenarios with this verdict in at least one environment shown."
    )
    start: ReleaseText | None = Field(None, alias="from", description="First release to show, such as 2025.2.0.")
    end: ReleaseText | None = Field(None, alias="to", description="Last release to show.")
    python: PythonText | None = Field(None, description="Only environments with this Python version, such as 3.11.")
    lane: Lane | None = Field(None, description="Only environments in this lane.")
    changes: bool = Field(
        default=False, description="Only scenarios that pass in one environment shown and fail in another."
    )
    last: int | None = Field(None, ge=0, le=10_000, description="Only the newest N of these releases; 0 for all.")
    history: bool = Field(default=False, description="Include every commit that was run, not only the newest main.")
    at: Moment | None = Field(
        None, description="The matrix as it was at this time (ISO 8601; UTC if no offset is given)."
    )

    @model_validator(mode="before")
    @classmethod
    def _without_empty_values(cls, values: Any) -> Any:
        return {name: value for name, value in values.items() if value != ""} if isinstance(values, dict) else values

    def selection(self) -> Selection:
        """Return the selection as a domain object."""
        return Selection(
            area=self.area,
            q=self.q,
            verdict=self.verdict,
            start=Release.parse(self.start) if self.start else None,
            end=Release.parse(self.end) if self.end else None,
            python=Python.parse(self.python) if self.python else None,
            lane=self.lane,
            changes=self.changes,
            last=self.last or 0,
        )

    def values(self, at: datetime | None = None) -> Values:
        """Return the values that differ from their defaults, as query parameters; ``at`` pins them to a time."""
        given = self.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude={"at", "changes", "history"})
        changed = self.changes is not type(self).model_fields["changes"].default
        changes = {"changes": str(self.changes).lower()} if changed else {}
        moment = at or self.at
        frozen = {"at": moment.isoformat().replace("+00:00", "Z")} if moment else {}
        history = {"history": "true"} if self.history else {}
        return {name: value for name, value in {**given, **changes, **history, **frozen}.items() if value != []}


class PageQuery(MatrixQuery):
    """The selection of the matrix page; by default the scenarios that change in the newest releases."""

    changes: bool = True
    """Has no effect on a search, which shows every match."""
    shut: frozenset[str] = Field(frozenset(), description="Areas to show collapsed.")

    @property
    def is_filtered(self) -> bool:
        """Whether any row or column is filtered out on request."""
        return bool(self.model_fields_set - {"shut", "at", "history"})

    @property
    def only_changes(self) -> bool:
        """Whether scenarios that do not change are hidden: never those that a search asks for."""
        return self.changes and not self.q

    @field_serializer("shut")
    def _sorted(self, value: frozenset[str]) -> list[str]:
        return sorted(value)

    def selection(self) -> Selection:
        """Return the selection as a domain object; the newest releases if no range is given."""
        ranged = self.start or self.end or self.last is not None
        selected = replace(super().selection(), changes=self.only_changes)
        return selected if ranged else replace(selected, last=DEFAULT_RELEASES)

    def api_values(self) -> Values:
        """Return the query parameters that select the same from the JSON route."""
        given = self.selection()
        last = {"last": str(given.last)} if given.last else {}
        values = {name: value for name, value in self.values().items() if name not in {"changes", "shut", "last"}}
        return {**values, **({"changes": "true"} if self.only_changes else {}), **last}


class StrictMatrixQuery(MatrixQuery):
    """The same for the API: an unknown parameter is an error, so that a typo never widens the answer."""

    model_config = ConfigDict(extra="forbid")


class MatrixFormatQuery(StrictMatrixQuery):
    """The same for a route that answers in several formats."""

    form: ResponseFormat | None = Field(
        None, alias="format", description="Response format; the default follows the Accept header."
    )


class FeedQuery(BaseModel):
    """What a feed is limited to; an empty value counts as not given."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    area: str = Field("", max_length=300, description="Only scenarios of this area.")
    scenario: str = Field("", max_length=300, description="Only this scenario, by its current or a former id.")


ALLOWED = {
    "verdict": [verdict.value for verdict in Verdict],
    "lane": [lane.value for lane in Lane],
    "changes": ["true", "false"],
    "history": ["true", "false"],
    "format": [form.value for form in ResponseFormat],
}
"""Allowed values of the parameters that have a fixed set."""


def parameters() -> list[str]:
    """Return the names of all matrix parameters."""
    return [field.alias or name for name, field in MatrixQuery.model_fields.items()]
