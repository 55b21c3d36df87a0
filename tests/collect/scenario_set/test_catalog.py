"""A fingerprint changes with what an outcome depends on, and with nothing else."""

from pathlib import Path

import pytest

from dask_matrix.collect.scenario_set.catalog import NoScenarios, read

CONFTEST = """\
import pytest
from helpers.clusters import start

@pytest.fixture
def client():
    return start(2)

@pytest.fixture
def other(client):
    return 3

@pytest.fixture(name="renamed")
def _fixture():
    return 4

@pytest.fixture(autouse=True)
def quiet():
    return 5

def pytest_configure(config):
    hook = 6
"""
TESTS = '''\
"""About futures."""
import pytest
import numpy as np
from beside import helper

LIMIT = 7
UNUSED = 8

def local(x):
    return x + LIMIT

@pytest.mark.scenario(issue="https://example.org/1", covers=["a.b"], since="2025.1.0")
def test_with_client(client):
    """A title."""
    assert local(1) == 8

def test_plain():
    assert np.ones(3).sum() == 9

def test_helped(renamed):
    assert helper() == 10

@pytest.mark.usefixtures("other")
class TestGroup:
    def test_inside(self):
        assert True

test_again = test_plain
'''
FILES = {
    "conftest.py": CONFTEST,
    "futures/test_x.py": TESTS,
    "futures/beside.py": "from deeper import value\n\ndef helper():\n    return value\n",
    "futures/deeper.py": "value = 10\n",
    "helpers/clusters.py": "def start(n):\n    return n\n",
}
ALL = {"test_with_client", "test_plain", "test_helped", "TestGroup", "test_again"}


def write(folder: Path, **changes: tuple[str, str]) -> dict[str, str]:
    """Write the set with changes (file stem -> replacement) and return the fingerprints by test name."""
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        old, new = changes.get(path.stem, ("", ""))
        assert old in text
        path.write_text(text.replace(old, new) if old else text)
    return {name.partition("::")[2]: fingerprint for name, fingerprint in read(folder).functions.items()}


def changed(folder: Path, **changes: tuple[str, str]) -> set[str]:
    """Return the tests whose fingerprints a change changes."""
    before, after = write(folder), write(folder, **changes)
    return {name for name in before if before[name] != after.get(name)}


def test_every_test_is_found_also_under_an_assigned_name(tmp_path: Path) -> None:
    """As pytest finds them."""
    assert write(tmp_path).keys() == ALL


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"test_x": ("== 8", "== 88")}, {"test_with_client"}),
        ({"test_x": ("== 9", "== 99")}, {"test_plain", "test_again"}),
        ({"test_x": ("LIMIT = 7", "LIMIT = 77")}, {"test_with_client"}),
        ({"test_x": ("UNUSED = 8", "UNUSED = 88")}, set()),
        ({"test_x": ("assert True", "assert 1")}, {"TestGroup"}),
        ({"test_x": ('since="2025.1.0"', 'since="2025.2.0"')}, {"test_with_client"}),
        ({"test_x": ("A title.", "A better title.")}, set()),
        ({"test_x": ("example.org/1", "example.org/2")}, set()),
        ({"test_x": ('"a.b"', '"a.b", "a.c"')}, set()),
        ({"test_x": ("since=", "output=8, since=")}, set()),
        ({"test_x": ("since=", "timeout=8, since=")}, {"test_with_client"}),
        ({"test_x": ("since=", "memory=8, since=")}, {"test_with_client"}),
        ({"test_x": ("About futures.", "All about futures.")}, set()),
        ({"conftest": ("start(2)", "start(3)")}, {"test_with_client", "TestGroup"}),
        ({"conftest": ("return 3", "return 33")}, {"TestGroup"}),
        ({"conftest": ("return 4", "return 44")}, {"test_helped"}),
        ({"conftest": ("return 5", "return 55")}, ALL),
        ({"conftest": ("hook = 6", "hook = 66")}, ALL),
        ({"clusters": ("return n", "return -n")}, {"test_with_client", "TestGroup"}),
        ({"beside": ("return value", "return +value")}, {"test_helped"}),
        ({"deeper": ("10", "11")}, {"test_helped"}),
    ],
)
def test_an_edit_changes_the_fingerprints_of_what_depends_on_it(
    tmp_path: Path, changes: dict[str, tuple[str, str]], expected: set[str]
) -> None:
    """One scenario's body: one; a fixture: those that ask for it; a title, a link, something unused: none."""
    assert changed(tmp_path, **changes) == expected


def test_a_renamed_test_keeps_its_fingerprint(tmp_path: Path) -> None:
    """So that a rename runs nothing again."""
    before = write(tmp_path)
    after = write(tmp_path, test_x=("def test_helped", "def test_is_helped"))
    assert after["test_is_helped"] == before["test_helped"]


def test_the_files_own_fingerprint_changes_with_anything_in_it(tmp_path: Path) -> None:
    """It stands in for tests the reading did not foresee."""
    write(tmp_path)
    before = read(tmp_path).files
    write(tmp_path, test_x=("UNUSED = 8", "UNUSED = 88"))
    assert read(tmp_path).files != before


def test_a_file_that_does_not_parse_does_not_hide_the_others(tmp_path: Path) -> None:
    """pytest will say what is wrong with it."""
    write(tmp_path)
    (tmp_path / "test_broken.py").write_text("def test_(:\n")
    found = read(tmp_path)
    assert "test_broken.py" in found.files
    assert len(found.functions) == len(ALL)


def test_a_folder_without_tests_is_refused_by_name(tmp_path: Path) -> None:
    """With the file names that were searched for."""
    (tmp_path / "helper.py").write_text("x = 1\n")
    with pytest.raises(NoScenarios, match=r"No tests in .*test_\*\.py"):
        read(tmp_path)
    with pytest.raises(NoScenarios, match="No such folder"):
        read(tmp_path / "none")
