"""The tools that install Dask in a project, and the command of each that moves it to another release."""

from __future__ import annotations

import shlex
from enum import StrEnum

EXTRAS = "dask[array,dataframe,distributed]"
"""The extras that the tested environments are installed with."""
BOTH = ("dask", "distributed")
"""What moves together: each distributed requires the dask of its own release."""


class Installer(StrEnum):
    """A tool that installs a project's packages, as its lock file or its environment shows."""

    PIP = "pip"
    PIP_LOCK = "pip lock"
    PIP_COMPILE = "pip-compile"
    UV = "uv"
    UV_PIP = "uv pip"
    UV_COMPILE = "uv pip compile"
    POETRY = "poetry"
    PDM = "pdm"
    PIPENV = "pipenv"
    PIXI = "pixi"
    PIXI_PYPI = "pixi, from an index of Python packages"
    CONDA = "conda"
    CONDA_FILE = "conda, from a file"
    CONDA_LOCK = "conda-lock"

    @property
    def manifest(self) -> str:
        """The file with the allowed versions to change first; empty if the command alone moves Dask."""
        return MANIFESTS.get(self, "")

    @property
    def locks(self) -> bool:
        """Whether the command changes a lock file, and the environment only later."""
        return self not in INSTALLING

    def pin(self, release: str) -> str:
        """Return how the manifest pins a release of Dask."""
        return f"dask{'=' if self in CONDA else '=='}{release}"

    def command(self, release: str) -> str:
        """Return the line for a shell that moves dask and distributed to a release, up or down."""
        return shlex.join(word.format(release) for word in COMMANDS[self])


CONDA = frozenset({Installer.CONDA_FILE, Installer.CONDA_LOCK})
INSTALLING = frozenset(
    {Installer.PIP, Installer.UV_PIP, Installer.CONDA, Installer.CONDA_FILE, Installer.PIXI, Installer.PIXI_PYPI}
)
MANIFESTS = {
    Installer.POETRY: "pyproject.toml",
    Installer.PDM: "pyproject.toml",
    Installer.CONDA_FILE: "environment.yml",
    Installer.CONDA_LOCK: "environment.yml",
}
_PINNED = f"{EXTRAS}=={{0}}"
_EACH = ("-P", "dask=={0}", "-P", "distributed=={0}")
COMMANDS = {
    Installer.PIP: ("pip", "install", _PINNED),
    Installer.PIP_LOCK: ("pip", "lock", _PINNED),
    Installer.PIP_COMPILE: ("pip-compile", *_EACH),
    Installer.UV: ("uv", "lock", "--upgrade-package", "dask=={0}", "--upgrade-package", "distributed=={0}"),
    Installer.UV_PIP: ("uv", "pip", "install", _PINNED),
    Installer.UV_COMPILE: ("uv", "pip", "compile", "requirements.in", "-o", "requirements.txt", *_EACH),
    Installer.POETRY: ("poetry", "update", *BOTH),
    Installer.PDM: ("pdm", "update", *BOTH),
    # with extras and version: it overwrites the Pipfile with what it is given, so a bare name would lose both there
    Installer.PIPENV: ("pipenv", "upgrade", _PINNED, "distributed=={0}"),
    Installer.PIXI: ("pixi", "add", "dask={0}"),
    Installer.PIXI_PYPI: ("pixi", "add", "--pypi", _PINNED),
    Installer.CONDA: ("conda", "install", "dask={0}"),
    Installer.CONDA_FILE: ("conda", "env", "update", "--file", "environment.yml"),
    Installer.CONDA_LOCK: (
        *("conda-lock", "lock", "--lockfile", "conda-lock.yml"),
        *("--update", "dask", "--update", "distributed"),
    ),
}
"""Tool -> the words of its command; ``{0}`` is the release."""
