"""Compute the version of a commit from the nearest tag, as the project itself does.

The build is given this version: what it would find itself depends on how much history the clone has.
"""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

from dask_matrix.collect.git.command import GitFailed
from dask_matrix.domain.environments import release
from dask_matrix.domain.environments.commit_pair import PROJECTS, SHORT

if TYPE_CHECKING:
    from dask_matrix.collect.git.repository import Repository

METADATA_FILES = ("pyproject.toml", "setup.cfg", "setup.py", "requirements.txt")
"""Files in which dask and distributed declare their requirements, now or in the past."""


def version_of(repository: Repository, sha: str) -> Version:
    """Return the version of a commit: ``2025.3.0+19.g0fa5e18d5``, or ``2026.7.0.post8+g817e5ffc1`` for setuptools-scm.

    Without a tag, or with a shallow history, it has no commit count: ``2025.3.0+g0fa5e18d5``, and a note is added.
    Raises GitFailed if the tag is not the tag of a release.
    """
    short = f"g{sha[:SHORT]}"
    if nearest := repository.nearest_tag(sha):
        tag, distance = nearest
        if not distance:
            return Version(tag)
        text = f"{tag}.post{distance}+{short}" if uses_scm(repository, sha) else f"{tag}+{distance}.{short}"
        if found := release.version_of(text):
            return found
        raise GitFailed(
            f"The nearest tag of {sha[:SHORT]} in the {repository.project} repository {repository.address}, {tag}, is not "
            f"a release: {text} is not a valid version. Delete the tag there."
        )
    shallow = ", a shallow clone" if repository.shallow_boundary else ""
    repository.notes.append(
        f"No version tag before {sha[:SHORT]} in the {repository.project} repository {repository.address}{shallow}: "
        "its version has no commit count."
    )
    return Version(f"{_release_before(repository, sha)}+{short}")


def uses_scm(repository: Repository, sha: str) -> bool:
    """Whether the project used setuptools-scm at a commit; before that it used versioneer."""
    return "setuptools_scm" in _pyproject(repository, sha).get("tool", {})


def requires_python(repository: Repository, sha: str) -> SpecifierSet:
    """Return the Pythons that a commit declares to support."""
    declared = _pyproject(repository, sha).get("project", {}).get("requires-python")
    if not declared:
        texts = (repository.read_file(sha, name) for name in METADATA_FILES[1:3])
        found = (re.search(r"python_requires\s*=\s*[\"']?([^\"'\n]+)", text) for text in texts)
        declared = next((each[1] for each in found if each), "")
    try:
        return SpecifierSet(declared)
    except InvalidSpecifier:
        return SpecifierSet()


def _release_before(repository: Repository, sha: str) -> str:
    """Return the release before a commit, from its requirement on the other project: both are released together."""
    other = next(each for each in PROJECTS if each != repository.project)
    for name in METADATA_FILES:
        if found := re.search(rf"\b{other}\s*(?:==|>=)\s*(\d+(?:\.\d+)*)", repository.read_file(sha, name)):
            return found[1]
    return "0"


def _pyproject(repository: Repository, sha: str) -> dict[str, Any]:
    try:
        return tomllib.loads(repository.read_file(sha, "pyproject.toml"))
    except tomllib.TOMLDecodeError:
        return {}
