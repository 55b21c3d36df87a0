"""Badges for a README: how much holds on a release, and whether a move is safe, as SVG and for shields.io."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel, Field

from dask_matrix.web.dependencies import StoreReader
from dask_matrix.web.feeds.badge_svg import Badge, svg
from dask_matrix.web.feeds.badge_texts import release_badge, upgrade_badge
from dask_matrix.web.path_parameters import ReleaseOrLatest

SVG = "image/svg+xml"
PICTURE: dict[int | str, dict[str, Any]] = {200: {"content": {SVG: {"schema": {"type": "string"}}}}}
router = APIRouter(prefix="/badge", tags=["badges"])


class EndpointBadge(BaseModel):
    """A badge in the terms of https://shields.io/badges/endpoint-badge."""

    schemaVersion: Literal[1] = 1  # noqa: N815 - as shields.io names it
    label: str
    message: str
    color: str = Field(description="Six hex digits.")


@router.get("/release/{release}.svg", response_class=Response, responses=PICTURE)
def release_badge_svg(release: ReleaseOrLatest, books: StoreReader) -> Response:
    """Return how much holds on a release, with the dependencies of its day, as a picture."""
    return Response(svg(release_badge(books.matrix(), release)), media_type=SVG)


@router.get("/release/{release}.json")
def release_badge_json(release: ReleaseOrLatest, books: StoreReader) -> EndpointBadge:
    """Return the same for shields.io to draw."""
    return _endpoint(release_badge(books.matrix(), release))


@router.get("/upgrade/{start}/{target}.svg", response_class=Response, responses=PICTURE)
def upgrade_badge_svg(start: ReleaseOrLatest, target: ReleaseOrLatest, books: StoreReader) -> Response:
    """Return whether it is safe to move from one release to another, as a picture."""
    return Response(svg(upgrade_badge(books, start, target)), media_type=SVG)


@router.get("/upgrade/{start}/{target}.json")
def upgrade_badge_json(start: ReleaseOrLatest, target: ReleaseOrLatest, books: StoreReader) -> EndpointBadge:
    """Return the same for shields.io to draw."""
    return _endpoint(upgrade_badge(books, start, target))


def _endpoint(badge: Badge) -> EndpointBadge:
    return EndpointBadge(label=badge.label, message=badge.message, color=badge.colour.value)
