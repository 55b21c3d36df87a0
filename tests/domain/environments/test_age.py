"""Parsing of ages such as 30d."""

from datetime import UTC, datetime, timedelta

import pytest

from dask_matrix.domain.environments.age import InvalidAge, moment_before, parse_age


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("45m", timedelta(minutes=45)),
        ("12h", timedelta(hours=12)),
        (" 30 d", timedelta(days=30)),
        ("8w", timedelta(weeks=8)),
    ],
)
def test_parse_age(text: str, age: timedelta) -> None:
    """As in --older-than."""
    assert parse_age(text) == age


@pytest.mark.parametrize("text", ["", "30", "d", "-3d", "3y", "1.5h", "9999999d"])
def test_invalid_age_is_rejected_with_examples(text: str) -> None:
    """As an error for the user, not a traceback."""
    with pytest.raises(InvalidAge, match="30d"):
        parse_age(text)


def test_age_too_large_gives_the_earliest_moment() -> None:
    """Nothing can be older."""
    assert moment_before("999999w") == datetime.min.replace(tzinfo=UTC)
