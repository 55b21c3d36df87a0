"""What a request may ask of the matrix, checked at the door."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_serializer, model_validator

from dask_matrix.domain.environments.commit_pair import MAIN
from dask_matrix.domain.environments.environment import Lane, Python
from dask_matrix.domain.environments.release import Release
from dask_matrix.domain.errors import DaskMatrixError
from dask_matrix.domain.matrix.filter_language import Terms
from dask_matrix.domain.matrix.selection import Selection
from dask_matrix.domain.records.outcome import Verdict
from dask_matrix.web.http.negotiation import Form


def _reads(parse: Callable[[str], object]) -> Callable[[str], str]:
    """Let a domain value read a text; what it says of a bad one becomes the error."""

    def check(text: str) -> str:
        try:
            return str(parse(text))
        except DaskMatrixError as error:
            raise ValueError(str(error)) from None

    return check


def _utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError:
        raise ValueError("not a moment that exists in UTC") from None


def _filter(text: str) -> str:
    """Let what is wrong with a filter become the error of its parameter."""
    _reads(Terms.parse)(text)
    return text


python_text = _reads(Python.parse)
ReleaseText = Annotated[str, AfterValidator(_reads(Release.parse))]
TargetText = Annotated[str, AfterValidator(_reads(lambda text: MAIN if text == MAIN else Release.parse(text)))]
PythonText = Annotated[str, AfterValidator(python_text)]
Values = dict[str, str | list[str]]
"""What a query string says: by its name a value, or a list of them."""
NEWEST = 24
"""Releases of the page's first view."""
Moment = Annotated[datetime, AfterValidator(_utc)]


class MatrixQuery(BaseModel):
    """A selection of the matrix as a query string writes it; an empty value is the same as none."""

    model_config = ConfigDict(frozen=True, validate_by_name=True)

    q: Annotated[str, AfterValidator(_filter)] = Field(
        "",
        max_length=300,
        description="Words that a row's id, title, covered names or issues must contain; terms such as area:io, "
        "verdict:fail, covers:dask.array, issue:9041, is:turning, is:flaky, is:known, is:surprise, is:new-warnings; "
        "a minus before one reverses it.",
    )
    area: str = Field("", max_length=300, description="Only the rows of one area.")
    verdict: Verdict | None = Field(None, description="Only rows with this verdict in a column shown.")
    start: ReleaseText | None = Field(None, alias="from", description="The first release shown, such as 2025.2.0.")
    end: ReleaseText | None = Field(None, alias="to", description="The last release shown.")
    python: PythonText | None = Field(None, description="Only environments of this Python, such as 3.11.")
    lane: Lane | None = Field(None, description="Only environments of this lane.")
    changes: bool = Field(default=False, description="Only rows that hold in one column shown and not in another.")
    last: int | None = Field(None, ge=0, le=10_000, description="Only the last so many releases of those; 0 is all.")
    history: bool = Field(
        default=False, description="Also the columns of all commits that were run, not only of the newest main."
    )
    at: Moment | None = Field(
        None, description="The matrix as it was at this moment, ISO 8601; UTC if no offset is given."
    )

    @model_validator(mode="before")
    @classmethod
    def _without_empty_values(cls, values: Any) -> Any:
        return {name: value for name, value in values.items() if value != ""} if isinstance(values, dict) else values

    def selection(self) -> Selection:
        """Return it in the domain's words."""
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
        """Return the values that say something, as a query string writes them; ``at`` freezes them."""
        told = self.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude={"at", "changes", "history"})
        changed = self.changes is not type(self).model_fields["changes"].default
        changes = {"changes": str(self.changes).lower()} if changed else {}
        moment = at or self.at
        frozen = {"at": moment.isoformat().replace("+00:00", "Z")} if moment else {}
        history = {"history": "true"} if self.history else {}
        return {name: value for name, value in {**told, **changes, **history, **frozen}.items() if value != []}


class PageQuery(MatrixQuery):
    """The same as the page of the matrix takes it: at first, of the newest releases, the rows that turn in them."""

    changes: bool = True
    shut: frozenset[str] = Field(frozenset(), description="Areas that are folded.")

    @property
    def narrows(self) -> bool:
        """Whether it asks for some rows or columns only."""
        return bool(self.model_fields_set - {"shut", "at", "history"})

    @field_serializer("shut")
    def _sorted(self, value: frozenset[str]) -> list[str]:
        return sorted(value)

    def selection(self) -> Selection:
        """Return it in the domain's words; without a range, of the newest releases."""
        ranged = self.start or self.end or self.last is not None
        asked = super().selection()
        return asked if ranged else replace(asked, last=NEWEST)

    def asked(self) -> Values:
        """Return the same as the JSON route is asked."""
        told = self.selection()
        more = {"last": str(told.last)} if told.last else {}
        own = {name: value for name, value in self.values().items() if name not in {"changes", "shut", "last"}}
        return {**own, **({"changes": "true"} if self.changes else {}), **more}


class StrictMatrixQuery(MatrixQuery):
    """The same for scripts: a misspelled parameter is an error, not a wider answer than was meant."""

    model_config = ConfigDict(extra="forbid")


class FormQuery(StrictMatrixQuery):
    """The same where the answer has several forms."""

    form: Form | None = Field(
        None, alias="format", description="The form of the answer; without it the Accept header decides."
    )


class FeedQuery(BaseModel):
    """What a feed is narrowed to; an empty value is the same as none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    area: str = Field("", max_length=300, description="Only the scenarios of one area.")
    scenario: str = Field("", max_length=300, description="Only one scenario, by its id or a former one.")


ALLOWED = {
    "verdict": [verdict.value for verdict in Verdict],
    "lane": [lane.value for lane in Lane],
    "changes": ["true", "false"],
    "history": ["true", "false"],
    "format": [form.value for form in Form],
}
"""The values of the parameters that have a closed list of them."""


def parameters() -> list[str]:
    """Return the names of all parameters of the matrix."""
    return [field.alias or name for name, field in MatrixQuery.model_fields.items()]
