"""What FastAPI hands to every route: the reader that the app was made with."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from dask_matrix.web.reader import Reader


def reader_of(request: Request) -> Reader:
    """Return the reader that the app was made with."""
    reader: Reader = request.app.state.reader
    return reader


StoreReader = Annotated[Reader, Depends(reader_of)]
"""The type of a route's parameter that takes the reader."""
