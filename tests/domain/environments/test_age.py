"""Ages as people write them."""

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
def test_an_age_is_a_number_and_a_unit(text: str, age: timedelta) -> None:
    """As --older-than takes it."""
    assert parse_age(text) == age


@pytest.mark.parametrize("text", ["", "30", "d", "-3d", "3y", "1.5h", "9999999d"])
def test_what_is_no_age_is_answered_with_some(text: str) -> None:
    """Never with a traceback."""
    with pytest.raises(InvalidAge, match="30d"):
        parse_age(text)


def test_an_age_beyond_all_time_is_from_its_beginning() -> None:
    """So nothing is older."""
    assert moment_before("999999w") == datetime.min.replace(tzinfo=UTC)
