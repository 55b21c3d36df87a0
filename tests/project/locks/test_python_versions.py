"""The Python that a project names, in the forms that uv, pyenv and virtual environments write."""

from __future__ import annotations

import pytest

from dask_matrix.project.locks.marker_environment import full_version


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3.11", "3.11.99"),
        ("3.11.7", "3.11.7"),
        ("cpython-3.11", "3.11.99"),
        ("3.14t", "3.14.99"),
        ("3.14.0t", "3.14.0"),
        ("3.13+freethreaded", "3.13.99"),
        ("3.14rc1", "3.14.99"),
        ("pypy3", None),
        ("", None),
    ],
)
def test_a_python_is_read_for_markers(text: str, expected: str | None) -> None:
    """A late patch release is assumed; a free-threaded build has the markers of its version."""
    found = full_version(text)
    assert (str(found) if found else None) == expected
