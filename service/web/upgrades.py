"""What breaks and what is fixed by a move: the JSON route, by query or by body."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

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


class UpgradeQuery(BaseModel):
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
