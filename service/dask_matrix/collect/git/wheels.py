"""Build wheels from commits, once per commit, for all runs and environments."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from dask_matrix.collect.files import write_atomically
from dask_matrix.collect.git import version
from dask_matrix.collect.index.index import CUTOFF_DELAY
from dask_matrix.collect.machine import uv
from dask_matrix.collect.machine.scratch import install_lock
from dask_matrix.domain.environments.commit_pair import PROJECTS, PUBLIC

if TYPE_CHECKING:
    from pathlib import Path

    from packaging.version import Version

    from dask_matrix.collect.git.commit_pairs import Repositories
    from dask_matrix.collect.git.repository import Repository
    from dask_matrix.collect.index.settings import IndexSettings
    from dask_matrix.collect.machine.interpreters import Interpreter
    from dask_matrix.domain.environments.commit_pair import Commit, Pair

VERSION_FILE = """# Written by dask-matrix, as versioneer writes it into a source distribution.
import json

version_json = '''
{fields}
'''  # END VERSION_JSON


def get_versions():
    return json.loads(version_json)
"""


class BuildRefused(Exception):
    """A commit does not build; the message is the full output."""


@dataclass(frozen=True)
class WheelCache:
    """Built wheels: ``PROJECT/COMMIT/*.whl``, or ``refused-py311.txt`` with the error, which ``retry_refused`` ignores."""

    git: Repositories
    folder: Path
    settings: IndexSettings
    retry_refused: bool = False

    def wheels(self, pair: Pair, interpreter: Interpreter) -> dict[str, Path]:
        """Return the wheel of each project of a commit pair, built if needed.

        Raises BuildRefused, MissingObject, GitFailed, and UvFailed.
        """
        return {project: self.wheel(project, pair.commit(project), interpreter) for project in PROJECTS}

    def wheel(self, project: str, commit: Commit, interpreter: Interpreter) -> Path:
        """Return the wheel of one commit, built if needed; raises like `wheels`."""
        expected = version.version_of(self.git.of(project), commit.sha)
        place = self.folder / project / commit.sha
        with install_lock(place) as lock_fd:
            if cached := _cached(place, expected):
                return cached
            refused = place / f"refused-py{interpreter.version.replace('.', '')}.txt"
            if refused.exists() and not self.retry_refused:
                raise BuildRefused(refused.read_text(encoding="utf-8"))
            try:
                built = self._build(project, commit, expected, interpreter, place, lock_fd)
            except BuildRefused as error:
                write_atomically(refused, str(error))
                raise
            refused.unlink(missing_ok=True)
            return built

    def _build(
        self, project: str, commit: Commit, expected: Version, interpreter: Interpreter, place: Path, lock_fd: int
    ) -> Path:
        """Build in a separate checkout, with the build tools of the day of the commit."""
        repository, scratch = self.git.of(project), place.with_name(f"{place.name}.scratch")
        shutil.rmtree(scratch, ignore_errors=True)
        tree, out = scratch / project, scratch / "wheel"
        try:
            repository.checkout(commit.sha, tree)
            _write_version(repository, commit, expected, tree)
            answer = uv.call(
                self.settings,
                *("build", "--wheel", "--python", str(interpreter.path), "--out-dir", str(out)),
                *("--exclude-newer", f"{commit.at + CUTOFF_DELAY:%Y-%m-%dT%H:%M:%SZ}", str(tree)),
                pass_fds=[lock_fd],
                variables=_variables(project, commit, expected, scratch),
            )
            if answer.refused:
                raise BuildRefused(answer.refused.replace(str(tree), project))
            return _move_wheel(out, expected, place)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


def with_wheels(lock: str, wheels: dict[str, Path]) -> str:
    """Return a lock with commits replaced by the wheels built from them."""
    for project, wheel in wheels.items():
        lock = re.sub(rf"^{project} @ .*$", f"{project} @ {wheel.as_uri()}", lock, flags=re.MULTILINE)
    return lock


def with_commits(lock: str, pair: Pair) -> str:
    """Return a lock with wheels replaced by their commits, so that it is the same on every machine."""
    for project in PROJECTS:
        lock = re.sub(rf"^{project} @ .*$", requirement(project, pair), lock, flags=re.MULTILINE)
    return lock


def requirement(project: str, pair: Pair, extras: str = "") -> str:
    """Return a requirement that installs a commit from the public repository; SHAs are the same in every clone."""
    return f"{project}{extras} @ git+{PUBLIC[project]}@{pair.commit(project).sha}"


def _cached(place: Path, expected: Version) -> Path | None:
    """Return the cached wheel of a commit if its version is the expected one."""
    found = place.glob("*.whl") if place.is_dir() else ()
    return next((each for each in found if parse_wheel_filename(each.name)[1] == expected), None)


def _move_wheel(out: Path, expected: Version, place: Path) -> Path:
    """Check that one wheel of the right version was built, and move it into the cache."""
    names = sorted(each.name for each in out.glob("*.whl"))
    if len(names) != 1:
        raise BuildRefused(f"Expected one wheel, but the build made {len(names)}: {', '.join(names) or 'none'}.")
    built = out / names[0]
    try:
        found = parse_wheel_filename(built.name)[1]
    except InvalidWheelFilename as error:
        raise BuildRefused(str(error)) from None
    if found != expected:
        raise BuildRefused(f"The wheel {built.name} has version {found}; the tags of its repository give {expected}.")
    place.mkdir(parents=True, exist_ok=True)
    return built.replace(place / built.name)


def _write_version(repository: Repository, commit: Commit, expected: Version, tree: Path) -> None:
    """Write the version for versioneer, in the form of a source distribution."""
    file = tree / repository.project / "_version.py"
    if file.exists() and not version.uses_scm(repository, commit.sha):
        fields = {
            "date": commit.at.isoformat(),
            "dirty": False,
            "error": None,
            "full-revisionid": commit.sha,
            "version": str(expected),
        }
        file.write_text(VERSION_FILE.format(fields=json.dumps(fields, indent=1)), encoding="utf-8")


def _variables(project: str, commit: Commit, expected: Version, scratch: Path) -> dict[str, str]:
    """Pass the version to setuptools-scm, and hide any repository around the data folder from the build."""
    scm = "SETUPTOOLS_SCM_PRETEND_"
    return {
        f"{scm}VERSION_FOR_{project.upper()}": str(expected),
        f"{scm}METADATA_FOR_{project.upper()}": f'{{node="g{commit.short}"}}',
        "GIT_CEILING_DIRECTORIES": str(scratch),
    }
