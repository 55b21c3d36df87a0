"""`dask-matrix serve`: the matrix as pages and JSON."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from dask_matrix.commands import options
from dask_matrix.commands.server import listen, when_gone


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
