"""The version that a commit has, computed as the project itself does from the tag behind it.

The build is told it and not asked for it: what it finds by itself depends on how much of the history is there.
"""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

from dask_matrix.collect.git.command import GitTrouble
from dask_matrix.domain.environments import release
from dask_matrix.domain.environments.commit_pair import PROJECTS, SHORT

if TYPE_CHECKING:
    from dask_matrix.collect.git.repository import Repository

STATED = ("pyproject.toml", "setup.cfg", "setup.py", "requirements.txt")
"""Where a project says what it requires, of today and of years ago."""


def version_of(repository: Repository, sha: str) -> Version:
    """Return the version of a commit: ``2025.3.0+19.g0fa5e18d5``, or ``2026.7.0.post8+g817e5ffc1`` as setuptools-scm has it.

    Where there is no tag behind it, or the history is cut off before, it has no count: ``2025.3.0+g0fa5e18d5``, and
    that is noted. Raises GitTrouble where nothing can be counted from the tag.
    """
    short = f"g{sha[:SHORT]}"
    if described := repository.described(sha):
        tag, distance = described
        if not distance:
            return Version(tag)
        text = f"{tag}.post{distance}+{short}" if uses_scm(repository, sha) else f"{tag}+{distance}.{short}"
        if found := release.version_of(text):
            return found
        raise GitTrouble(
            f"The tag {tag} behind {sha[:SHORT]} in the repository {repository.address} of {repository.project} is not one "
            f"of a release: {text} is no version. Delete that tag there."
        )
    why = "is cut off before" if repository.cut else "does not have"
    repository.notes.append(
        f"The history of {repository.project} in {repository.address} {why} the tag behind {sha[:SHORT]}: "
        "its version has no count of commits."
    )
    return Version(f"{_release_before(repository, sha)}+{short}")


def uses_scm(repository: Repository, sha: str) -> bool:
    """Whether a commit has its version from setuptools-scm; before, it was versioneer."""
    return "setuptools_scm" in _pyproject(repository, sha).get("tool", {})


def requires_python(repository: Repository, sha: str) -> SpecifierSet:
    """Return the Pythons that a commit says it supports."""
    told = _pyproject(repository, sha).get("project", {}).get("requires-python")
    if not told:
        texts = (repository.text(sha, name) for name in STATED[1:3])
        found = (re.search(r"python_requires\s*=\s*[\"']?([^\"'\n]+)", text) for text in texts)
        told = next((each[1] for each in found if each), "")
    try:
        return SpecifierSet(told)
    except InvalidSpecifier:
        return SpecifierSet()


def _release_before(repository: Repository, sha: str) -> str:
    """Return the release that a commit follows, as its requirement of the other project says: both are released together."""
    other = next(each for each in PROJECTS if each != repository.project)
    for name in STATED:
        if found := re.search(rf"\b{other}\s*(?:==|>=)\s*(\d+(?:\.\d+)*)", repository.text(sha, name)):
            return found[1]
    return "0"


def _pyproject(repository: Repository, sha: str) -> dict[str, Any]:
    try:
        return tomllib.loads(repository.text(sha, "pyproject.toml"))
    except tomllib.TOMLDecodeError:
        return {}
