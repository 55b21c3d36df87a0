"""Fixtures for the scenarios of files: a small frame, and folders to write it to."""

import dask.dataframe as dd
import pandas as pd
import pytest


@pytest.fixture
def source():
    """A pandas frame of numbers, dates and missing values."""
    return pd.DataFrame(
        {
            "n": [1, 2, 3, 4, 5, 6],
            "x": [1.5, None, 3.5, 4.5, None, 6.5],
            "t": pd.date_range("2024-01-01", periods=6, freq="D"),
            "k": [0, 0, 1, 1, 2, 2],
        }
    )


@pytest.fixture
def frame(source):
    """`source` in two partitions."""
    return dd.from_pandas(source, npartitions=2)


@pytest.fixture
def folder(tmp_path):
    """The path of a new folder, as text."""
    path = tmp_path / "data"
    path.mkdir()
    return str(path)


@pytest.fixture
def text_file(folder):
    """A function that writes a text file and returns its path."""

    def write(text, name="data.csv"):
        path = f"{folder}/{name}"
        with open(path, "w") as file:
            file.write(text)
        return path

    return write
