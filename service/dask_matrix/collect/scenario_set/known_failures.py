"""Read known.toml: known failures, each with an issue, a reason and an expiry date."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from dask_matrix.collect.scenario_set.config import InvalidConfig, problem_text, read_toml
from dask_matrix.domain.environments.environment import Lane
from dask_matrix.domain.verdicts.known_failures import KnownFailure

if TYPE_CHECKING:
    from pathlib import Path

NAME = "known.toml"
"""The file's name in a scenario set."""


def _specifier(text: object) -> SpecifierSet:
    try:
        return SpecifierSet(str(text))
    except (InvalidSpecifier, ValueError):
        raise ValueError(f"{text!r} is not a version specifier such as >=2025.4.0,<2025.6") from None


class Entry(BaseModel):
    """One validated ``[[known]]`` table."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    scenario: Annotated[str, Field(min_length=1)]
    releases: Annotated[SpecifierSet, BeforeValidator(_specifier)]
    issue: Annotated[str, Field(pattern=r"^https?://")]
    reason: Annotated[str, Field(min_length=1)]
    expires: date
    lanes: list[Lane] = []

    def known(self) -> KnownFailure:
        """Return it as a domain object."""
        return KnownFailure(self.scenario, self.releases, self.issue, self.reason, self.expires, frozenset(self.lanes))


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    known: list[Entry] = []


def load(folder: Path) -> tuple[KnownFailure, ...]:
    """Read the known.toml of a scenario set; empty if it has none. Raise InvalidConfig."""
    path = folder / NAME
    if not path.exists():
        return ()
    _, parsed = read_toml(path)
    try:
        return tuple(entry.known() for entry in _File.model_validate(parsed).known)
    except ValidationError as error:
        raise InvalidConfig(
            "\n".join(_format_problem(path, each) for each in error.errors(include_url=False))
        ) from None


def _format_problem(path: Path, problem: Any) -> str:
    """Format one error; entries are numbered from 1, as tables of an array have no names."""
    key = ".".join(f"[{part + 1}]" if isinstance(part, int) else str(part) for part in problem["loc"])
    return f"{path}: {key.replace('.[', '[')}: {problem_text(problem)}"
