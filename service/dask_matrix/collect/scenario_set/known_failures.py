"""Reads known.toml: failures that are known, each with its issue, a reason, and a day on which the entry expires."""

from __future__ import annotations

import tomllib
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from dask_matrix.collect.scenario_set.config import InvalidConfig
from dask_matrix.domain.environments.environment import Lane
from dask_matrix.domain.verdicts.known_failures import Known

if TYPE_CHECKING:
    from pathlib import Path

NAME = "known.toml"
"""The file's name in the folder of a scenario set."""


def _specifier(text: object) -> SpecifierSet:
    try:
        return SpecifierSet(str(text))
    except InvalidSpecifier:
        raise ValueError(f"{text!r} is no specifier such as >=2025.4.0,<2025.6") from None


class Entry(BaseModel):
    """One table of the file, checked."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    scenario: Annotated[str, Field(min_length=1)]
    releases: Annotated[SpecifierSet, BeforeValidator(_specifier)]
    issue: Annotated[str, Field(pattern=r"^https?://")]
    reason: Annotated[str, Field(min_length=1)]
    expires: date
    lanes: list[Lane] = []

    def known(self) -> Known:
        """Return it as the domain has it."""
        return Known(self.scenario, self.releases, self.issue, self.reason, self.expires, frozenset(self.lanes))


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    known: list[Entry] = []


def load(folder: Path) -> tuple[Known, ...]:
    """Read the known.toml of a scenario set; nothing is known where there is none. Raise InvalidConfig."""
    path = folder / NAME
    if not path.exists():
        return ()
    try:
        parsed = tomllib.loads(path.read_text(encoding="utf-8"))
        return tuple(entry.known() for entry in _File.model_validate(parsed).known)
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidConfig(f"Cannot read {path}: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise InvalidConfig(f"{path}: not TOML: {error}") from None
    except ValidationError as error:
        raise InvalidConfig("\n".join(_told(path, each) for each in error.errors(include_url=False))) from None


def _told(path: Path, problem: Any) -> str:
    """Name the entry by its number: tables of an array have no names."""
    where = ".".join(f"[{part + 1}]" if isinstance(part, int) else str(part) for part in problem["loc"])
    return f"{path}: {where.replace('.[', '[')}: {str(problem['msg']).removeprefix('Value error, ')}"
