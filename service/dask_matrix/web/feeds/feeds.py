"""Feed routes: what breaks and what is fixed at each release, as Atom and JSON Feed."""

from __future__ import annotations

from datetime import UTC, datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response

from dask_matrix.domain.errors import UnknownName
from dask_matrix.web.dependencies import StoreReader
from dask_matrix.web.feeds.entries import feed
from dask_matrix.web.feeds.syndication import ATOM, JSON_FEED, atom, json_feed
from dask_matrix.web.http.query_parameters import FeedQuery

if TYPE_CHECKING:
    from dask_matrix.domain.matrix.matrix import Matrix
    from dask_matrix.web.feeds.entries import Feed
    from dask_matrix.web.reader import Reader

NOTHING_YET = datetime.fromtimestamp(0, UTC)
"""Update time of an empty feed."""
router = APIRouter(tags=["feeds"])
FeedParameters = Annotated[FeedQuery, Query()]


@router.get("/feed.atom", response_class=Response, responses={200: {"content": {ATOM: {"schema": {"type": "string"}}}}})
def feed_atom(request: Request, query: FeedParameters, reader: StoreReader) -> Response:
    """Return what breaks and what is fixed in each release as an Atom feed, newest release first."""
    return Response(atom(_feed(reader, query), *_addresses(request)), media_type=ATOM)


@router.get(
    "/feed.json", response_class=Response, responses={200: {"content": {JSON_FEED: {"schema": {"type": "object"}}}}}
)
def feed_json(request: Request, query: FeedParameters, reader: StoreReader) -> Response:
    """Return what breaks and what is fixed in each release as a JSON Feed 1.1, newest release first."""
    return JSONResponse(json_feed(_feed(reader, query), *_addresses(request)), media_type=JSON_FEED)


def _feed(reader: Reader, query: FeedQuery) -> Feed:
    matrix = reader.matrix()
    scenario = reader.store.scenario(query.scenario) if query.scenario else None
    return feed(matrix, _area(matrix, query.area), scenario, reader.freshness().newest or NOTHING_YET)


def _area(matrix: Matrix, area: str) -> str:
    """Return an existing area; raise UnknownName for any other, which would be a feed that is always empty."""
    known = list(matrix.areas())
    if area and area not in known:
        raise UnknownName("area", area, get_close_matches(area, known) or known[:4])
    return area


def _addresses(request: Request) -> tuple[str, str]:
    """Return the URL of the site and of the feed, as the client requested them."""
    return str(request.base_url), str(request.url)
