"""known.toml is read and checked."""

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


def test_no_file_means_nothing_is_known(tmp_path: Path) -> None:
    """A scenario set need not have one."""
    assert load(tmp_path) == ()


def test_our_own_file_is_sound() -> None:
    """Every entry names an http address and a reason."""
    assert all(entry.issue and entry.reason for entry in load(scenarios()))


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ('">=2025.4.0"', '"newer"', "known[1].releases: 'newer' is no specifier"),
        ('reason = "it is"', "", "known[1].reason: Field required"),
        ("2027-06-01", '"soon"', "known[1].expires"),
        ("https:", "ftp:", "known[1].issue"),
        ("scenario", "scenarios", "known[1].scenarios: Extra inputs are not permitted"),
        ("[[known]]", "[[known]", "not TOML"),
    ],
)
def test_what_is_wrong_is_told_by_entry_and_key(tmp_path: Path, before: str, after: str, says: str) -> None:
    """With the file."""
    (tmp_path / "known.toml").write_text(ENTRY.replace(before, after))
    with pytest.raises(InvalidConfig) as refused:
        load(tmp_path)
    assert says in str(refused.value)
    assert str(tmp_path / "known.toml") in str(refused.value)
