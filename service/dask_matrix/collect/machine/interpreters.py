"""Find Python interpreters on this machine; each is run once to check its version."""

from __future__ import annotations

import json
import os
import platform
import re
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
    "import json, platform, sys, sysconfig; "
    "print(json.dumps([sys.implementation.name, *sys.version_info[:2], "
    "bool(sysconfig.get_config_var('Py_GIL_DISABLED')), platform.python_version()]))"
)
PROBE_TIMEOUT = 20
"""Seconds that an interpreter may take to answer the probe."""


class NoInterpreter(DaskMatrixError):
    """No interpreter of a Python version was found."""


@dataclass(frozen=True)
class Interpreter:
    """A CPython that answered the probe; ``version`` is its full version, such as ``3.11.7``, or ``3.14.0t``."""

    path: Path
    version: str


def platform_name() -> str:
    """Return the name of this machine's platform: ``linux-x86_64``."""
    return f"{platform.system()}-{platform.machine()}".lower()


@cache
def find(python: Python) -> Interpreter:
    """Return an interpreter of a Python version; raise NoInterpreter with the places searched."""
    searched: dict[str, None] = {}
    for place, candidate in _candidates(python, os.environ):
        searched[place] = None
        if interpreter := probe(candidate, python):
            return interpreter
    raise NoInterpreter(
        f"Python {python} not found; searched {', '.join(searched)}. "
        f"Install it, for example with `uv python install {python}` or `pyenv install {python}`."
    )


def is_installed(python: Python) -> bool:
    """Whether an interpreter of a Python version can be found."""
    try:
        find(python)
    except NoInterpreter:
        return False
    return True


def probe(path: Path, python: Python) -> Interpreter | None:
    """Return the interpreter at ``path``, or None if it is not a working CPython of that version."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    try:
        answer = subprocess.run(
            [path, "-I", "-c", PROBE], capture_output=True, check=True, timeout=PROBE_TIMEOUT, env=environ
        ).stdout
        name, *minor_version, version = json.loads(answer)
    except (OSError, subprocess.SubprocessError, ValueError, TypeError):
        return None
    is_wanted = (name, *minor_version) == ("cpython", python.major, python.minor, python.free_threaded)
    return Interpreter(path, version + python.abi_flag) if is_wanted else None


def _candidates(python: Python, environ: Mapping[str, str]) -> Iterator[tuple[str, Path]]:
    """Yield (place, executable) for candidates of that Python, the likeliest first."""
    if sys.version_info[:2] == (python.major, python.minor):
        yield "the running interpreter", Path(getattr(sys, "_base_executable", sys.executable))
    for place, versions in _version_folders(environ).items():
        yield from ((place, found) for found in _newest_first(versions, f"*{python.number}.*/bin/python{python}"))
        yield place, versions / f"nothing-{python}"  # names the place even if it is empty
    for folder in environ.get("PATH", os.defpath).split(os.pathsep):
        for name in (f"python{python}", "python3", "python"):
            yield "PATH", Path(folder or ".") / name


def _version_folders(environ: Mapping[str, str]) -> dict[str, Path]:
    """Return the folders in which uv and pyenv install interpreters."""
    uv = environ.get("UV_PYTHON_INSTALL_DIR") or platformdirs.user_data_path("uv", appauthor=False) / "python"
    pyenv = environ.get("PYENV_ROOT") or Path.home() / ".pyenv"
    return {f"uv's {uv}": Path(uv), f"pyenv's {pyenv}/versions": Path(pyenv) / "versions"}


def _newest_first(folder: Path, pattern: str) -> list[Path]:
    def order(path: Path) -> list[int]:
        return [int(part) for part in re.findall(r"\d+", path.parts[-3])]

    return sorted(folder.glob(pattern), key=order, reverse=True)
