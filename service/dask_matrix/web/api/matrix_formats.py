"""Routes for the matrix as JSON, CSV or Parquet."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response, StreamingResponse

from dask_matrix.web.api import schemas
from dask_matrix.web.api.tables import comma_separated, parquet
from dask_matrix.web.dependencies import StoreReader
from dask_matrix.web.http.negotiation import ResponseFormat, preferred_format
from dask_matrix.web.http.query_parameters import MatrixFormatQuery, StrictMatrixQuery
from dask_matrix.web.links import API

PARQUET = "application/vnd.apache.parquet"
TABLE = {"type": "string", "description": "A header row, then one row per cell."}
router = APIRouter(prefix=API, tags=["matrix"])


@router.get("/matrix", response_model=schemas.MatrixOut, responses={200: {"content": {"text/csv": {"schema": TABLE}}}})
def matrix(request: Request, query: Annotated[MatrixFormatQuery, Query()], reader: StoreReader) -> Any:
    """Return the matrix, or the part that the parameters select; as CSV with ``Accept: text/csv`` or ``format=csv``."""
    part = reader.encoded_rows(query.at, history=query.history).select(query.selection())
    if (query.form or preferred_format(request.headers.get("accept", ""))) is ResponseFormat.JSON:
        return part.columnar()
    return StreamingResponse(comma_separated(part.matrix), media_type="text/csv", headers=_named("dask-matrix.csv"))


@router.get(
    "/matrix.parquet",
    response_class=Response,
    responses={
        200: {"content": {PARQUET: {"schema": {"type": "string", "format": "binary"}}}},
        501: {"description": "pandas or pyarrow is not installed on the server."},
    },
)
def matrix_parquet(query: Annotated[StrictMatrixQuery, Query()], reader: StoreReader) -> Response:
    """Return the same table as ``format=csv``, as a Parquet file for pandas and similar tools."""
    part = reader.encoded_rows(query.at, history=query.history).select(query.selection())
    return Response(parquet(part.matrix), media_type=PARQUET, headers=_named("dask-matrix.parquet"))


def _named(file: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{file}"'}
