"""Types of the fields of records: of the texts, numbers and dates that JSON can hold, those that every reader can show."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, Field

from dask_matrix.domain.errors import DaskMatrixError

MAX_COUNT = 2**31 - 1
"""The largest integer that every database can store in a column."""
MAX_SECONDS = 10**8
"""The longest time, about three years; sums of such times stay finite."""
FIRST_YEAR, LAST_YEAR = 1970, 2199
"""The years of a moment: with any margin or time zone it stays within what the calendar can hold."""
CONTROLS = r"\p{Cc}\p{Zl}\p{Zp}"
"""Characters that end a line or control a terminal, as a regular expression."""
IDENTITY = r"^[0-9A-Za-z_-][0-9A-Za-z._-]{0,63}$"
KEY = r"^[0-9a-f]{16}$"
ONE_LINE = rf"^[^{CONTROLS}]*$"
SCENARIO = rf"^\.*[^.{CONTROLS}][^{CONTROLS}]*$"
"""Not only dots: browsers take ``/scenarios/..`` for the page above."""

PATTERN_TEXTS = {
    IDENTITY: "must be 1 to 64 letters, digits, dots, dashes or underscores, the first of which is not a dot",
    KEY: "must be 16 hex digits in lower case",
    ONE_LINE: "must be one line without control characters",
    SCENARIO: "must be one line without control characters, and not only dots",
}
"""Pattern -> what it asks for."""


def parsed_by(parse: Callable[[str], object]) -> Callable[[str], str]:
    """Return a validator that writes a value as a domain type does; its error is the reason of the rejection."""

    def check(text: str) -> str:
        try:
            return str(parse(text))
        except DaskMatrixError as error:
            raise ValueError(str(error)) from None

    return check


def _in_utc(moment: datetime) -> datetime:
    try:
        found = moment.astimezone(UTC)
        is_valid = FIRST_YEAR <= found.year <= LAST_YEAR
    except OverflowError:
        is_valid = False
    if not is_valid:
        raise ValueError(f"must be a moment from {FIRST_YEAR} to {LAST_YEAR}")
    return found


Identity = Annotated[str, Field(pattern=IDENTITY)]
Key = Annotated[str, Field(pattern=KEY)]
ScenarioId = Annotated[str, Field(min_length=1, max_length=300, pattern=SCENARIO)]
Name = Annotated[str, Field(max_length=300, pattern=ONE_LINE)]
Covered = Annotated[str, Field(max_length=290)]
"""A name of Dask's. With quotes it still fits into a filter."""
Area = Annotated[str, Field(max_length=300)]
Issue = Annotated[str, Field(max_length=600)]
Line = Annotated[str, Field(max_length=600, pattern=ONE_LINE)]
"""A longer name, such as ``file::function``. PostgreSQL can index no text much longer."""
Title = Annotated[str, Field(max_length=2_000)]
Count = Annotated[int, Field(ge=0, le=MAX_COUNT)]
Seconds = Annotated[float, Field(ge=0, le=MAX_SECONDS, allow_inf_nan=False)]
When = Annotated[AwareDatetime, AfterValidator(_in_utc)]


def reason_of(problem: Any) -> str:
    """Return why a value is invalid, in words."""
    if problem["type"] == "literal_error" and problem["loc"][-1:] == ("v",):
        return "is a version of records that this dask-matrix does not read; upgrade dask-matrix"
    if problem["type"] == "string_pattern_mismatch":
        return PATTERN_TEXTS.get(problem["ctx"]["pattern"], str(problem["msg"]))
    return str(problem["msg"]).removeprefix("Value error, ")
