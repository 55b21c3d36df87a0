"""The ``dask-matrix`` command. Exit codes: 0 done, 1 some work could not be done, 2 wrong usage, 130 interrupted."""

from __future__ import annotations

import json
import os
import signal
import sys
from contextlib import contextmanager
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from service.domain.environment import Lane, Python
from service.domain.errors import DaskMatrixError
from service.domain.outcome import Verdict
from service.serving import INTERRUPTED, listen, served, when_gone

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from service.collect.drive import Order, Summary
    from service.collect.select import Wanted
    from service.collect.workplace import Workplace
    from service.store.store import Store

DONE, NOT_ALL_DONE, USAGE = 0, 1, 2
BROKEN = frozenset({Verdict.FAIL, Verdict.TIMEOUT, Verdict.CRASH})

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
DataOption = Annotated[
    Path | None,
    typer.Option(
        "--data",
        envvar="DASK_MATRIX_DATA",
        help="Records, locks, environments, database.",
        show_default="the user's data folder",
    ),
]
ScenariosOption = Annotated[Path | None, typer.Option("--scenarios", help="A folder of tests in place of ours.")]
ReleaseOption = Annotated[
    list[str] | None, typer.Option("--release", help="A release, a specifier or latest:N; repeatable.")
]
PythonOption = Annotated[list[str] | None, typer.Option("--python", help="A Python minor such as 3.11; repeatable.")]
LaneOption = Annotated[list[Lane] | None, typer.Option("--lane", help="How other dependencies are chosen; repeatable.")]
TagOption = Annotated[
    str, typer.Option("--tag", help="A set of matrix.toml, where no --release is given.", show_default="all")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]


def main() -> None:
    """Run the command; errors a user can mend are one paragraph on stderr."""
    try:
        app()
    except (DaskMatrixError, OSError) as error:  # an OSError names its file: a data folder that can't be used, say
        print(f"dask-matrix: {error}", file=sys.stderr)
        sys.exit(USAGE)
    except KeyboardInterrupt:
        print("Interrupted. What is finished is kept; the same command goes on from there.", file=sys.stderr)
        sys.exit(INTERRUPTED)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"dask-matrix {installed_version('dask-matrix')}")
        raise typer.Exit


@app.callback()
def dask_matrix(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """What breaks, and what gets fixed, if I move from this Dask release to that one?"""


@app.command()
def releases(data: DataOption = None, as_json: JsonOption = False) -> None:
    """List the releases on the package index: upload time, Pythons, whether pip would offer them."""
    index = _workplace(data).index
    found = [
        {
            "release": str(each.release),
            "released_at": each.released_at.isoformat(),
            "requires_python": str(each.requires_python),
            "yanked": each.yanked,
        }
        for each in index.releases().values()
    ]
    _notes(index.notes)
    if as_json:
        print(json.dumps(found, indent=1))
        return
    for each in found:
        yanked = "  yanked" if each["yanked"] else ""
        print(f"{each['release']:12} {str(each['released_at'])[:16]} UTC  Python {each['requires_python']}{yanked}")


@app.command()
def plan(
    release: ReleaseOption = None,
    python: PythonOption = None,
    lane: LaneOption = None,
    tag: TagOption = "",
    scenarios: ScenariosOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what `run` would do, and why, without installing or running anything."""
    from service.collect.foresee import foresee
    from service.store.store import Store

    workplace = _workplace(data, scenarios)
    order = _order(workplace, _wanted(workplace, release, python, lane, tag))
    with Store.open(workplace.places.database) as store:
        foreseen = [foresee(each, order, workplace, store) for each in order.wanted]
    if as_json:
        print(json.dumps([each.as_json() for each in foreseen], indent=1))
        return
    for each in foreseen:
        print(f"{each.label}: {each.said}")
    at_work = sum(each.cells > 0 for each in foreseen)
    print(f"about {sum(each.cells for each in foreseen)} executions in {at_work} environment{'s' * (at_work != 1)}")


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": False})
def run(
    context: typer.Context,
    release: ReleaseOption = None,
    python: PythonOption = None,
    lane: LaneOption = None,
    tag: TagOption = "",
    scenarios: ScenariosOption = None,
    expression: Annotated[str, typer.Option("-k", help="Only scenarios that match, as pytest's -k.")] = "",
    jobs: Annotated[
        int | None, typer.Option("--jobs", min=1, help="Scenarios at once; as many as there are cores.")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Run also what is done.")] = False,
    failed: Annotated[bool, typer.Option("--failed", help="Run failures again.")] = False,
    flaky: Annotated[bool, typer.Option("--flaky", help="Run flaky scenarios again.")] = False,
    serve_too: Annotated[
        bool, typer.Option("--serve", help="Serve the matrix meanwhile, and afterwards until Ctrl-C.")
    ] = False,
    host: Annotated[str, typer.Option(help="With --serve: the address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="With --serve: the port to listen on.", min=1, max=65535)] = 8000,
    data: DataOption = None,
) -> None:
    """Run the scenarios in the environments asked for: only what has no result yet."""
    if context.args and "--" not in sys.argv:
        raise DaskMatrixError(
            f"Unexpected {' '.join(context.args)!r}. Name releases with --release; what goes to pytest stands after --."
        )
    workplace = _workplace(data, scenarios)
    arguments = (*(("-k", expression) if expression else ()), *context.args)

    def work() -> int:
        wanted = _wanted(workplace, release, python, lane, tag)
        return _drive(_order(workplace, wanted, arguments, jobs, _repeated(again, failed, flaky)), workplace)

    raise typer.Exit(served(work, workplace.places.data, host, port) if serve_too else work())


@app.command()
def show(
    area: Annotated[str, typer.Option(help="Only this area.")] = "",
    q: Annotated[str, typer.Option("-q", help="Only scenarios with these words.")] = "",
    verdict: Annotated[Verdict | None, typer.Option(help="Only scenarios that have this verdict somewhere.")] = None,
    start: Annotated[str, typer.Option("--from", help="First release.")] = "",
    end: Annotated[str, typer.Option("--to", help="Last release.")] = "",
    python: Annotated[str, typer.Option(help="Only this Python.")] = "",
    lane: Annotated[Lane | None, typer.Option(help="Only this lane.")] = None,
    changes: Annotated[bool, typer.Option("--changes", help="Only scenarios that turn somewhere.")] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print the matrix; with --json the very object of GET /api/v1/matrix."""
    from service.domain.matrix import Selection
    from service.domain.release import Release
    from service.terminal import print_matrix

    selection = Selection(
        area=area,
        q=q,
        verdict=verdict,
        start=Release.parse(start) if start else None,
        end=Release.parse(end) if end else None,
        python=Python.parse(python) if python else None,
        lane=lane,
        changes=changes,
    )
    with _store(_workplace(data)) as store:
        matrix = store.matrix().select(selection)
    if as_json:
        print(json.dumps(matrix.columnar()))
    elif not matrix.environments:
        print("Nothing to show. `dask-matrix run --tag quick` fills the matrix.")
    else:
        print_matrix(matrix, Console(width=None if sys.stdout.isatty() else 200))


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.", min=0, max=65535)] = 8000,
    parent: Annotated[int | None, typer.Option(hidden=True, help="End with this process.")] = None,
    data: DataOption = None,
) -> None:
    """Serve the matrix, as pages and JSON, until Ctrl-C."""
    import uvicorn

    from service.web.app import create_app

    workplace = _workplace(data)
    listening = listen(host, port)
    print(f"The matrix is on http://{host}:{listening.getsockname()[1]} (Ctrl-C ends).", file=sys.stderr, flush=True)
    server = uvicorn.Server(uvicorn.Config(create_app(workplace.places.database), log_level="warning"))
    if parent is not None:
        when_gone(parent, lambda: setattr(server, "should_exit", True))
    server.run(sockets=[listening])


@app.command()
def rebuild(data: DataOption = None) -> None:
    """Make the database again from the record files: the same answers, from the truth."""
    from service.store.rebuild import rebuild as rebuild_database

    places = _workplace(data).places
    taken, aside = rebuild_database(places.database, places.records)
    if aside:
        print(f"The database could not be opened and was set aside as {aside}.", file=sys.stderr)
    print(f"{taken.accepted + taken.duplicates} records taken from {places.records}.")
    raise typer.Exit(NOT_ALL_DONE if _rejected(taken.rejected) else DONE)


@app.command()
def doctor(data: DataOption = None) -> None:
    """Say what dask-matrix finds on this machine: index, interpreters, folders."""
    from service.collect import interpreters

    workplace = _workplace(data)
    print(f"data         {workplace.places.data}")
    print(f"scenarios    {workplace.tests}")
    for python in sorted({*workplace.config.pythons, *workplace.config.fallback_pythons}):
        try:
            found = interpreters.find(python)
            print(f"Python {python!s:6}{found.version}, {found.path}")
        except interpreters.NoInterpreter as error:
            print(f"Python {python!s:6}{error}")
    index = workplace.index
    print(f"index        {index.settings.url}: {len(index.releases())} releases")
    _notes(index.notes)


def _workplace(data: Path | None, scenarios: Path | None = None) -> Workplace:
    from service.collect.workplace import Workplace

    return Workplace.of(data, scenarios)


def _store(workplace: Workplace) -> Store:
    from service.store.store import Store

    return Store.open(workplace.places.database)


def _wanted(
    workplace: Workplace, release: list[str] | None, python: list[str] | None, lane: list[Lane] | None, tag: str
) -> list[Wanted]:
    from service.collect.select import Narrowing, wanted

    narrowing = Narrowing(
        releases=tuple(release or ()), pythons=tuple(map(Python.parse, python or ())), lanes=tuple(lane or ()), tag=tag
    )
    found = wanted(narrowing, workplace.config, workplace.index)
    _notes(workplace.index.notes)
    return found


def _repeated(again: bool, failed: bool, flaky: bool) -> frozenset[Verdict]:
    """Return the verdicts whose cells run though they are done."""
    if again:
        return frozenset(Verdict)
    return (BROKEN if failed else frozenset()) | ({Verdict.FLAKY} if flaky else frozenset())


def _order(
    workplace: Workplace,
    wanted: list[Wanted],
    arguments: Iterable[str] = (),
    jobs: int | None = None,
    again: frozenset[Verdict] = frozenset(),
) -> Order:
    from service.collect import catalog
    from service.collect.drive import Order

    found = catalog.read(workplace.tests)
    return Order(wanted, found, tuple(arguments), jobs=jobs or os.cpu_count() or 1, again=again)


def _drive(order: Order, workplace: Workplace) -> int:
    """Run an order with its progress shown; return the exit code."""
    from service.collect.drive import Drive
    from service.terminal import reporting

    with _store(workplace) as store, _terminate_as_interrupt():
        labels = [each.spec.label for each in order.wanted]
        with reporting(labels, Console(stderr=True)) as report:
            summary = Drive(order, workplace, store, report).run()
    return _conclude(summary, order)


def _conclude(summary: Summary, order: Order) -> int:
    """Say how a run ended; return the exit code."""
    from service.collect.progress import Stage

    print(f"run {summary.run}: {summary.results} results recorded.", file=sys.stderr)
    if summary.interrupted:
        print("Interrupted. What is finished is kept; the same command goes on from there.", file=sys.stderr)
        return INTERRUPTED
    _rejected(summary.rejected)
    if summary.count(Stage.DONE) and not summary.matched and order.pytest_arguments:
        raise DaskMatrixError(f"No scenario matches {' '.join(order.pytest_arguments)!r}.")
    ended = [step for step in summary.ended.values() if step.stage in {Stage.DONE, Stage.NOTHING}]
    if ended and not summary.matched and not any(step.total for step in ended):
        raise DaskMatrixError(f"No tests in {order.catalog.folder}: pytest found none in its files.")
    failed = summary.count(Stage.FAILED)
    if failed:
        print(
            f"{failed} of {len(order.wanted)} environments could not be run; the reasons stand above.", file=sys.stderr
        )
    return NOT_ALL_DONE if failed else DONE


def _rejected(lines: Iterable[object]) -> bool:
    """Name the lines of record files that are no records; say whether there are any."""
    told = [f"dask-matrix: not a record: {line}" for line in lines]
    if told:
        print("\n".join(told), file=sys.stderr)
    return bool(told)


def _notes(notes: Iterable[str]) -> None:
    for note in dict.fromkeys(notes):
        print(f"dask-matrix: {note}", file=sys.stderr)


@contextmanager
def _terminate_as_interrupt() -> Iterator[None]:
    """Let SIGTERM do within what Ctrl-C does."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


if __name__ == "__main__":
    main()
