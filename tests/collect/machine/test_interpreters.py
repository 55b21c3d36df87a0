"""No interpreter is trusted before it has answered."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dask_matrix.collect.machine import interpreters
from dask_matrix.domain.environments.environment import Python

HERE = Python(sys.version_info.major, sys.version_info.minor)


@pytest.fixture(autouse=True)
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let nothing be found but what a test puts there."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setenv("UV_PYTHON_INSTALL_DIR", str(tmp_path / "uv"))
    interpreters.find.cache_clear()
    yield
    interpreters.find.cache_clear()


def executable(path: Path, text: str) -> Path:
    """Return a script that can be run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def pretending(version: str) -> str:
    """Return a script that answers the probe as a CPython of that version."""
    major, minor, _ = version.split(".")
    return f"""echo '["cpython", {major}, {minor}, "{version}"]'"""


def test_a_shim_that_only_prints_an_error_is_passed_over(tmp_path: Path) -> None:
    """As pyenv's are for versions that are not activated; the version's own folder is found all the same."""
    executable(tmp_path / "bin" / "python3.1", "echo 'pyenv: python3.1: command not found' >&2; exit 127")
    real = executable(tmp_path / "pyenv" / "versions" / "3.1.4" / "bin" / "python3.1", pretending("3.1.4"))
    assert interpreters.find(Python(3, 1)) == interpreters.Interpreter(real, "3.1.4")


def test_one_that_answers_as_another_version_is_not_taken(tmp_path: Path) -> None:
    """Whatever its name says."""
    executable(tmp_path / "bin" / "python3.1", pretending("3.2.0"))
    with pytest.raises(interpreters.NoInterpreter):
        interpreters.find(Python(3, 1))


def test_none_found_says_where_it_was_looked_for_and_what_to_do(tmp_path: Path) -> None:
    """The words an uninstallable column shows."""
    with pytest.raises(interpreters.NoInterpreter) as caught:
        interpreters.find(Python(3, 1))
    said = str(caught.value)
    assert said.startswith("no Python 3.1 found; looked in ")
    assert str(tmp_path / "uv") in said
    assert str(tmp_path / "pyenv") in said
    assert "PATH" in said
    assert "uv python install 3.1" in said


def test_the_newest_patch_version_is_taken(tmp_path: Path) -> None:
    """By number: 3.1.10 is newer than 3.1.9."""
    for version in ("3.1.9", "3.1.10"):
        executable(tmp_path / "pyenv" / "versions" / version / "bin" / "python3.1", pretending(version))
    assert interpreters.find(Python(3, 1)).version == "3.1.10"


def test_uvs_interpreters_are_found(tmp_path: Path) -> None:
    """In uv's own folder names."""
    folder = tmp_path / "uv" / "cpython-3.1.2-linux-x86_64-gnu" / "bin"
    executable(folder / "python3.1", pretending("3.1.2"))
    assert interpreters.find(Python(3, 1)).version == "3.1.2"


def test_the_running_interpreter_is_found_and_answers_truly() -> None:
    """A real probe of a real Python."""
    found = interpreters.find(HERE)
    assert found.version == ".".join(map(str, sys.version_info[:3]))


def test_one_that_never_answers_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It does not stop the run."""
    monkeypatch.setattr(interpreters, "PATIENCE", 0.2)
    path = executable(tmp_path / "bin" / "python3.1", "exec /bin/sleep 30")
    assert interpreters.probe(path, Python(3, 1)) is None
