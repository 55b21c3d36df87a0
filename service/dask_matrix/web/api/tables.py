"""The matrix as a flat table with one row per cell: streamed CSV, or Parquet."""

from __future__ import annotations

import csv
import io
from importlib import import_module
from typing import TYPE_CHECKING, Any

from dask_matrix.web.http.problems import NotInstalled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dask_matrix.domain.matrix.matrix import Matrix

COLUMNS = ("scenario", "area", "release", "python", "lane", "verdict", "exception", "result")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""First characters that make a spreadsheet treat a value as a formula."""
PIECE = 2**16
"""Characters of CSV per chunk."""


def comma_separated(matrix: Matrix) -> Iterator[str]:
    """Yield the table as CSV (RFC 4180) in chunks; values that look like spreadsheet formulas are quoted."""
    text = io.StringIO()
    write = csv.writer(text).writerow
    write(COLUMNS)
    for row in _table(matrix):
        write(map(_inert, row))
        if text.tell() >= PIECE:
            yield text.getvalue()
            text.seek(0)
            text.truncate()
    yield text.getvalue()


def parquet(matrix: Matrix) -> bytes:
    """Return the table as Parquet, all columns text; raise NotInstalled if pandas or pyarrow is missing."""
    pandas = _needed("pandas")
    _needed("pyarrow")
    file = io.BytesIO()
    pandas.DataFrame(list(_table(matrix)), columns=list(COLUMNS), dtype="string").to_parquet(
        file, engine="pyarrow", index=False
    )
    return file.getvalue()


def _table(matrix: Matrix) -> Iterator[tuple[str, ...]]:
    """Yield one table row per cell; ``result`` is empty for a cell without a result."""
    for scenario in matrix.scenarios:
        for environment, cell in zip(matrix.environments, matrix.row(scenario), strict=True):
            place = str(environment.release), str(environment.python), environment.lane.value
            yield scenario.id, scenario.area, *place, cell.verdict.value, cell.exception, cell.result or ""


def _inert(value: str) -> str:
    return f"'{value}" if value.startswith(FORMULA) else value


def _needed(package: str) -> Any:
    """Import an optional package on first use, because pandas takes a second to import."""
    try:
        return import_module(package)
    except ImportError:
        raise NotInstalled(
            f"Parquet needs {package}, which is not installed on this server: pip install 'dask-matrix[analysis]'. "
            "The same table is available as CSV: /api/v1/matrix?format=csv"
        ) from None
