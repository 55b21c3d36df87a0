"""What breaks and what is fixed by a move: the JSON route, by query or by body."""

from __future__ import annotations

import shlex
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from service.domain.answer import Answer, Question
from service.domain.environment import Lane
from service.web.api import Books
from service.web.links import API
from service.web.query import PythonText, ReleaseText

router = APIRouter(prefix=API, tags=["upgrades"])
MOST = 100
"""Values of one parameter."""


def _had(text: str) -> str:
    name, mark, version = text.partition("==")
    if not (name and mark and version):
        raise ValueError("write a package and its version, such as pandas==2.2.3")
    return text


Texts = Annotated[list[Annotated[str, Field(max_length=300)]], Field(max_length=MOST)]
Had = Annotated[str, AfterValidator(_had)]


class _WithoutEmptyValues(BaseModel):
    """A query of which an empty value says nothing, as forms send it."""

    @model_validator(mode="before")
    @classmethod
    def _without_empty_values(cls, values: Any) -> Any:
        empty: tuple[object, ...] = ("", [""])
        if not isinstance(values, dict):
            return values
        return {name: value for name, value in values.items() if value not in empty}


class UpgradeQuery(_WithoutEmptyValues):
    """A question as a query string writes it; parameters that may stand several times are alternatives."""

    model_config = ConfigDict(extra="forbid", validate_by_name=True)

    start: ReleaseText = Field(
        alias="from", description="The release that is moved from, such as 2025.2.0.", examples=["2025.2.0"]
    )
    target: ReleaseText = Field(alias="to", description="The release that is moved to.", examples=["2025.4.1"])
    lane: Lane = Field(default=Lane.AS_RELEASED, description="How dependencies other than Dask were chosen.")
    python: PythonText | None = Field(default=None, description="Only environments of this Python, such as 3.11.")
    area: Texts = Field(default=[], description="Only scenarios of this area.")
    scenario: Texts = Field(default=[], description="Only this scenario; * is anything.")
    q: str = Field(default="", max_length=300, description="Only scenarios with these words.")
    covers: Texts = Field(default=[], description="Only scenarios that exercise this dotted name, or what is below it.")
    profile: str = Field(default="", max_length=300, description="A kind of work that matrix.toml names.")
    have: list[Had] = Field(
        default=[],
        max_length=MOST,
        description="What you have now, such as pandas==2.2.3: the nearest environment tested stands for the start.",
    )
    accept: Texts = Field(
        default=[], description="`known` accepts the failures listed as known, anything else a scenario by its id."
    )

    def question(self) -> Question:
        """Return it in the domain's words."""
        told = self.model_dump(exclude={"have"})
        return Question(**told, have=dict(_pair(each) for each in self.have))


class AskedQuery(_WithoutEmptyValues):
    """The same from a form: releases may not be chosen yet, and what is left empty says nothing."""

    model_config = ConfigDict(validate_by_name=True)

    start: ReleaseText | Literal[""] = Field(default="", alias="from")
    target: ReleaseText | Literal[""] = Field(default="", alias="to")
    lane: Lane = Lane.AS_RELEASED
    area: Texts = []
    q: str = Field(default="", max_length=300)
    covers: Texts = []
    profile: str = Field(default="", max_length=300)
    accept: Texts = []

    def question(self) -> Question | None:
        """Return it in the domain's words, once both releases are named."""
        return Question(**self.model_dump()) if self.start and self.target else None

    def values(self, **instead: str) -> dict[str, str | list[str]]:
        """Return the values that say something, as a query string writes them."""
        return {**self.model_dump(mode="json", by_alias=True, exclude_defaults=True), **instead}

    def command(self) -> str:
        """Return the command that asks the same."""
        told = [
            (name, each)
            for name, value in self.values().items()
            for each in ([value] if isinstance(value, str) else value)
        ]
        options = (f"{'-q' if name == 'q' else f'--{name}'} {shlex.quote(each)}" for name, each in told)
        return " ".join(["dask-matrix check", *options])


@router.get("/upgrade")
def upgrade(query: Annotated[UpgradeQuery, Query()], books: Books) -> Answer:
    """Return what breaks and what is fixed by a move from one release to another, with the evidence."""
    return books.upgrade(query.question())


@router.post("/upgrade")
def upgrade_of_mine(question: Question, books: Books) -> Answer:
    """Return the same for a question too long for an address: with the names that some code uses. Nothing is kept."""
    return books.upgrade(question)


def _pair(text: str) -> tuple[str, str]:
    name, _, version = text.partition("==")
    return name, version
