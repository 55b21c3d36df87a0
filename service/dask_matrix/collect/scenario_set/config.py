"""Read matrix.toml: which releases, Pythons and lanes to test, the profiles and the repositories."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import InvalidName, canonicalize_name
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, ValidationError, model_validator

from dask_matrix.domain.environments.commit_pair import MAIN, PROJECTS, PUBLIC, InvalidRef, Refs
from dask_matrix.domain.environments.environment import Lane, Python
from dask_matrix.domain.environments.release import Release
from dask_matrix.domain.errors import DaskMatrixError
from dask_matrix.domain.upgrades.scope import Profile

if TYPE_CHECKING:
    from collections.abc import Mapping


class InvalidConfig(DaskMatrixError):
    """matrix.toml or known.toml is invalid; the message names the file and the key."""


COMPARISONS = ("<", ">", "=", "!", "~")
GIT_VARIABLE_PREFIX = "DASK_MATRIX_GIT_"
"""Prefix of the environment variables that override the repositories of matrix.toml."""
PROBLEM_TEXTS = {"extra_forbidden": "unknown key", "missing": "required key is missing"}
LATEST = re.compile(r"latest(?::([1-9]\d*))?")
"""``latest:N`` is the newest N releases, ``latest`` the newest one."""


def selector(text: str) -> str:
    """Return one entry of ``releases`` unchanged; raise ValueError if it is invalid."""
    try:
        if LATEST.fullmatch(text) or Refs.parse(text):
            return text
        SpecifierSet(text) if text.startswith(COMPARISONS) else Release.parse(text)
    except InvalidRef as error:
        raise ValueError(str(error).rstrip(".")) from None
    except (InvalidSpecifier, ValueError, DaskMatrixError):
        raise ValueError(
            f"{text!r} is not a version specifier (>=2024.8), a release (2025.2.0), latest, latest:N, main or dask@REF"
        ) from None
    return text


def _requirement(text: str) -> str:
    try:
        return str(Requirement(text))
    except (InvalidRequirement, ValueError) as error:
        raise ValueError(f"{text!r} is not a valid requirement: {error}") from None


def _project(text: str) -> str:
    try:
        return canonicalize_name(text, validate=True)
    except InvalidName:
        raise ValueError(f"{text!r} is not a valid project name") from None


def _python(value: object) -> Python:
    try:
        return Python.parse(str(value))
    except DaskMatrixError as error:
        raise ValueError(str(error)) from None


Selector = Annotated[str, Field(min_length=1), AfterValidator(selector)]
ProjectName = Annotated[str, AfterValidator(_project)]
RequirementText = Annotated[str, AfterValidator(_requirement)]
PythonText = Annotated[Python, PlainValidator(_python)]


class ReleaseSet(BaseModel):
    """A named set of environments: which releases, in which lanes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    releases: Annotated[list[Selector], Field(min_length=1)]
    lanes: Annotated[list[Lane], Field(min_length=1)] = [Lane.AS_RELEASED]


class ProfileTable(BaseModel):
    """A profile: the scenarios that match any of its keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    areas: list[str] = []
    scenarios: list[str] = []
    covers: list[str] = []

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if not (self.areas or self.scenarios or self.covers):
            raise ValueError("a profile needs at least one of areas, scenarios and covers")
        return self

    def profile(self) -> Profile:
        """Return it as a domain object."""
        return Profile(frozenset(self.areas), tuple(self.scenarios), tuple(self.covers))


class GitTable(BaseModel):
    """The two repositories and their main branch. An address is a path or any URL that git accepts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dask: Annotated[str, Field(min_length=1)] = PUBLIC["dask"]
    distributed: Annotated[str, Field(min_length=1)] = PUBLIC["distributed"]
    branch: Annotated[str, Field(pattern=r"^[^\s-]\S*$")] = MAIN

    def address(self, project: str) -> str:
        """Return the address of a project's repository."""
        return {"dask": self.dask, "distributed": self.distributed}[project]


class Config(BaseModel):
    """A validated matrix.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=lambda name: name.replace("_", "-"))

    pythons: Annotated[list[PythonText], Field(min_length=1)]
    fallback_pythons: list[PythonText] = []
    requirements: list[RequirementText] = []
    wheels: list[str] = []
    sources: list[ProjectName] = []
    imports: list[str] = ["dask", "distributed"]
    environments_gib: Annotated[float, Field(gt=0, strict=True, allow_inf_nan=False)] = 50
    sets: Annotated[dict[str, ReleaseSet], Field(min_length=1)]
    profiles: dict[str, ProfileTable] = {}
    git: GitTable = GitTable()

    def with_repositories(self, environ: Mapping[str, str], folder: Path) -> Self:
        """Return a copy with the repositories of ``$DASK_MATRIX_GIT_DASK`` and ``…_DISTRIBUTED``.

        Relative paths in matrix.toml start at its own ``folder``.
        """
        configured = {each: self.git.address(each) for each in PROJECTS}
        absolute = {each: str(folder / path) if _is_relative(path) else path for each, path in configured.items()}
        overrides = {
            each: address for each in PROJECTS if (address := environ.get(f"{GIT_VARIABLE_PREFIX}{each.upper()}"))
        }
        return self.model_copy(update={"git": self.git.model_copy(update=absolute | overrides)})

    @property
    def environments_limit(self) -> int:
        """Disk limit of all installed environments together, in bytes."""
        return int(self.environments_gib * 2**30)


def _is_relative(address: str) -> bool:
    return not re.search(r":|^[/~]", address)


def load(path: Path) -> Config:
    """Read a matrix.toml; raise InvalidConfig with the file, line and key of each error."""
    text, parsed = read_toml(path)
    try:
        return Config.model_validate(parsed)
    except ValidationError as error:
        problems = [_format_problem(path, text, problem) for problem in error.errors(include_url=False)]
        raise InvalidConfig("\n".join(problems)) from None


def read_toml(path: Path) -> tuple[str, dict[str, Any]]:
    """Return the text of a TOML file and what it says; raise InvalidConfig."""
    try:
        text = path.read_text(encoding="utf-8")
        return text, tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidConfig(f"Cannot read {path}: {error}") from None
    except ValueError as error:  # TOMLDecodeError is one; so is a number of thousands of digits
        raise InvalidConfig(f"{path}: invalid TOML: {error}") from None
    except RecursionError:
        raise InvalidConfig(f"{path}: invalid TOML: too deeply nested") from None


def _format_problem(path: Path, text: str, problem: Any) -> str:
    keys = [str(part) for part in problem["loc"] if not isinstance(part, int)]
    line = line_of(text, keys)
    return f"{path}, line {line}: {'.'.join(keys)}: {problem_text(problem)}"


def problem_text(problem: Any) -> str:
    """Return the message of a validation error, without pydantic's wording."""
    return PROBLEM_TEXTS.get(problem["type"]) or str(problem["msg"]).removeprefix("Value error, ")


def line_of(text: str, keys: list[str]) -> int:
    """Return the 1-based line of a key such as ``sets.quick.lanes``; of its table, or 1, if the key is absent."""
    section: list[str] = []
    found = 1
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*\[([^\[\]]+)\]", line):
            section = [part.strip().strip("\"'") for part in header[1].split(".")]
            found = number if section and section == keys[: len(section)] else found
        elif entry := re.match(r"\s*([\w.\"'-]+)\s*=", line):
            path = section + [part.strip("\"'") for part in entry[1].split(".")]
            if path == keys[: len(path)]:
                return number
    return found
