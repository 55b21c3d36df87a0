"""What the marker declares. The release of the tests is 2025.2.0."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.scenario(covers=["dask.compute"], issue="dask/dask#1")


@pytest.mark.scenario(since="2025.4.0")
def test_is_for_later_releases():
    raise AssertionError


@pytest.mark.scenario(until="2024.12.1")
def test_is_for_earlier_releases():
    raise AssertionError


@pytest.mark.scenario(since="2025.3.0", until="2025.4.0")
def test_is_for_releases_between():
    raise AssertionError


@pytest.mark.scenario(since="2025.2.0", until="2025.2.0", issue=["dask/dask#2", "dask/distributed#3"])
def test_is_for_this_release():
    pass


@pytest.mark.parametrize("x", [1, pytest.param(2, marks=pytest.mark.scenario(formerly=["declares/two"]))])
@pytest.mark.scenario(formerly=["declares/old_name"], timeout=30)
def test_was_renamed(x):
    pass


@pytest.mark.scenario(sinse="2025.4.0")
def test_has_a_misspelt_keyword():
    raise AssertionError


@pytest.mark.scenario(since="the day before")
def test_has_an_unparsable_release():
    raise AssertionError


@pytest.mark.scenario(formerly=["declares/other"])
class TestWithAnEarlierName:
    def test_does_not_know_which(self):
        raise AssertionError
