"""Builds wheels of commits, each once: cached by commit, whatever run or environment asks for it."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from dask_matrix.collect.files import write_whole
from dask_matrix.collect.git import version
from dask_matrix.collect.index.index import SETTLING
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
{told}
'''  # END VERSION_JSON


def get_versions():
    return json.loads(version_json)
"""


class BuildRefused(Exception):
    """A commit does not build; the message is all that was said."""


@dataclass(frozen=True)
class Builds:
    """The kept wheels: ``PROJECT/COMMIT/*.whl``, or ``refused-py311.txt`` with what was said. ``anew`` tries the latter again."""

    git: Repositories
    folder: Path
    settings: IndexSettings
    anew: bool = False

    def wheels(self, pair: Pair, interpreter: Interpreter) -> dict[str, Path]:
        """Return project -> its wheel at a pair's commit, building what is not built yet.

        Raises BuildRefused, MissingObject, GitTrouble, and UvTrouble if uv could not do its work.
        """
        return {project: self.wheel(project, pair.commit(project), interpreter) for project in PROJECTS}

    def wheel(self, project: str, commit: Commit, interpreter: Interpreter) -> Path:
        """Return the wheel of one commit; raise as `wheels` does."""
        expected = version.version_of(self.git.of(project), commit.sha)
        place = self.folder / project / commit.sha
        with install_lock(place) as held:
            if kept := _kept(place, expected):
                return kept
            refused = place / f"refused-py{interpreter.version.replace('.', '')}.txt"
            if refused.exists() and not self.anew:
                raise BuildRefused(refused.read_text(encoding="utf-8"))
            try:
                built = self._build(project, commit, expected, interpreter, place, held)
            except BuildRefused as error:
                write_whole(refused, str(error))
                raise
            refused.unlink(missing_ok=True)
            return built

    def _build(
        self, project: str, commit: Commit, expected: Version, interpreter: Interpreter, place: Path, held: int
    ) -> Path:
        """Build in a tree of its own, with what build tools there were on the day: a commit builds as it did then."""
        repository, scratch = self.git.of(project), place.with_name(f"{place.name}.scratch")
        shutil.rmtree(scratch, ignore_errors=True)
        tree, out = scratch / project, scratch / "wheel"
        try:
            repository.checkout(commit.sha, tree)
            _state(repository, commit, expected, tree)
            answer = uv.call(
                self.settings,
                *("build", "--wheel", "--python", str(interpreter.path), "--out-dir", str(out)),
                *("--exclude-newer", f"{commit.at + SETTLING:%Y-%m-%dT%H:%M:%SZ}", str(tree)),
                hold=[held],
                variables=_variables(project, commit, expected, scratch),
                is_trouble=_is_trouble,
            )
            if answer.refused:
                raise BuildRefused(answer.refused.replace(str(tree), project))
            return _taken(out, expected, place)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


def with_wheels(lock: str, wheels: dict[str, Path]) -> str:
    """Return a lock with the wheels in place of the commits that they were built of."""
    for project, wheel in wheels.items():
        lock = re.sub(rf"^{project} @ .*$", f"{project} @ {wheel.as_uri()}", lock, flags=re.MULTILINE)
    return lock


def with_commits(lock: str, pair: Pair) -> str:
    """Return a lock with the commits in place of their wheels: it says the same on every machine."""
    for project in PROJECTS:
        lock = re.sub(rf"^{project} @ .*$", requirement(project, pair), lock, flags=re.MULTILINE)
    return lock


def requirement(project: str, pair: Pair, extras: str = "") -> str:
    """Return what everybody can install a project's commit by; a commit is the same in each copy of its repository."""
    return f"{project}{extras} @ git+{PUBLIC[project]}@{pair.commit(project).sha}"


def _kept(place: Path, expected: Version) -> Path | None:
    """Return the wheel that is kept of a commit, if it is of the version that the commit has."""
    found = place.glob("*.whl") if place.is_dir() else ()
    return next((each for each in found if parse_wheel_filename(each.name)[1] == expected), None)


def _taken(out: Path, expected: Version, place: Path) -> Path:
    """Keep the one wheel that was built, once its version is seen to be right."""
    names = sorted(each.name for each in out.glob("*.whl"))
    if len(names) != 1:
        raise BuildRefused(f"One wheel was to be built, and there are {len(names)}: {', '.join(names) or 'none'}.")
    built = out / names[0]
    try:
        found = parse_wheel_filename(built.name)[1]
    except InvalidWheelFilename as error:
        raise BuildRefused(str(error)) from None
    if found != expected:
        raise BuildRefused(
            f"The wheel {built.name} says it is {found}; by the tags of its repository it is {expected}."
        )
    place.mkdir(parents=True, exist_ok=True)
    return built.replace(place / built.name)


def _state(repository: Repository, commit: Commit, expected: Version, tree: Path) -> None:
    """Tell versioneer the version, in the form in which source distributions carry it."""
    file = tree / repository.project / "_version.py"
    if file.exists() and not version.uses_scm(repository, commit.sha):
        told = {
            "date": commit.at.isoformat(),
            "dirty": False,
            "error": None,
            "full-revisionid": commit.sha,
            "version": str(expected),
        }
        file.write_text(VERSION_FILE.format(told=json.dumps(told, indent=1)), encoding="utf-8")


def _variables(project: str, commit: Commit, expected: Version, scratch: Path) -> dict[str, str]:
    """Tell setuptools-scm the version; whatever repository the data folder is in is none of the build's business."""
    scm = "SETUPTOOLS_SCM_PRETEND_"
    return {
        f"{scm}VERSION_FOR_{project.upper()}": str(expected),
        f"{scm}METADATA_FOR_{project.upper()}": f'{{node="g{commit.short}"}}',
        "GIT_CEILING_DIRECTORIES": str(scratch),
    }


def _is_trouble(message: str) -> bool:
    """Whether the index gave no answer; what a build says of itself may have any words in it."""
    ours = message.rpartition("error: Failed to build")[2].lower()
    return "build backend returned an error" not in ours and any(words in ours for words in uv.NO_ANSWER)
