"""Examples for the OpenAPI description. All are made up and marked so: none is evidence about a real release."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from dask_matrix.domain.environments.environment import Lane, Python
from dask_matrix.domain.environments.release import Release
from dask_matrix.domain.matrix.encoded_rows import EncodedRows
from dask_matrix.domain.matrix.matrix import Matrix
from dask_matrix.domain.matrix.rows_and_columns import Environment, Scenario
from dask_matrix.domain.records.bisection import (
    BisectCost,
    BisectReport,
    BisectStatus,
    ExaminedPoint,
    PointStatus,
    RecordedBisection,
    RecordedTransition,
    Suspect,
)
from dask_matrix.domain.records.installation import Installation
from dask_matrix.domain.records.outcome import Outcome, Verdict
from dask_matrix.domain.records.records import RunRecord
from dask_matrix.domain.records.result import Result
from dask_matrix.domain.records.run import Arrival, BrokenScenario, EnvironmentProgress, Progress, Run
from dask_matrix.domain.records.run_end import End, EndStatus
from dask_matrix.domain.surface.answer import NameAnswer, SurfaceAnswer
from dask_matrix.domain.surface.change import Narrowing
from dask_matrix.domain.surface.comparison import compare
from dask_matrix.domain.surface.names import known_history
from dask_matrix.domain.surface.surface import Surface
from dask_matrix.domain.surface.timeline import SurfaceColumn, Timeline
from dask_matrix.domain.transitions.row_neighbours import nearest_transition
from dask_matrix.domain.upgrades.answer import Question
from dask_matrix.domain.upgrades.columns import ColumnSets
from dask_matrix.domain.upgrades.environment_diff import environment_diff
from dask_matrix.domain.upgrades.upgrade import upgrade
from dask_matrix.domain.verdicts.verdict import Evidence, Judgement
from dask_matrix.web.api import schemas, schemas_runs
from dask_matrix.web.api.bisections import BisectionsOut
from dask_matrix.web.api.schemas_details import about_out
from dask_matrix.web.api.tables import comma_separated
from dask_matrix.web.cells import Cell, Locks, Neighbour
from dask_matrix.web.columns import Column, Version
from dask_matrix.web.feeds.badge_svg import Badge, Colour, svg
from dask_matrix.web.feeds.badges import SVG, EndpointBadge
from dask_matrix.web.feeds.entries import feed
from dask_matrix.web.feeds.syndication import ATOM, JSON_FEED, atom, json_feed

if TYPE_CHECKING:
    from pydantic import BaseModel

PARAMETERS: dict[str, Any] = {
    "q": "two numbers",
    "area": "example",
    "verdict": "fail",
    "from": "2025.2.0",
    "to": "2025.4.1",
    "start": "2025.2.0",
    "target": "2025.4.1",
    "release": "latest",
    "python": "3.11",
    "lane": "as-released",
    "changes": True,
    "last": 12,
    "history": True,
    "at": "2026-01-01T00:00:00Z",
    "format": "csv",
    "scenario": "example/adds/two_numbers",
    "key": "00000000000000e2",
    "result": "example-result-2",
    "run": "example-run",
    "before": "example-run",
    "limit": 20,
    "after": 2,
    "Last-Event-ID": "2",
    "covers": "dask.delayed",
    "profile": "example",
    "have": "pandas==2.2.3",
    "accept": "known",
    "dotted": "dask.delayed",
    "name": "dask.delayed",
    "kind": "function",
    "private": True,
    "added": True,
}
"""Parameter name -> example value, or one example of its values."""
NOON = datetime(2001, 1, 1, 12, tzinfo=UTC)
SITE = "https://dask-matrix.example/"
ROW = Scenario(
    "example/adds/two_numbers",
    "An example: two delayed numbers add up",
    "example",
    fingerprint="example",
    file="example/test_adds.py",
    function="test_two_numbers",
    line=1,
    source="def test_two_numbers():\n    assert dask.delayed(sum)([1, 2]).compute() == 3\n",
    covers=("dask.delayed",),
)


def _environment(number: int) -> Environment:
    return Environment(
        key=f"00000000000000e{number}",
        release=Release.parse(f"0.0.{number}"),
        python=Python(3, 11),
        lane=Lane.AS_RELEASED,
        platform="linux-x86_64",
        at=NOON,
        released_at=NOON,
        lock=f"dask==0.0.{number}\n",
    )


def _result() -> Result:
    return Result(
        id="example-result-2", run="example-run", environment="00000000000000e2", scenario=ROW.id, fingerprint="example",
        outcome=Outcome.FAILED, phase="call", reason="", exception_type="AssertionError", exception_message="an example",
        traceback="", stdout="", stderr="", log="", warnings=(), seconds=0.5, started=NOON, attempt=1,
    )  # fmt: skip


def _bisected() -> RecordedBisection:
    broke = RecordedTransition(before="0.0.1", after="0.0.2", breaks=True, apart=1)
    looked = (
        ExaminedPoint(
            name="0.0.1", environment="00000000000000e1", seen=PointStatus.GOOD, passed=4, executed=4, told="passed"
        ),
        ExaminedPoint(
            name="0.0.2", environment="00000000000000e2", seen=PointStatus.BAD, broken=4, executed=4, told="failed"
        ),
    )
    found = BisectReport(
        scenario=ROW.id, title=ROW.title, fingerprint="example", over="releases", lane="as-released", pythons=("3.11",),
        platform="linux-x86_64", start="0.0.1", end="0.0.2", steps=1, ended=BisectStatus.FOUND,
        suspects=(Suspect(name="0.0.2", authored=NOON),), turnings=(broke,), looked=looked,
        spent=BisectCost(environments=2, built=2, executions=8, seconds=60), commands=(f"dask-matrix bisect {ROW.id}",),
    )  # fmt: skip
    return RecordedBisection(id="example-bisect", at=NOON, run="example-run", found=found)


def _matrix() -> Matrix:
    """Return a matrix of one scenario that breaks between two made-up releases."""
    passes = Judgement(Verdict.PASS, "example", "example-result-1", passed=1, executions=1)
    broke = Judgement(Verdict.FAIL, "example", "example-result-2", "AssertionError", executions=1)
    columns = (_environment(1), _environment(2))
    cells = zip(columns, (passes, broke), strict=True)
    return Matrix((ROW,), columns, {(ROW.id, column.key): cell for column, cell in cells})


def _run() -> Run:
    record = RunRecord(
        id="example-run", run="example-run", at=NOON, who="example", host="example", scenario_set="example", tool="0.0"
    )
    return Run(record, 1, _part().progress, NOON, End(NOON, EndStatus.FINISHED))


def _part() -> EnvironmentProgress:
    outcomes = dict.fromkeys(Outcome, 0) | {Outcome.FAILED: 1}
    progress = Progress(1, 1, outcomes, NOON, NOON)
    broken = BrokenScenario(ROW.id, ROW.title, Outcome.FAILED)
    return EnvironmentProgress("00000000000000e2", "0.0.2, py311, as-released", "", progress, (broken,))


def _stream() -> list[dict[str, str]]:
    """Return the events of a finished run: its one result, its progress, its end."""
    result = schemas_runs.result_event(
        Arrival(
            2, "example-result-2", NOON, "00000000000000e2", "0.0.2, py311, as-released", ROW.id, ROW.title,
            Outcome.FAILED, 1, 0.5, Verdict.FAIL,
        )
    )  # fmt: skip
    events: dict[str, BaseModel] = {
        "result": result,
        "progress": schemas_runs.progress_event(_run()),
        "end": schemas_runs.end_event(_run()),
    }
    return [{"event": event, "data": data.model_dump_json(), "id": "2"} for event, data in events.items()]


def _cell(matrix: Matrix, result: Result) -> Cell:
    """Return the failing cell, with the passing one as its neighbour."""
    before, after = matrix.environments
    return Cell(
        matrix=matrix,
        scenario=ROW,
        environment=after,
        judgement=matrix.cell(ROW, after),
        results=(result,),
        neighbour=Neighbour(before, matrix.cell(ROW, before), None, opposite=True),
        locks=Locks(before, passes=True, packages=()),
        turn=nearest_transition(matrix, ROW, after),
        deciding=result,
    )


def response_examples() -> dict[str, Any]:
    """Return schema name -> example of a JSON response, produced by the same code as real ones."""
    matrix = _matrix()
    column, result = matrix.environments[1], _result()
    environment = Column(
        column,
        matrix,
        environment_diff(ColumnSets(matrix), matrix.environments[0], column, lambda _key: {}),
        Installation(NOON, "example-run", "Installed 1 package in 1ms\n + dask==0.0.2\n", 0.5),
    )
    seen = Evidence(result.id, result.fingerprint, result.outcome, NOON, result.exception_type, result.seconds)
    question = Question.model_validate({"from": "0.0.1", "to": "0.0.2"})
    run, part = _run(), _part()
    examples: list[BaseModel] = [
        schemas.MatrixOut.model_validate(EncodedRows.of(matrix).columnar()),
        schemas.releases_out(matrix),
        schemas.release_details(Version(str(column.release), (environment,), matrix.environments[0].release, None)),
        schemas.environment_out(environment),
        schemas.ScenariosOut(scenarios=[schemas.scenario_head(ROW)]),
        schemas.scenario_out(ROW, matrix, {column.key: [seen]}),
        schemas.cell_out(_cell(matrix, result)),
        schemas.result_out(result),
        schemas_runs.RunsOut(runs=[schemas_runs.run_head(run, NOON)], next=None),
        schemas_runs.run_out(run, [part], NOON),
        about_out(matrix),
        BisectionsOut(bisects=[_bisected()]),
        schemas.Health(status="ok", version="0.0", revision=1),
        EndpointBadge(label="dask 0.0.2", message="0 of 1 pass", color=Colour.BAD.value),
        upgrade(ColumnSets(matrix), question),
        SurfaceAnswer.of(compare(_surfaces(), "0.0.1", "0.0.2", Narrowing())),
        NameAnswer.of(known_history(_surfaces(), "dask.example")),
    ]
    return {type(each).__name__: each.model_dump(mode="json") for each in examples}


def _surfaces() -> Timeline:
    """Return two releases, of which the second lacks a function."""
    told = {"kind": "function", "signature": "(x, y=1)", "doc": True}
    has = {"modules": {"dask": {"names": {"example": ""}, "package": True}}, "objects": {"dask.example": told}}
    lacks = {"modules": {"dask": {"names": {"other": ""}, "package": True}}, "objects": {"dask.other": told}}
    return Timeline.of(
        (SurfaceColumn(each.release, each.python, each.lane, each.key), Surface(content))
        for each, content in zip(map(_environment, (1, 2)), (has, lacks), strict=True)
    )


def document_examples() -> dict[str, Any]:
    """Return media type (or operation id, for event streams) -> example of a response that is not plain JSON."""
    matrix = _matrix()
    releases = feed(matrix, "", None, NOON)
    state = schemas_runs.StateEvent(state="example", revision=1, live=False)
    return {
        "run_events": _stream(),
        "events": [{"event": "state", "data": state.model_dump_json(), "id": state.state}],
        "text/csv": "".join(comma_separated(matrix)),
        SVG: svg(Badge("dask 0.0.2", "0 of 1 pass", Colour.BAD)).decode(),
        ATOM: atom(releases, SITE, f"{SITE}feed.atom").decode(),
        JSON_FEED: json_feed(releases, SITE, f"{SITE}feed.json"),
    }


def problem_examples() -> dict[str, dict[str, Any]]:
    """Return HTTP status -> example of a problem document."""
    return {
        "404": {
            "type": "/api/docs#problem-unknown-name",
            "title": "No such scenario",
            "status": 404,
            "detail": "No scenario 'example/adds/too_numbers'. Nearest: example/adds/two_numbers.",
            "instance": "/api/v1/scenarios/example/adds/too_numbers",
            "what": "scenario",
            "name": "example/adds/too_numbers",
            "nearest": [ROW.id],
        },
        "422": {
            "type": "/api/docs#problem-bad-query",
            "title": "Invalid parameter",
            "status": 422,
            "detail": "lane=newest: must be one of as-released, latest, lowest-direct.",
            "instance": "/api/v1/matrix",
            "errors": [
                {
                    "parameter": "lane",
                    "given": "newest",
                    "reason": "must be one of as-released, latest, lowest-direct",
                    "allowed": ["as-released", "latest", "lowest-direct"],
                }
            ],
        },
    }
