"""The matrix in each of its forms: JSON, CSV, Parquet."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response, StreamingResponse

from dask_matrix.web.api import schemas
from dask_matrix.web.api.tables import comma_separated, parquet
from dask_matrix.web.dependencies import StoreReader
from dask_matrix.web.http.negotiation import Form, ranked
from dask_matrix.web.http.query_parameters import FormQuery, StrictMatrixQuery
from dask_matrix.web.links import API

PARQUET = "application/vnd.apache.parquet"
TABLE = {"type": "string", "description": "A row for each cell, in the columns of the first row."}
router = APIRouter(prefix=API, tags=["matrix"])


@router.get("/matrix", response_model=schemas.MatrixOut, responses={200: {"content": {"text/csv": {"schema": TABLE}}}})
def matrix(request: Request, query: Annotated[FormQuery, Query()], books: StoreReader) -> Any:
    """Return the matrix, or the part of it that the parameters ask for; as CSV with ``Accept: text/csv`` or ``format=csv``."""
    part = books.strips(query.at, history=query.history).select(query.selection())
    if (query.form or ranked(request.headers.get("accept", ""))) is Form.JSON:
        return part.columnar()
    return StreamingResponse(comma_separated(part.matrix), media_type="text/csv", headers=_named("dask-matrix.csv"))


@router.get(
    "/matrix.parquet",
    response_class=Response,
    responses={
        200: {"content": {PARQUET: {"schema": {"type": "string", "format": "binary"}}}},
        501: {"description": "The server has no pandas or no pyarrow."},
    },
)
def matrix_parquet(query: Annotated[StrictMatrixQuery, Query()], books: StoreReader) -> Response:
    """Return the table of ``format=csv`` as Parquet, for pandas and its like."""
    part = books.strips(query.at, history=query.history).select(query.selection())
    return Response(parquet(part.matrix), media_type=PARQUET, headers=_named("dask-matrix.parquet"))


def _named(file: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{file}"'}
