"""Parse ages: 12h, 30d, 8w."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from dask_matrix.domain.errors import DaskMatrixError

UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class InvalidAge(DaskMatrixError):
    """The text is not an age."""


def parse_age(text: str) -> timedelta:
    """Read ``30d``; raise InvalidAge otherwise."""
    found = re.fullmatch(r"(\d{1,6})\s*([mhdw])", text.strip())
    if not found:
        raise InvalidAge(f"{text!r} is not an age. Write a number and a unit: 45m, 12h, 30d or 8w.")
    return timedelta(**{UNITS[found[2]]: int(found[1])})


def moment_before(age: str) -> datetime:
    """Return the moment an age ago, or the earliest possible one."""
    try:
        return datetime.now(UTC) - parse_age(age)
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)
