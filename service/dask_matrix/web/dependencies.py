"""FastAPI dependencies: the reader of the store."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from dask_matrix.web.reader import Reader


def reader_of(request: Request) -> Reader:
    """Return the app's reader."""
    reader: Reader = request.app.state.reader
    return reader


StoreReader = Annotated[Reader, Depends(reader_of)]
"""Type of a route parameter that receives the reader."""
