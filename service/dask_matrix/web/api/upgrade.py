"""Routes that answer what an upgrade breaks and fixes, by query string or by JSON body."""

from __future__ import annotations

import shlex
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from dask_matrix.domain.environments.environment import Lane
from dask_matrix.domain.upgrades.answer import Answer, Question
from dask_matrix.domain.upgrades.nearest_environment import SIGNIFICANT_PACKAGES
from dask_matrix.domain.upgrades.upgrade import PYTHON
from dask_matrix.web.dependencies import StoreReader
from dask_matrix.web.http.query_parameters import PythonText, StartText, TargetText, python_text
from dask_matrix.web.links import API

router = APIRouter(prefix=API, tags=["upgrades"])
MAX_VALUES = 100
"""Values per parameter."""
MAX_NAMES = 5_000
"""Names in ``uses``."""
MAX_LENGTH = 300
"""Characters per value."""
COMPARED_PACKAGES = ("python", *SIGNIFICANT_PACKAGES)
"""Packages that ``have`` accepts."""
WITHOUT_CLI_OPTION = frozenset({"have"})
"""Parameters without a command-line option: `dask-matrix check` reads the versions from the environment or lock file."""


def _reject_surrogates(text: str) -> str:
    """Reject lone surrogates, which JSON can escape but UTF-8 cannot encode."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("not valid text: contains a lone surrogate") from None
    return text


def _version(name: str, version: str) -> tuple[str, str]:
    """Return the canonical name of a package, and its version."""
    canonical, version = name.strip().lower(), version.strip()
    if canonical not in COMPARED_PACKAGES:
        raise ValueError(f"unsupported package; use one of {', '.join(COMPARED_PACKAGES)}")
    if not version:
        raise ValueError("not a package and its version, such as pandas==2.2.3")
    return canonical, python_text(version) if canonical == PYTHON else version


def _package_version(text: str) -> str:
    name, mark, version = text.partition("==")
    return "==".join(_version(name, version if mark else ""))


def _package_versions(versions: dict[str, str]) -> dict[str, str]:
    return dict(_version(*each) for each in versions.items())


Text = Annotated[str, Field(max_length=MAX_LENGTH), AfterValidator(_reject_surrogates)]
Texts = Annotated[list[Text], Field(max_length=MAX_VALUES)]
Names = Annotated[list[Text], Field(max_length=MAX_NAMES)]
PackageVersion = Annotated[Text, AfterValidator(_package_version)]
PackageVersions = Annotated[dict[Text, Text], Field(max_length=MAX_VALUES), AfterValidator(_package_versions)]


class _UpgradeParameters(BaseModel):
    """The fields of an upgrade question that query and body share."""

    model_config = ConfigDict(extra="forbid", validate_by_name=True)

    start: StartText = Field(
        alias="from",
        description="The release to upgrade from, such as 2025.2.0, or `latest` for the newest tested one.",
        examples=["2025.2.0"],
    )
    target: TargetText = Field(
        alias="to",
        description="The release to upgrade to, `latest` for the newest tested one, or `main`.",
        examples=["2025.4.1"],
    )
    lane: Lane = Field(default=Lane.AS_RELEASED, description="How the dependencies other than Dask were chosen.")
    python: PythonText | None = Field(
        default=None, description="Only environments with this Python version, such as 3.11."
    )
    area: Texts = Field(default=[], description="Only scenarios of this area.")
    scenario: Texts = Field(default=[], description="Only this scenario, by id; * matches anything.")
    q: Text = Field(
        default="", description="Only scenarios whose id, title, covered names or issues contain these words."
    )
    covers: Texts = Field(default=[], description="Only scenarios that exercise this dotted name, or a name below it.")
    profile: Text = Field(default="", description="Only scenarios of this profile from matrix.toml.")
    accept: Texts = Field(
        default=[],
        description="Ignore these failures: `known` for all known failures, or a scenario id; * matches anything.",
    )


class UpgradeBody(_UpgradeParameters):
    """An upgrade question as a JSON body, with fields too long for a URL. Several values in one field are alternatives."""

    uses: Names | None = Field(
        default=None,
        description="The Dask API that your code uses, by exact names: only scenarios whose covered names are all among these.",
    )
    have: PackageVersions = Field(
        default={},
        description="Versions you have now of python, pandas, numpy and pyarrow; the start is the tested environment nearest to them.",
    )

    @model_validator(mode="before")
    @classmethod
    def _without_empty_values(cls, values: Any) -> Any:
        """Drop empty strings, which count as not given; not those within a list, which match no scenario."""
        return {name: value for name, value in values.items() if value != ""} if isinstance(values, dict) else values

    def question(self) -> Question:
        """Return the question as a domain object."""
        return Question(**self.model_dump())


class UpgradeQuery(_UpgradeParameters):
    """An upgrade question as query parameters; several values of one parameter are alternatives."""

    have: list[PackageVersion] = Field(
        default=[],
        max_length=MAX_VALUES,
        description="A version you have now of python, pandas, numpy or pyarrow, such as pandas==2.2.3; the start is the tested environment nearest to these.",
    )

    @model_validator(mode="before")
    @classmethod
    def _without_empty_values(cls, values: Any) -> Any:
        """Drop empty values, which forms send for fields left blank."""
        if not isinstance(values, dict):
            return values
        values = {name: _without_empty(value) for name, value in values.items()}
        return {name: value for name, value in values.items() if value not in ("", [])}

    def question(self) -> Question:
        """Return the question as a domain object."""
        values = self.model_dump(exclude={"have"})
        return Question(**values, have=dict(_pair(each) for each in self.have))


class UpgradeFormQuery(UpgradeQuery):
    """The same from the HTML form: releases may be missing, and unknown parameters are ignored."""

    model_config = ConfigDict(extra="ignore")

    start: StartText | Literal[""] = Field(default="", alias="from")
    target: TargetText | Literal[""] = Field(default="", alias="to")

    def complete_question(self) -> Question | None:
        """Return the question as a domain object; None until both releases are given."""
        return self.question() if self.start and self.target else None

    def values(self, **replacements: str) -> dict[str, str | list[str]]:
        """Return the values that differ from their defaults, as query parameters, with replacements."""
        return {**self.model_dump(mode="json", by_alias=True, exclude_defaults=True), **replacements}

    def pairs(self) -> list[tuple[str, str]]:
        """Return the same as (name, value) pairs, one for each value."""
        return [
            (name, each)
            for name, value in self.values().items()
            for each in ([value] if isinstance(value, str) else value)
        ]

    def command(self) -> str:
        """Return the equivalent `dask-matrix check` command; empty if there is none."""
        if WITHOUT_CLI_OPTION & self.values().keys():
            return ""
        options = (f"{'-q' if name == 'q' else f'--{name}'} {shlex.quote(each)}" for name, each in self.pairs())
        return " ".join(["dask-matrix check", *options])


@router.get("/upgrade", response_model=Answer)
def upgrade(query: Annotated[UpgradeQuery, Query()], reader: StoreReader) -> Response:
    """Return what breaks and what is fixed when you upgrade from one release to another, with the evidence."""
    return _json_response(reader.upgrade(query.question()))


@router.post("/upgrade", response_model=Answer)
def upgrade_of_mine(body: UpgradeBody, reader: StoreReader) -> Response:
    """Answer a question too long for a URL, such as one with the names that your code uses. Nothing is stored."""
    return _json_response(reader.upgrade(body.question()))


def _json_response(answer: Answer) -> Response:
    """Serialise an answer directly: it is valid already, and validating it again on the way out would take time."""
    return Response(answer.model_dump_json(), media_type="application/json")


def _pair(text: str) -> tuple[str, str]:
    name, _, version = text.partition("==")
    return name, version


def _without_empty(value: Any) -> Any:
    return [each for each in value if each != ""] if isinstance(value, list) else value
