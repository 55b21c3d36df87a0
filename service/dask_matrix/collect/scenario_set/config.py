"""Reads matrix.toml: what is tested against what, as data."""

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
    """matrix.toml cannot be used; the message names file, line and key."""


COMPARISONS = ("<", ">", "=", "!", "~")
VARIABLE = "DASK_MATRIX_GIT_"
"""How the variables begin that name the repositories, in place of matrix.toml."""
LATEST = re.compile(r"latest:([1-9]\d*)")


def selector(text: str) -> str:
    """Return one entry of ``releases`` as it is; raise ValueError saying what is wrong with it."""
    try:
        if LATEST.fullmatch(text) or Refs.parse(text):
            return text
        SpecifierSet(text) if text.startswith(COMPARISONS) else Release.parse(text)
    except InvalidRef as error:
        raise ValueError(str(error).rstrip(".")) from None
    except (InvalidSpecifier, DaskMatrixError):
        raise ValueError(
            f"{text!r} is no specifier (>=2024.8), release (2025.2.0), latest:N, main or dask@REF"
        ) from None
    return text


def _requirement(text: str) -> str:
    try:
        return str(Requirement(text))
    except InvalidRequirement as error:
        raise ValueError(f"{text!r} is no requirement: {error}") from None


def _project(text: str) -> str:
    try:
        return canonicalize_name(text, validate=True)
    except InvalidName:
        raise ValueError(f"{text!r} is no name of a project") from None


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
    """A named set: which releases, in which lanes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    releases: Annotated[list[Selector], Field(min_length=1)]
    lanes: Annotated[list[Lane], Field(min_length=1)] = [Lane.AS_RELEASED]


class ProfileLines(BaseModel):
    """A kind of work by name: the scenarios that any of its lines takes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    areas: list[str] = []
    scenarios: list[str] = []
    covers: list[str] = []

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.areas or self.scenarios or self.covers):
            raise ValueError("a profile names areas, scenarios or covers; this one has none of them")
        return self

    def profile(self) -> Profile:
        """Return it in the domain's words."""
        return Profile(frozenset(self.areas), tuple(self.scenarios), tuple(self.covers))


class GitTable(BaseModel):
    """Where the two repositories are, and which branch is their main one. An address is a path, ``file://`` or any of git's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dask: Annotated[str, Field(min_length=1)] = PUBLIC["dask"]
    distributed: Annotated[str, Field(min_length=1)] = PUBLIC["distributed"]
    branch: Annotated[str, Field(pattern=r"^[^\s-]\S*$")] = MAIN

    def address(self, project: str) -> str:
        """Return the address of a project's repository."""
        return {"dask": self.dask, "distributed": self.distributed}[project]


class Config(BaseModel):
    """matrix.toml, checked."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=lambda name: name.replace("_", "-"))

    pythons: Annotated[list[PythonText], Field(min_length=1)]
    fallback_pythons: list[PythonText] = []
    requirements: list[RequirementText] = []
    wheels: list[str] = []
    sources: list[ProjectName] = []
    imports: list[str] = ["dask", "distributed"]
    environments_gib: Annotated[float, Field(gt=0, strict=True, allow_inf_nan=False)] = 50
    sets: Annotated[dict[str, ReleaseSet], Field(min_length=1)]
    profiles: dict[str, ProfileLines] = {}
    git: GitTable = GitTable()

    def with_repositories(self, environ: Mapping[str, str], folder: Path) -> Self:
        """Return it with the repositories that ``$DASK_MATRIX_GIT_DASK`` and ``…_DISTRIBUTED`` name.

        A path in the file is relative to ``folder``, where the file is.
        """
        stated = {each: self.git.address(each) for each in PROJECTS}
        placed = {each: str(folder / path) if _is_relative(path) else path for each, path in stated.items()}
        named = {each: address for each in PROJECTS if (address := environ.get(f"{VARIABLE}{each.upper()}"))}
        return self.model_copy(update={"git": self.git.model_copy(update=placed | named)})

    @property
    def environments_limit(self) -> int:
        """Bytes that the installed environments may take together."""
        return int(self.environments_gib * 2**30)


def _is_relative(address: str) -> bool:
    return not re.search(r":|^[/~]", address)


def load(path: Path) -> Config:
    """Read a matrix.toml; raise InvalidConfig naming the file, the line and the key of what is wrong."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidConfig(f"Cannot read {path}: {error}") from None
    try:
        return Config.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise InvalidConfig(f"{path}: not TOML: {error}") from None
    except ValidationError as error:
        told = [_told(path, text, problem) for problem in error.errors(include_url=False)]
        raise InvalidConfig("\n".join(told)) from None


def _told(path: Path, text: str, problem: Any) -> str:
    keys = [str(part) for part in problem["loc"] if not isinstance(part, int)]
    line = line_of(text, keys)
    reason = str(problem["msg"]).removeprefix("Value error, ")
    return f"{path}, line {line}: {'.'.join(keys)}: {reason}"


def line_of(text: str, keys: list[str]) -> int:
    """Return the line, from 1, where a key such as ``sets.quick.lanes`` stands; of its table or the file if absent."""
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
