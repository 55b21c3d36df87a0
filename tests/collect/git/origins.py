"""Small repositories of two tiny packages called dask and distributed, made by the tests that need them."""

from __future__ import annotations

import os
import subprocess
import textwrap
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dask_matrix.collect.git.commit_pairs import Repositories
from dask_matrix.collect.scenario_set.config import GitTable

NOON = datetime(2025, 4, 1, 12, tzinfo=UTC)
"""The first commits of these repositories; build tools of that day are used."""
SETUP = "from setuptools import setup\nimport versioneer\nsetup(version=versioneer.get_version(), cmdclass=versioneer.get_cmdclass())\n"
VERSIONEER = """
def get_keywords():
    git_refnames = "$Format:%d$"
    git_full = "$Format:%H$"
    git_date = "$Format:%ci$"
    return {"refnames": git_refnames, "full": git_full, "date": git_date}
def get_versions():
    return {"version": "0+unknown"}
"""
INIT = "from {project}._version import get_versions\n__version__ = get_versions()['version']\n"


def at(hours: float) -> datetime:
    """Return a moment so many hours after the histories begin."""
    return NOON + timedelta(hours=hours)


def pyproject(project: str, requires: str, extras: str = "") -> str:
    """Return the metadata of a package versioned by versioneer."""
    return textwrap.dedent(f"""\
        [build-system]
        requires = ["setuptools>=62.6", "versioneer[toml]==0.29"]
        build-backend = "setuptools.build_meta"
        [project]
        name = "{project}"
        requires-python = ">=3.10"
        dependencies = [{requires}]
        dynamic = ["version"]
        [project.optional-dependencies]
        {extras}
        [tool.setuptools]
        packages = ["{project}"]
        [tool.versioneer]
        VCS = "git"
        style = "pep440"
        versionfile_source = "{project}/_version.py"
        versionfile_build = "{project}/_version.py"
        tag_prefix = ""
        parentdir_prefix = "{project}-"
        """)


def package(project: str, pinned: str = "2025.3.0", requires: str = "") -> dict[str, str]:
    """Return the files of a package that is pinned to a release of the other, with an additional requirement."""
    if project == "dask":
        extras = f'array = []\ndataframe = ["dask[array]"]\ndistributed = ["distributed == {pinned}"]'
        toml = pyproject(project, requires, extras.replace("\n", "\n        "))
    else:
        toml = pyproject(project, ", ".join(filter(None, [f'"dask == {pinned}"', requires])))
    return {
        "pyproject.toml": toml,
        "setup.py": SETUP,
        f"{project}/__init__.py": INIT.format(project=project),
        f"{project}/_version.py": VERSIONEER,
    }


@dataclass
class Origin:
    """A repository of one project, to which tests add commits. ``commits`` has them by subject."""

    path: Path
    project: str
    commits: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Create it, empty."""
        self.path.mkdir(parents=True)
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str, **variables: str) -> str:
        """Run git in it."""
        identity = {
            f"GIT_{role}_{what}": f"a@{what}".lower() for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
        }
        environ = os.environ | identity | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull} | variables
        command = ["git", "-C", str(self.path), *arguments]
        return subprocess.run(command, env=environ, check=True, capture_output=True, text=True).stdout.strip()

    def commit(self, subject: str, hours: float, files: dict[str, str] | None = None, tag: str = "") -> str:
        """Add a commit at a time; return its SHA."""
        for name, text in (files or {"notes.txt": subject}).items():
            path = self.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        self.git("add", "--all")
        moment = at(hours).isoformat()
        self.git("commit", "--quiet", "-m", subject, GIT_AUTHOR_DATE=moment, GIT_COMMITTER_DATE=moment)
        if tag:
            self.git("tag", tag)
        sha = self.commits[subject] = self.git("rev-parse", "HEAD")
        return sha

    def clone(self, path: Path, *options: str) -> Path:
        """Clone it, bare."""
        self.git("config", "uploadpack.allowFilter", "true")
        self.git("clone", "--quiet", "--bare", *options, f"file://{self.path}", str(path))
        return path


def origins(folder: Path) -> tuple[Origin, Origin]:
    """Return repositories of both projects, each released as 2025.3.0 with a commit since: dask at 5 h, distributed at 4 h."""
    dask, distributed = Origin(folder / "dask", "dask"), Origin(folder / "distributed", "distributed")
    dask.commit("Version 2025.3.0", 0, package("dask"), tag="2025.3.0")
    distributed.commit("Version 2025.3.0", 0, package("distributed"), tag="2025.3.0")
    distributed.commit("first of distributed", 4)
    dask.commit("first of dask", 5)
    return dask, distributed


def repositories(dask: Path | str, distributed: Path | str, folder: Path, *, online: bool = True) -> Repositories:
    """Return the repositories at two addresses, with mirrors in a folder."""
    return Repositories(GitTable(dask=str(dask), distributed=str(distributed)), folder / "mirrors", online=online)
