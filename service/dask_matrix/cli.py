"""The ``dask-matrix`` command. Exit codes: 0 done, 1 some work could not be done, 2 wrong usage, 130 interrupted.

`check` and `bisect` have their own. 5 is a mistake of ours, whatever the command.
"""

from __future__ import annotations

import json
import sys
import traceback
from dataclasses import replace
from importlib.metadata import version as installed_version
from io import TextIOWrapper
from typing import Annotated

import typer
from rich.console import Console

from dask_matrix.commands import bisect, check, export, options, scenarios
from dask_matrix.commands.exit_codes import DONE, GOES_ON, NOT_ALL_DONE, USAGE, rejected
from dask_matrix.commands.run import drive, notes, order_of, store_of, wanted_of, workplace_of
from dask_matrix.commands.serve import INTERRUPTED, listen, served, when_gone
from dask_matrix.domain.environments.environment import Lane, Python
from dask_matrix.domain.errors import DaskMatrixError, UnknownName
from dask_matrix.domain.records.outcome import Verdict

OURS = 5

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
app.add_typer(scenarios.app, name="scenarios")
app.command()(check.check)
app.command()(export.export)
app.command()(bisect.bisect)


def main() -> None:
    """Run the command; errors a user can mend are one paragraph on stderr."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that lacks a character still gets the rest
    try:
        app()
    except (DaskMatrixError, OSError) as error:  # an OSError names its file: a data folder that can't be used, say
        print(f"dask-matrix: {error}", file=sys.stderr)
        sys.exit(USAGE)
    except KeyboardInterrupt:
        print(GOES_ON, file=sys.stderr)
        sys.exit(INTERRUPTED)
    except Exception:  # noqa: BLE001 - Python would exit with 1, which says something else
        traceback.print_exc()
        print("dask-matrix: a mistake of ours, not of yours; please report it with the lines above.", file=sys.stderr)
        sys.exit(OURS)


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
def releases(data: options.Data = None, as_json: options.Json = False) -> None:
    """List the releases on the package index: upload time, Pythons, whether pip would offer them."""
    index = workplace_of(data).index
    found = [
        {
            "release": str(each.release),
            "released_at": each.released_at.isoformat(),
            "requires_python": str(each.requires_python),
            "yanked": each.yanked,
        }
        for each in index.releases().values()
    ]
    notes(index.notes)
    if as_json:
        print(json.dumps(found, indent=1))
        return
    for each in found:
        yanked = "  yanked" if each["yanked"] else ""
        print(f"{each['release']:12} {str(each['released_at'])[:16]} UTC  Python {each['requires_python']}{yanked}")


@app.command()
def plan(
    release: options.Releases = None,
    python: options.Pythons = None,
    lane: options.Lanes = None,
    tag: options.Tag = "",
    scenarios: options.Scenarios = None,
    jobs: options.Jobs = None,
    again: options.Again = False,
    failed: options.Failed = False,
    flaky: options.Flaky = False,
    older_than: options.OlderThan = "",
    no_retries: options.NoRetries = False,
    data: options.Data = None,
    as_json: options.Json = False,
) -> None:
    """Say what `run` would do, why, and how long it would take, without installing or running anything."""
    from dask_matrix.collect.planning.dry_run import Foresight
    from dask_matrix.commands.terminal import plan_lines

    repeats = options.repeats(again=again, failed=failed, flaky=flaky, older_than=older_than)
    workplace = workplace_of(data, scenarios)
    order = order_of(workplace, wanted_of(workplace, release, python, lane, tag), jobs, repeats)
    with store_of(workplace) as store:
        foreseen = Foresight(replace(order, retries=0) if no_retries else order, workplace, store).all()
    if as_json:
        print(json.dumps([each.as_json() for each in foreseen], indent=1))
    else:
        print("\n".join(plan_lines(foreseen)))


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": False})
def run(
    context: typer.Context,
    release: options.Releases = None,
    python: options.Pythons = None,
    lane: options.Lanes = None,
    tag: options.Tag = "",
    scenarios: options.Scenarios = None,
    expression: options.Expression = "",
    jobs: options.Jobs = None,
    again: options.Again = False,
    failed: options.Failed = False,
    flaky: options.Flaky = False,
    older_than: options.OlderThan = "",
    no_retries: options.NoRetries = False,
    timeout: options.Timeout = options.LIMITS.timeout,
    memory: options.Memory = options.LIMITS.memory or 0,
    output: options.Output = options.LIMITS.output,
    isolation: options.IsolationOption = options.LIMITS.isolation,
    verify: options.Verify = None,
    seed: options.Seed = None,
    serve_too: options.Serve = False,
    host: options.ServeHost = "127.0.0.1",
    port: options.ServePort = 8000,
    data: options.Data = None,
    as_json: options.Json = False,
) -> None:
    """Run the scenarios in the environments asked for: only what has no result yet, and again what is in doubt."""
    if context.args and "--" not in sys.argv:
        raise DaskMatrixError(
            f"Unexpected {' '.join(context.args)!r}. Name releases with --release; what goes to pytest stands after --."
        )
    repeats = options.repeats(again=again, failed=failed, flaky=flaky, older_than=older_than)
    limits = options.limits(timeout, memory, output, isolation)
    verification = options.verification(verify, seed)
    workplace = workplace_of(data, scenarios)
    arguments = (*(("-k", expression) if expression else ()), *context.args)

    def work() -> int:
        order = order_of(workplace, wanted_of(workplace, release, python, lane, tag), jobs, repeats)
        order = replace(order, pytest_arguments=arguments, limits=limits, verification=verification)
        return drive(replace(order, retries=0) if no_retries else order, workplace, as_json=as_json)

    raise typer.Exit(served(work, workplace.places.data, workplace.tests, host, port) if serve_too else work())


@app.command()
def show(
    area: Annotated[str, typer.Option(help="Only this area.")] = "",
    q: Annotated[
        str,
        typer.Option(
            "-q", help="Only scenarios with these words, or terms such as area:io, is:turning, -verdict:pass."
        ),
    ] = "",
    verdict: Annotated[Verdict | None, typer.Option(help="Only scenarios that have this verdict somewhere.")] = None,
    start: Annotated[str, typer.Option("--from", help="First release.")] = "",
    end: Annotated[str, typer.Option("--to", help="Last release.")] = "",
    python: Annotated[str, typer.Option(help="Only this Python.")] = "",
    lane: Annotated[Lane | None, typer.Option(help="Only this lane.")] = None,
    changes: Annotated[bool, typer.Option("--changes", help="Only scenarios that turn somewhere.")] = False,
    last: Annotated[int, typer.Option(min=0, help="Only the last so many releases of those; 0 is all.")] = 0,
    history: Annotated[bool, typer.Option("--history", help="All commits that were run, not only main.")] = False,
    snapshot: options.Snapshot = False,
    scenarios: options.KnownIn = None,
    data: options.Data = None,
    as_json: options.Json = False,
) -> None:
    """Print the matrix; with --json the very object of GET /api/v1/matrix."""
    from dask_matrix.commands.evidence import asked, shown
    from dask_matrix.commands.terminal import print_matrix
    from dask_matrix.domain.environments.release import Release
    from dask_matrix.domain.matrix.encoded_rows import Strips
    from dask_matrix.domain.matrix.selection import Selection
    from dask_matrix.domain.verdicts.known_failures import today
    from dask_matrix.store.store import Store

    selection = Selection(
        area=area,
        q=q,
        verdict=verdict,
        start=Release.parse(start) if start else None,
        end=Release.parse(end) if end else None,
        python=Python.parse(python) if python else None,
        lane=lane,
        changes=changes,
        last=last,
    )
    what = shown(data, scenarios, shipped=snapshot)
    with Store.open(what.database) as store:
        whole = store.matrix(history=history).listing(what.beliefs.known, today())
    if area and whole.scenarios and area not in whole.areas():
        raise UnknownName("area", area, sorted(whole.areas()))
    part = Strips.of(whole).select(selection)
    if as_json:
        print(json.dumps(part.columnar()))
    elif not whole.environments:
        print("Nothing to show. `dask-matrix run --tag quick` fills the matrix.")
    elif whole.scenarios and not (part.matrix.environments and part.matrix.scenarios):
        print(f"No row or column answers to {asked(selection)}.")
    else:
        print_matrix(part, Console(width=None if sys.stdout.isatty() else 200))
        if what.snapshot_of:
            print(f"\nThe snapshot that ships with dask-matrix, made {what.snapshot_of:%Y-%m-%d %H:%M} UTC.")


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.", min=0, max=65535)] = 8000,
    parent: Annotated[int | None, typer.Option(hidden=True, help="End with this process.")] = None,
    snapshot: options.Snapshot = False,
    scenarios: options.KnownIn = None,
    data: options.Data = None,
) -> None:
    """Serve the matrix, as pages and JSON, until Ctrl-C."""
    import uvicorn

    from dask_matrix.commands.evidence import shown
    from dask_matrix.web.api.events import end_with
    from dask_matrix.web.app import create_app

    what = shown(data, scenarios, shipped=snapshot)
    listening = listen(host, port)
    print(f"The matrix is on http://{host}:{listening.getsockname()[1]} (Ctrl-C ends).", file=sys.stderr, flush=True)
    made = create_app(what.database, what.beliefs, what.snapshot_of)
    server = uvicorn.Server(uvicorn.Config(made, log_level="warning"))
    end_with(made, lambda: server.should_exit)
    if parent is not None:
        when_gone(parent, lambda: setattr(server, "should_exit", True))
    server.run(sockets=[listening])


@app.command()
def rebuild(data: options.Data = None, as_json: options.Json = False) -> None:
    """Make the database again from the record files: the same answers, from the truth."""
    from dask_matrix.store.rebuild import rebuild as rebuild_database

    places = workplace_of(data).places
    taken, aside = rebuild_database(places.database, places.records)
    many = taken.accepted + taken.duplicates
    if aside:
        print(f"The database could not be opened and was set aside as {aside}.", file=sys.stderr)
    if as_json:
        bad = [{"line": line.line, "reason": line.reason} for line in taken.rejected]
        print(json.dumps({"records": many, "rejected": bad, "set_aside": str(aside) if aside else None}, indent=1))
    else:
        print(f"{many} records taken from {places.records}.")
    raise typer.Exit(NOT_ALL_DONE if rejected(taken.rejected) else DONE)


@app.command()
def doctor(data: options.Data = None, as_json: options.Json = False) -> None:
    """Say what dask-matrix finds on this machine: index, interpreters, folders."""
    from dask_matrix.collect.workspace.doctor import examine

    found = examine(workplace_of(data))
    notes(found.notes)
    print(json.dumps(found.as_json(), indent=1) if as_json else "\n".join(found.lines()))


if __name__ == "__main__":
    main()
