"""An interpreter is used only after it has answered a probe."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dask_matrix.collect.machine import interpreters
from dask_matrix.domain.environments.environment import Python

HERE = Python(sys.version_info.major, sys.version_info.minor)


@pytest.fixture(autouse=True)
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hide all interpreters but those that a test creates."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setenv("UV_PYTHON_INSTALL_DIR", str(tmp_path / "uv"))
    interpreters.find.cache_clear()
    yield
    interpreters.find.cache_clear()


def executable(path: Path, text: str) -> Path:
    """Return an executable shell script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def answer_of(version: str) -> str:
    """Return a script that answers the probe as a CPython of that version; ``3.1.4t`` is free-threaded."""
    number = version.removesuffix("t")
    major, minor, _ = number.split(".")
    return f"""echo '["cpython", {major}, {minor}, {str(number != version).lower()}, "{number}"]'"""


def test_a_shim_that_only_prints_an_error_is_skipped(tmp_path: Path) -> None:
    """As pyenv's shims do for inactive versions; the interpreter in pyenv's folder is found."""
    executable(tmp_path / "bin" / "python3.1", "echo 'pyenv: python3.1: command not found' >&2; exit 127")
    real = executable(tmp_path / "pyenv" / "versions" / "3.1.4" / "bin" / "python3.1", answer_of("3.1.4"))
    assert interpreters.find(Python(3, 1)) == interpreters.Interpreter(real, "3.1.4")


def test_an_interpreter_of_another_version_is_rejected(tmp_path: Path) -> None:
    """Whatever its name says."""
    executable(tmp_path / "bin" / "python3.1", answer_of("3.2.0"))
    with pytest.raises(interpreters.NoInterpreter):
        interpreters.find(Python(3, 1))


def test_the_error_names_the_places_searched_and_what_to_do(tmp_path: Path) -> None:
    """Shown as the refusal of an uninstallable environment."""
    with pytest.raises(interpreters.NoInterpreter) as caught:
        interpreters.find(Python(3, 1))
    message = str(caught.value)
    assert message.startswith("Python 3.1 not found; searched ")
    assert str(tmp_path / "uv") in message
    assert str(tmp_path / "pyenv") in message
    assert "PATH" in message
    assert "uv python install 3.1" in message


def test_the_newest_patch_version_is_chosen(tmp_path: Path) -> None:
    """By number: 3.1.10 is newer than 3.1.9."""
    for version in ("3.1.9", "3.1.10"):
        executable(tmp_path / "pyenv" / "versions" / version / "bin" / "python3.1", answer_of(version))
    assert interpreters.find(Python(3, 1)).version == "3.1.10"


def test_uvs_interpreters_are_found(tmp_path: Path) -> None:
    """In uv's own folder names."""
    folder = tmp_path / "uv" / "cpython-3.1.2-linux-x86_64-gnu" / "bin"
    executable(folder / "python3.1", answer_of("3.1.2"))
    assert interpreters.find(Python(3, 1)).version == "3.1.2"


def test_a_free_threaded_build_is_another_python(tmp_path: Path) -> None:
    """Where uv and pyenv install it there is a ``python3.1`` too, which is the same build."""
    for folder in ("uv/cpython-3.1.10+freethreaded-linux-x86_64-gnu", "pyenv/versions/3.1.9t"):
        for name in ("python3.1", "python3.1t"):
            executable(tmp_path / folder / "bin" / name, answer_of("3.1.10t"))
    with pytest.raises(interpreters.NoInterpreter, match=r"Python 3\.1 not found"):
        interpreters.find(Python(3, 1))
    found = interpreters.find(Python(3, 1, free_threaded=True))
    assert (found.version, found.path.name, "uv" in found.path.parts) == ("3.1.10t", "python3.1t", True)


def test_an_ordinary_build_is_no_free_threaded_one(tmp_path: Path) -> None:
    """The error names what to install."""
    executable(tmp_path / "bin" / "python3.1t", answer_of("3.1.4"))
    with pytest.raises(interpreters.NoInterpreter, match=r"uv python install 3\.1t"):
        interpreters.find(Python(3, 1, free_threaded=True))


@pytest.mark.parametrize("answer", ["3", "null", "[]", "{}", '"cpython"', "[1, 2]", "no JSON"])
def test_an_executable_that_answers_something_else_is_rejected(tmp_path: Path, answer: str) -> None:
    """Whatever it prints."""
    assert interpreters.probe(executable(tmp_path / "python3.1", f"echo '{answer}'"), Python(3, 1)) is None


def test_the_running_interpreter_is_found_and_answers_the_probe() -> None:
    """A real probe of a real Python."""
    found = interpreters.find(HERE)
    assert found.version == ".".join(map(str, sys.version_info[:3]))


def test_an_interpreter_that_hangs_is_rejected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It does not stop the run."""
    monkeypatch.setattr(interpreters, "PROBE_TIMEOUT", 0.2)
    path = executable(tmp_path / "bin" / "python3.1", "exec /bin/sleep 30")
    assert interpreters.probe(path, Python(3, 1)) is None
