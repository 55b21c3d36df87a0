"""Fixtures for the scenarios that turn on the versions of pandas, NumPy and pyarrow."""

import dask
import pytest


@pytest.fixture(autouse=True)
def one_thread():
    """Tasks run one after another: what differs is then the versions' doing, never the order of threads."""
    with dask.config.set(scheduler="sync"):
        yield


@pytest.fixture
def plain_strings():
    """Text columns as pandas makes them, not converted by Dask to string[pyarrow]."""
    with dask.config.set({"dataframe.convert-string": False}):
        yield
