"""Finds Python interpreters on this machine, and trusts none before it has answered."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from dask_matrix.domain.environments.environment import Python
from dask_matrix.domain.errors import DaskMatrixError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PROBE = (
    "import json, platform, sys; "
    "print(json.dumps([sys.implementation.name, *sys.version_info[:2], platform.python_version()]))"
)
PATIENCE = 20
"""Seconds an interpreter gets to answer the probe."""


class NoInterpreter(DaskMatrixError):
    """No interpreter of a Python minor was found."""


@dataclass(frozen=True)
class Interpreter:
    """A CPython that answered: where it is and which version it says it is, such as ``3.11.7``."""

    path: Path
    version: str


def platform_name() -> str:
    """Return this machine's platform as environments name it: ``linux-x86_64``."""
    return f"{platform.system()}-{platform.machine()}".lower()


@cache
def find(python: Python) -> Interpreter:
    """Return an interpreter of a Python minor; raise NoInterpreter saying where it was looked for."""
    looked: dict[str, None] = {}
    for place, candidate in _candidates(python, os.environ):
        looked[place] = None
        if interpreter := probe(candidate, python):
            return interpreter
    raise NoInterpreter(
        f"no Python {python} found; looked in {', '.join(looked)}. "
        f"Install one, for example with `uv python install {python}` or `pyenv install {python}`."
    )


def is_installed(python: Python) -> bool:
    """Whether an interpreter of a Python minor can be found."""
    try:
        find(python)
    except NoInterpreter:
        return False
    return True


def probe(path: Path, python: Python) -> Interpreter | None:
    """Return what an executable answers, or None where it is no CPython of that minor (a shim, say, or broken)."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    try:
        answer = subprocess.run(
            [path, "-I", "-c", PROBE], capture_output=True, check=True, timeout=PATIENCE, env=environ
        ).stdout
        name, major, minor, version = json.loads(answer)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    return Interpreter(path, version) if (name, major, minor) == ("cpython", python.major, python.minor) else None


def _candidates(python: Python, environ: Mapping[str, str]) -> Iterator[tuple[str, Path]]:
    """Yield executables that may be that Python, with the place they were found in; the likeliest first."""
    if sys.version_info[:2] == (python.major, python.minor):
        yield "the running interpreter", Path(getattr(sys, "_base_executable", sys.executable))
    for place, versions in _version_folders(environ).items():
        yield from ((place, found) for found in _newest_first(versions, f"*{python}.*/bin/python{python}"))
        yield place, versions / f"nothing-{python}"  # so that the place is named even where it is empty
    for folder in environ.get("PATH", os.defpath).split(os.pathsep):
        for name in (f"python{python}", "python3", "python"):
            yield "PATH", Path(folder or ".") / name


def _version_folders(environ: Mapping[str, str]) -> dict[str, Path]:
    """Return the folders in which uv and pyenv keep an interpreter for each version."""
    uv = environ.get("UV_PYTHON_INSTALL_DIR") or platformdirs.user_data_path("uv", appauthor=False) / "python"
    pyenv = environ.get("PYENV_ROOT") or Path.home() / ".pyenv"
    return {f"uv's {uv}": Path(uv), f"pyenv's {pyenv}/versions": Path(pyenv) / "versions"}


def _newest_first(folder: Path, pattern: str) -> list[Path]:
    def order(path: Path) -> list[int]:
        return [int(part) for part in path.parts[-3].replace("-", ".").split(".") if part.isdigit()]

    return sorted(folder.glob(pattern), key=order, reverse=True)
