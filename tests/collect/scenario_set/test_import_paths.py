"""Where a user's own tests import their modules from."""

import os
from pathlib import Path

import pytest

from dask_matrix import places
from dask_matrix.collect.scenario_set.import_paths import UnreadableSettings, import_paths

SETTINGS = {
    "pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["src", "lib"]',
    "pytest.toml": '[pytest]\npythonpath = ["src", "lib"]',
    "pytest.ini": "[pytest]\npythonpath = src lib",
    "tox.ini": "[pytest]\npythonpath =\n  src\n  lib",
    "setup.cfg": "[tool:pytest]\npythonpath = src lib",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a project's root with folders in it, and no settings."""
    for name in ("src", "lib", "tests", "elsewhere"):
        (tmp_path / "project" / name).mkdir(parents=True)
    return tmp_path / "project"


@pytest.mark.parametrize("name", SETTINGS)
def test_pythonpath_counts_wherever_pytest_reads_it(root: Path, name: str) -> None:
    """Before the root itself, as pytest has it."""
    (root / name).write_text(SETTINGS[name])
    assert import_paths(root / "tests", {}) == (root / "src", root / "lib", root)


def test_the_root_is_the_nearest_folder_that_looks_like_one(root: Path) -> None:
    """At or above the tests."""
    (root / "pyproject.toml").touch()
    (root.parent / "setup.py").touch()
    assert import_paths(root / "tests", {}) == (root,)


def test_the_variable_comes_first(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it does in Python; what is no folder is left out, and so is the current folder unless it is named."""
    monkeypatch.chdir(root)
    (root / "setup.cfg").write_text(SETTINGS["setup.cfg"])
    variable = os.pathsep.join(["elsewhere", "", "nowhere", str(root / "src")])
    assert import_paths(root / "tests", {"PYTHONPATH": variable}) == (
        *(root / "elsewhere", root / "src", root / "lib"),
        root,
    )


def test_the_folder_of_the_tests_is_left_to_pytest(root: Path) -> None:
    """It knows from which folder a test file is imported; folders below it count if they are named."""
    (root / "tests" / "helpers").mkdir()
    (root / "pytest.ini").write_text("[pytest]\npythonpath = tests/helpers tests")
    assert import_paths(root / "tests", {"PYTHONPATH": str(root / "tests")}) == (root / "tests" / "helpers", root)


def test_our_own_set_imports_from_nowhere_else() -> None:
    """So that it says the same on every machine."""
    assert import_paths(places.scenarios(), {"PYTHONPATH": str(Path.cwd())}) == ()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", "[tool"),
        ("pytest.ini", "no section"),
        ("pytest.ini", "[pytest]\npythonpath = 'src"),
        ("pyproject.toml", "[tool.pytest.ini_options]\npythonpath = 5"),
        ("pyproject.toml", "[tool.pytest.ini_options]\npythonpath = [5]"),
        ("pyproject.toml", "[tool.pytest.ini_options]\npythonpath = {a = 1}"),
    ],
)
def test_settings_that_cannot_be_parsed_are_named(root: Path, name: str, text: str) -> None:
    """With the file."""
    (root / name).write_text(text)
    with pytest.raises(UnreadableSettings, match=name):
        import_paths(root / "tests", {})
