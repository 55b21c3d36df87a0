"""known.toml is validated."""

from pathlib import Path

import pytest

from dask_matrix.collect.scenario_set.config import InvalidConfig
from dask_matrix.collect.scenario_set.known_failures import load
from dask_matrix.places import scenarios

ENTRY = """
[[known]]
scenario = "bag/*"
releases = ">=2025.4.0"
issue = "https://github.com/dask/dask/issues/1"
reason = "it is"
expires = 2027-06-01
"""


def test_no_file_means_no_known_failures(tmp_path: Path) -> None:
    """A scenario set need not have one."""
    assert load(tmp_path) == ()


def test_the_bundled_file_is_valid() -> None:
    """Every entry has an issue and a reason."""
    assert all(entry.issue and entry.reason for entry in load(scenarios()))


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('">=2025.4.0"', '"newer"', "known[1].releases: 'newer' is not a version specifier"),
        ('reason = "it is"', "", "known[1].reason: required key is missing"),
        ("2027-06-01", '"soon"', "known[1].expires"),
        ("https:", "ftp:", "known[1].issue"),
        ("scenario", "scenarios", "known[1].scenarios: unknown key"),
        ("[[known]]", "[[known]", "invalid TOML"),
    ],
)
def test_an_error_names_file_entry_and_key(tmp_path: Path, before: str, after: str, message: str) -> None:
    """Entries are numbered from 1."""
    (tmp_path / "known.toml").write_text(ENTRY.replace(before, after))
    with pytest.raises(InvalidConfig) as caught:
        load(tmp_path)
    assert message in str(caught.value)
    assert str(tmp_path / "known.toml") in str(caught.value)
