"""JSON routes for releases, environments, scenarios, cells, results and the service itself."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from dask_matrix import __version__
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
def releases(reader: StoreReader) -> schemas.ReleasesOut:
    """List all releases, newest first, each with its environments and how many scenarios pass in them."""
    return schemas.releases_out(reader.matrix())


@router.get("/releases/{release}", tags=["releases and environments"])
def release(release: ReleaseName, query: At, reader: StoreReader) -> schemas.ReleaseDetails:
    """Return one release with its environments, and what changed in each from the previous release."""
    return schemas.release_details(columns.version(reader, release, query.at))


@router.get("/environments/{key}", tags=["releases and environments"])
def environment(key: EnvironmentKey, query: At, reader: StoreReader) -> schemas.EnvironmentOut:
    """Return one environment: its lock, or why it is uninstallable; its verdicts; and what changed from the previous one."""
    return schemas.environment_out(columns.column(reader, key, query.at))


@router.get("/scenarios", tags=["scenarios"])
def scenarios(reader: StoreReader) -> schemas.ScenariosOut:
    """List all scenarios, in the order of the matrix."""
    return schemas.ScenariosOut(scenarios=[schemas.scenario_head(each) for each in reader.matrix().scenarios])


@router.get("/scenarios/{scenario:path}", tags=["scenarios"])
def scenario(scenario: ScenarioId, query: At, reader: StoreReader) -> schemas.ScenarioOut:
    """Return one scenario by its current or a former id: its source, its verdict in each environment, its transitions."""
    row = reader.store.scenario(scenario)
    return schemas.scenario_out(
        row, reader.matrix(query.at), reader.store.executions(row.id, query.at), reader.store.scenario_set(row.id)
    )


@router.get("/cells/{scenario:path}/{key}", tags=["evidence"])
def cell(scenario: ScenarioId, key: EnvironmentKey, query: At, reader: StoreReader) -> schemas.CellOut:
    """Return the verdict of one scenario in one environment, with its evidence and the commands to rerun it."""
    return schemas.cell_out(cells.cell(reader, reader.store.scenario(scenario), key, query.at))


@router.get("/results/{result}", tags=["evidence"])
def result(result: ResultId, reader: StoreReader) -> schemas.ResultOut:
    """Return one execution with traceback, output and warnings."""
    return schemas.result_out(reader.store.result(result))


@router.get("/about", tags=["service"])
def about(reader: StoreReader) -> AboutOut:
    """Return what the terms of the matrix mean, the limits that verdicts depend on, and what the evidence covers."""
    return about_out(reader.matrix())


@health.get("/healthz", tags=["service"])
def healthz(reader: StoreReader) -> schemas.Health:
    """Check that the database can be read; answers 503 if it cannot."""
    return schemas.Health(status="ok", version=__version__, revision=reader.store.revision)
