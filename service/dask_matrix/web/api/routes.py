"""The JSON routes. Each reads the query, asks the store, calls the domain and returns."""

from __future__ import annotations

from importlib.metadata import version
from typing import Annotated

from fastapi import APIRouter, Query

from dask_matrix.web import cells, columns
from dask_matrix.web.api import schemas
from dask_matrix.web.api.schemas_details import AboutOut, about_out
from dask_matrix.web.as_of import StrictAtQuery
from dask_matrix.web.dependencies import StoreReader
from dask_matrix.web.links import API
from dask_matrix.web.path_parameters import EnvironmentKey, ReleaseName, ResultId, ScenarioId

At = Annotated[StrictAtQuery, Query()]
router = APIRouter(prefix=API)
health = APIRouter()


@router.get("/releases", tags=["releases and environments"])
def releases(books: StoreReader) -> schemas.ReleasesOut:
    """Return the releases, newest first, each with its environments and how much holds in them."""
    return schemas.releases_out(books.matrix())


@router.get("/releases/{release}", tags=["releases and environments"])
def release(release: ReleaseName, query: At, books: StoreReader) -> schemas.ReleaseWhole:
    """Return one release with its environments, and what each of them turned against the release before."""
    return schemas.release_whole(columns.version(books, release, query.at))


@router.get("/environments/{key}", tags=["releases and environments"])
def environment(key: EnvironmentKey, query: At, books: StoreReader) -> schemas.EnvironmentOut:
    """Return one environment with its lock, or with what refused it; its verdicts, and what it turned."""
    return schemas.environment_out(columns.column(books, key, query.at))


@router.get("/scenarios", tags=["scenarios"])
def scenarios(books: StoreReader) -> schemas.ScenariosOut:
    """Return all scenarios, in the order of the matrix."""
    return schemas.ScenariosOut(scenarios=[schemas.scenario_head(each) for each in books.matrix().scenarios])


@router.get("/scenarios/{scenario:path}", tags=["scenarios"])
def scenario(scenario: ScenarioId, query: At, books: StoreReader) -> schemas.ScenarioOut:
    """Return one scenario, by its id or a former one: its source, its verdict in each environment, where it turns."""
    row = books.store.scenario(scenario)
    return schemas.scenario_out(row, books.matrix(query.at), books.store.executions(row.id, query.at))


@router.get("/cells/{scenario:path}/{key}", tags=["evidence"])
def cell(scenario: ScenarioId, key: EnvironmentKey, query: At, books: StoreReader) -> schemas.CellOut:
    """Return what is said of one scenario in one environment, with the evidence and the commands to repeat it."""
    return schemas.cell_out(cells.cell(books, books.store.scenario(scenario), key, query.at))


@router.get("/results/{result}", tags=["evidence"])
def result(result: ResultId, books: StoreReader) -> schemas.ResultOut:
    """Return one execution with all its evidence."""
    return schemas.result_out(books.store.result(result))


@router.get("/about", tags=["service"])
def about(books: StoreReader) -> AboutOut:
    """Return what the words of the matrix mean, the figures that verdicts depend on, and how far the evidence goes."""
    return about_out(books.matrix())


@health.get("/healthz", tags=["service"])
def healthz(books: StoreReader) -> schemas.Health:
    """Return that the store can be read; a problem document with status 503 where it cannot."""
    return schemas.Health(status="ok", version=version("dask-matrix"), revision=books.store.revision)
