"""Examples for the OpenAPI description. All of it is made up and says so: no example is evidence about any release."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from dask_matrix.domain.environments.environment import Lane, Python
from dask_matrix.domain.environments.release import Release
from dask_matrix.domain.matrix.encoded_rows import Strips
from dask_matrix.domain.matrix.matrix import Matrix
from dask_matrix.domain.matrix.rows_and_columns import Environment, Scenario
from dask_matrix.domain.records.bisection import Bisected, Ended, Looked, Seen, Spent, Suspect, Told, Turned
from dask_matrix.domain.records.installation import Installation
from dask_matrix.domain.records.outcome import Outcome, Verdict
from dask_matrix.domain.records.records import RunRecord
from dask_matrix.domain.records.result import Result
from dask_matrix.domain.records.run import Arrival, Broken, Part, Progress, Run
from dask_matrix.domain.records.run_end import End, How
from dask_matrix.domain.transitions.row_neighbours import nearest_turn
from dask_matrix.domain.upgrades.answer import Question
from dask_matrix.domain.upgrades.columns import Sides
from dask_matrix.domain.upgrades.environment_diff import change
from dask_matrix.domain.upgrades.upgrade import upgrade
from dask_matrix.domain.verdicts.verdict import Evidence, Judgement
from dask_matrix.web.api import schemas, schemas_runs
from dask_matrix.web.api.bisections import BisectsOut
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
}
"""Name of a parameter -> an example of its value, or of one of its values."""
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


def _bisected() -> Told:
    broke = Turned(before="0.0.1", after="0.0.2", breaks=True, apart=1)
    looked = (
        Looked(name="0.0.1", environment="00000000000000e1", seen=Seen.GOOD, passed=4, executed=4, told="passed"),
        Looked(name="0.0.2", environment="00000000000000e2", seen=Seen.BAD, broken=4, executed=4, told="failed"),
    )
    found = Bisected(
        scenario=ROW.id, title=ROW.title, fingerprint="example", over="releases", lane="as-released", pythons=("3.11",),
        platform="linux-x86_64", start="0.0.1", end="0.0.2", steps=1, ended=Ended.FOUND,
        suspects=(Suspect(name="0.0.2", authored=NOON),), turnings=(broke,), looked=looked,
        spent=Spent(environments=2, built=2, executions=8, seconds=60), commands=(f"dask-matrix bisect {ROW.id}",),
    )  # fmt: skip
    return Told(id="example-bisect", at=NOON, run="example-run", found=found)


def _matrix() -> Matrix:
    """Return a matrix of one row that breaks from one made-up release to the next."""
    held = Judgement(Verdict.PASS, "example", "example-result-1", passed=1, executions=1)
    broke = Judgement(Verdict.FAIL, "example", "example-result-2", "AssertionError", executions=1)
    columns = (_environment(1), _environment(2))
    cells = zip(columns, (held, broke), strict=True)
    return Matrix((ROW,), columns, {(ROW.id, column.key): cell for column, cell in cells})


def _run() -> Run:
    record = RunRecord(
        id="example-run", run="example-run", at=NOON, who="example", host="example", scenario_set="example", tool="0.0"
    )
    return Run(record, 1, _part().progress, NOON, End(NOON, How.FINISHED))


def _part() -> Part:
    outcomes = dict.fromkeys(Outcome, 0) | {Outcome.FAILED: 1}
    progress = Progress(1, 1, outcomes, NOON, NOON)
    broken = Broken(ROW.id, ROW.title, Outcome.FAILED)
    return Part("00000000000000e2", "0.0.2, py311, as-released", "", progress, (broken,))


def _stream() -> list[dict[str, str]]:
    """Return how a run that is over is told: its one result, how far it came, its end."""
    result = schemas_runs.arrived(
        Arrival(
            2, "example-result-2", NOON, "00000000000000e2", "0.0.2, py311, as-released", ROW.id, ROW.title,
            Outcome.FAILED, 1, 0.5, Verdict.FAIL,
        )
    )  # fmt: skip
    told: dict[str, BaseModel] = {
        "result": result,
        "progress": schemas_runs.progress(_run()),
        "end": schemas_runs.end(_run()),
    }
    return [{"event": event, "data": data.model_dump_json(), "id": "2"} for event, data in told.items()]


def _cell(matrix: Matrix, result: Result) -> Cell:
    """Return the cell that breaks, beside the one that held."""
    before, after = matrix.environments
    return Cell(
        matrix=matrix,
        scenario=ROW,
        environment=after,
        judgement=matrix.cell(ROW, after),
        results=(result,),
        neighbour=Neighbour(before, matrix.cell(ROW, before), None, opposite=True),
        locks=Locks(before, held=True, packages=()),
        turn=nearest_turn(matrix, ROW, after),
    )


def answers() -> dict[str, Any]:
    """Return by the name of its shape an example of each JSON answer, made by the code that makes the answers."""
    matrix = _matrix()
    column, result = matrix.environments[1], _result()
    told = Column(
        column,
        matrix,
        change(Sides(matrix), matrix.environments[0], column, lambda _key: {}),
        Installation(NOON, "example-run", "Installed 1 package in 1ms\n + dask==0.0.2\n", 0.5),
    )
    seen = Evidence(result.id, result.fingerprint, result.outcome, NOON, result.exception_type, result.seconds)
    question = Question.model_validate({"from": "0.0.1", "to": "0.0.2"})
    run, part = _run(), _part()
    made: list[BaseModel] = [
        schemas.MatrixOut.model_validate(Strips.of(matrix).columnar()),
        schemas.releases_out(matrix),
        schemas.release_whole(Version(str(column.release), (told,), matrix.environments[0].release, None)),
        schemas.environment_out(told),
        schemas.ScenariosOut(scenarios=[schemas.scenario_head(ROW)]),
        schemas.scenario_out(ROW, matrix, {column.key: [seen]}),
        schemas.cell_out(_cell(matrix, result)),
        schemas.result_out(result),
        schemas_runs.RunsOut(runs=[schemas_runs.run_head(run, NOON)], next=None),
        schemas_runs.run_out(run, [part], NOON),
        about_out(matrix),
        BisectsOut(bisects=[_bisected()]),
        schemas.Health(status="ok", version="0.0", revision=1),
        EndpointBadge(label="dask 0.0.2", message="0 of 1 hold", color=Colour.BAD.value),
        upgrade(Sides(matrix), question),
    ]
    return {type(each).__name__: each.model_dump(mode="json") for each in made}


def documents() -> dict[str, Any]:
    """Return by media type, or for a stream by its operation, an example of each answer that is not plain JSON."""
    matrix = _matrix()
    told = feed(matrix, "", None, NOON)
    state = schemas_runs.StateEvent(state="example", revision=1, live=False)
    return {
        "run_events": _stream(),
        "events": [{"event": "state", "data": state.model_dump_json(), "id": state.state}],
        "text/csv": "".join(comma_separated(matrix)),
        SVG: svg(Badge("dask 0.0.2", "0 of 1 hold", Colour.BAD)).decode(),
        ATOM: atom(told, SITE, f"{SITE}feed.atom").decode(),
        JSON_FEED: json_feed(told, SITE, f"{SITE}feed.json"),
    }


def problems() -> dict[str, dict[str, Any]]:
    """Return by status an example of each problem document."""
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
            "title": "A parameter is not understood",
            "status": 422,
            "detail": "lane=newest: not one of as-released, latest, lowest-direct.",
            "instance": "/api/v1/matrix",
            "errors": [
                {
                    "parameter": "lane",
                    "given": "newest",
                    "reason": "not one of as-released, latest, lowest-direct",
                    "allowed": ["as-released", "latest", "lowest-direct"],
                }
            ],
        },
    }
