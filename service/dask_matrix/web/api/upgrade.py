"""What breaks and what is fixed by a move: the JSON route, by query or by body."""

from __future__ import annotations

import shlex
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from dask_matrix.domain.environments.environment import Lane
from dask_matrix.domain.upgrades.answer import Answer, Question
from dask_matrix.domain.upgrades.nearest_environment import COMPARED
from dask_matrix.domain.upgrades.upgrade import PYTHON
from dask_matrix.web.dependencies import StoreReader
from dask_matrix.web.http.query_parameters import PythonText, ReleaseText, TargetText, python_text
from dask_matrix.web.links import API

router = APIRouter(prefix=API, tags=["upgrades"])
MOST = 100
"""Values of one parameter."""
MOST_NAMES = 5_000
"""Names that some code uses."""
LONGEST = 300
"""Characters of one value."""
HAD = ("python", *COMPARED)
"""What may be had now."""
UNTOLD = frozenset({"have"})
"""What the command line has no option for: it reads it from where it is."""


def _unbroken(text: str) -> str:
    """Refuse halves of characters, which JSON can write and no answer can hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("not a text: it has half of a surrogate pair") from None
    return text


def _version(name: str, version: str) -> tuple[str, str]:
    """Return a package that is had by its canonical name, with its version."""
    canonical, version = name.strip().lower(), version.strip()
    if canonical not in HAD:
        raise ValueError(f"only versions of {', '.join(HAD)} are compared")
    if not version:
        raise ValueError("write a package and its version, such as pandas==2.2.3")
    return canonical, python_text(version) if canonical == PYTHON else version


def _had(text: str) -> str:
    name, mark, version = text.partition("==")
    return "==".join(_version(name, version if mark else ""))


def _have(versions: dict[str, str]) -> dict[str, str]:
    return dict(_version(*each) for each in versions.items())


Text = Annotated[str, Field(max_length=LONGEST), AfterValidator(_unbroken)]
Texts = Annotated[list[Text], Field(max_length=MOST)]
Names = Annotated[list[Text], Field(max_length=MOST_NAMES)]
Had = Annotated[Text, AfterValidator(_had)]
Have = Annotated[dict[Text, Text], Field(max_length=MOST), AfterValidator(_have)]


class _Asked(BaseModel):
    """What may be asked, however it is sent."""

    model_config = ConfigDict(extra="forbid", validate_by_name=True)

    start: ReleaseText = Field(
        alias="from", description="The release that is moved from, such as 2025.2.0.", examples=["2025.2.0"]
    )
    target: TargetText = Field(
        alias="to", description="The release that is moved to, or `main`.", examples=["2025.4.1"]
    )
    lane: Lane = Field(default=Lane.AS_RELEASED, description="How dependencies other than Dask were chosen.")
    python: PythonText | None = Field(default=None, description="Only environments of this Python, such as 3.11.")
    area: Texts = Field(default=[], description="Only scenarios of this area.")
    scenario: Texts = Field(default=[], description="Only this scenario; * is anything.")
    q: Text = Field(default="", description="Only scenarios with these words.")
    covers: Texts = Field(default=[], description="Only scenarios that exercise this dotted name, or what is below it.")
    profile: Text = Field(default="", description="A kind of work that matrix.toml names.")
    accept: Texts = Field(
        default=[], description="`known` accepts the failures listed as known, anything else a scenario by its id."
    )


class UpgradeBody(_Asked):
    """A question as a body writes it, with what is too long for an address. What is listed in one field are alternatives."""

    uses: Names | None = Field(
        default=None, description="Only scenarios that exercise one of these very names, which some code uses."
    )
    have: Have = Field(
        default={},
        description="Versions that you have now, of python, pandas, numpy and pyarrow: the nearest environment tested stands for the start.",
    )

    @model_validator(mode="before")
    @classmethod
    def _without_empty_values(cls, values: Any) -> Any:
        """An empty text says nothing. An empty name within a list does: it is no name of any scenario."""
        return {name: value for name, value in values.items() if value != ""} if isinstance(values, dict) else values

    def question(self) -> Question:
        """Return it in the domain's words."""
        return Question(**self.model_dump())


class UpgradeQuery(_Asked):
    """A question as a query string writes it; parameters that may stand several times are alternatives."""

    have: list[Had] = Field(
        default=[],
        max_length=MOST,
        description="What you have now, of python, pandas, numpy and pyarrow, such as pandas==2.2.3: the nearest environment tested stands for the start.",
    )

    @model_validator(mode="before")
    @classmethod
    def _without_empty_values(cls, values: Any) -> Any:
        """An empty value says nothing, as forms send it."""
        if not isinstance(values, dict):
            return values
        told = {name: _said(value) for name, value in values.items()}
        return {name: value for name, value in told.items() if value not in ("", [])}

    def question(self) -> Question:
        """Return it in the domain's words."""
        told = self.model_dump(exclude={"have"})
        return Question(**told, have=dict(_pair(each) for each in self.have))


class AskedQuery(UpgradeQuery):
    """The same from a form: releases may not be chosen yet, and what is no field of it says nothing."""

    model_config = ConfigDict(extra="ignore")

    start: ReleaseText | Literal[""] = Field(default="", alias="from")
    target: TargetText | Literal[""] = Field(default="", alias="to")

    def asked(self) -> Question | None:
        """Return it in the domain's words, once both releases are named."""
        return self.question() if self.start and self.target else None

    def values(self, **instead: str) -> dict[str, str | list[str]]:
        """Return the values that say something, as a query string writes them."""
        return {**self.model_dump(mode="json", by_alias=True, exclude_defaults=True), **instead}

    def pairs(self) -> list[tuple[str, str]]:
        """Return the same with a pair for each value."""
        return [
            (name, each)
            for name, value in self.values().items()
            for each in ([value] if isinstance(value, str) else value)
        ]

    def command(self) -> str:
        """Return the command that asks the same; nothing where no command does."""
        if UNTOLD & self.values().keys():
            return ""
        options = (f"{'-q' if name == 'q' else f'--{name}'} {shlex.quote(each)}" for name, each in self.pairs())
        return " ".join(["dask-matrix check", *options])


@router.get("/upgrade", response_model=Answer)
def upgrade(query: Annotated[UpgradeQuery, Query()], books: StoreReader) -> Response:
    """Return what breaks and what is fixed by a move from one release to another, with the evidence."""
    return _written(books.upgrade(query.question()))


@router.post("/upgrade", response_model=Answer)
def upgrade_of_mine(body: UpgradeBody, books: StoreReader) -> Response:
    """Return the same for a question too long for an address: with the names that some code uses. Nothing is kept."""
    return _written(books.upgrade(body.question()))


def _written(answer: Answer) -> Response:
    """Write an answer at once: it is what it says it is, and needs no validation on its way out."""
    return Response(answer.model_dump_json(), media_type="application/json")


def _pair(text: str) -> tuple[str, str]:
    name, _, version = text.partition("==")
    return name, version


def _said(value: Any) -> Any:
    return [each for each in value if each != ""] if isinstance(value, list) else value
