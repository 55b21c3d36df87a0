"""Routes for the API surface: what changes between two releases, and the history of one name."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from dask_matrix.domain.surface.answer import NameAnswer, SurfaceAnswer
from dask_matrix.domain.surface.change import Kind, Narrowing
from dask_matrix.domain.surface.comparison import compare
from dask_matrix.domain.surface.names import known_history
from dask_matrix.web.dependencies import StoreReader
from dask_matrix.web.http.query_parameters import StartText
from dask_matrix.web.links import API

router = APIRouter(prefix=API, tags=["surface"])
MAX_NAME = 300
"""Characters of a dotted name."""
DottedName = Annotated[
    str,
    Path(description="A dotted name, such as dask.array.from_array or distributed.Client.submit.", max_length=MAX_NAME),
]


class SurfaceQuery(BaseModel):
    """Which changes of the surface to list."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True)

    start: StartText = Field(
        alias="from", description="The release to compare from, such as 2025.2.0, or `latest`.", examples=["2025.2.0"]
    )
    target: StartText = Field(
        alias="to", description="The release to compare to, such as 2025.4.1, or `latest`.", examples=["latest"]
    )
    kind: Kind | None = Field(default=None, description="Only changes of this kind.")
    name: list[Annotated[str, Field(max_length=MAX_NAME)]] = Field(
        default=[], max_length=100, description="Only this dotted name and all below it; repeatable."
    )
    private: bool = Field(default=False, description="List private names and imported helpers, too.")
    added: bool = Field(default=False, description="List what is new, too.")

    @property
    def narrowing(self) -> Narrowing:
        """Which changes are listed."""
        return Narrowing(tuple(filter(None, self.name)), private=self.private, added=self.added, kind=self.kind)


@router.get("/surface")
def surface(query: Annotated[SurfaceQuery, Query()], reader: StoreReader) -> SurfaceAnswer:
    """List the names, signatures, settings, commands and requirements that change between two releases."""
    return SurfaceAnswer.of(compare(reader.surface_timeline(), query.start, query.target, query.narrowing))


@router.get("/names/{dotted}")
def name(dotted: DottedName, reader: StoreReader) -> NameAnswer:
    """Return the history of a name: since when, until when, with which signatures, and where it moved."""
    return NameAnswer.of(known_history(reader.surface_timeline(), dotted))
