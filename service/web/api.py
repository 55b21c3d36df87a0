"""The JSON routes. Each reads the query, asks the store, calls the domain and returns."""

from __future__ import annotations

from importlib.metadata import version
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from service.web import schemas
from service.web.links import API
from service.web.names import EnvironmentKey, ResultId, ScenarioId
from service.web.reader import Reader


def reader_of(request: Request) -> Reader:
    """Return the reader that the app was made with."""
    reader: Reader = request.app.state.reader
    return reader


Books = Annotated[Reader, Depends(reader_of)]
router = APIRouter(prefix=API)
health = APIRouter()


@router.get("/releases", tags=["releases and environments"])
def releases(books: Books) -> schemas.ReleasesOut:
    """Return the releases, newest first, each with its environments and how much holds in them."""
    return schemas.releases_out(books.matrix())


@router.get("/environments/{key}", tags=["releases and environments"])
def environment(key: EnvironmentKey, books: Books) -> schemas.EnvironmentOut:
    """Return one environment with its lock, or with what refused it."""
    return schemas.environment_out(books.store.environment(key))


@router.get("/scenarios", tags=["scenarios"])
def scenarios(books: Books) -> schemas.ScenariosOut:
    """Return all scenarios, in the order of the matrix."""
    return schemas.ScenariosOut(scenarios=[schemas.scenario_head(each) for each in books.matrix().scenarios])


@router.get("/scenarios/{scenario:path}", tags=["scenarios"])
def scenario(scenario: ScenarioId, books: Books) -> schemas.ScenarioOut:
    """Return one scenario, by its id or a former one, with its source and its verdict in each environment."""
    return schemas.scenario_out(books.store.scenario(scenario), books.matrix())


@router.get("/cells/{scenario:path}/{key}", tags=["evidence"])
def cell(scenario: ScenarioId, key: EnvironmentKey, books: Books) -> schemas.CellOut:
    """Return what is said of one scenario in one environment, with the evidence and the commands to repeat it."""
    row, column = books.store.scenario(scenario), books.store.environment(key)
    return schemas.cell_out(books.matrix(), row, column, books.store.results(row.id, key))


@router.get("/results/{result}", tags=["evidence"])
def result(result: ResultId, books: Books) -> schemas.ResultOut:
    """Return one execution with all its evidence."""
    return schemas.result_out(books.store.result(result))


@health.get("/healthz", tags=["service"])
def healthz(books: Books) -> schemas.Health:
    """Return that the store can be read; a problem document with status 503 where it cannot."""
    return schemas.Health(status="ok", version=version("dask-matrix"), revision=books.store.revision)
