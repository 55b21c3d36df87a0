"""Badge routes: how many scenarios pass on a release, and whether an upgrade is safe, as SVG and for shields.io."""

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
    """A badge in the format of https://shields.io/badges/endpoint-badge."""

    schemaVersion: Literal[1] = 1  # noqa: N815 - as shields.io names it
    label: str
    message: str
    color: str = Field(description="Six hex digits.")


@router.get("/release/{release}.svg", response_class=Response, responses=PICTURE)
def release_badge_svg(release: ReleaseOrLatest, reader: StoreReader) -> Response:
    """Return a badge with the number of scenarios that pass on a release (lane as-released, newest Python), as SVG."""
    return Response(svg(release_badge(reader.matrix(), release)), media_type=SVG)


@router.get("/release/{release}.json")
def release_badge_json(release: ReleaseOrLatest, reader: StoreReader) -> EndpointBadge:
    """Return the release badge as JSON for shields.io."""
    return _endpoint(release_badge(reader.matrix(), release))


@router.get("/upgrade/{start}/{target}.svg", response_class=Response, responses=PICTURE)
def upgrade_badge_svg(start: ReleaseOrLatest, target: ReleaseOrLatest, reader: StoreReader) -> Response:
    """Return a badge that says whether an upgrade is safe, as SVG."""
    return Response(svg(upgrade_badge(reader, start, target)), media_type=SVG)


@router.get("/upgrade/{start}/{target}.json")
def upgrade_badge_json(start: ReleaseOrLatest, target: ReleaseOrLatest, reader: StoreReader) -> EndpointBadge:
    """Return the upgrade badge as JSON for shields.io."""
    return _endpoint(upgrade_badge(reader, start, target))


def _endpoint(badge: Badge) -> EndpointBadge:
    return EndpointBadge(label=badge.label, message=badge.message, color=badge.colour.value)
