"""`dask-matrix serve`: serve the matrix as web pages and JSON."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from dask_matrix.commands import options


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=0, max=65535)] = 8000,
    parent: Annotated[int | None, typer.Option(hidden=True, help="Exit when this process ends.")] = None,
    snapshot: options.Snapshot = False,
    scenarios: options.KnownIn = None,
    data: options.Data = None,
) -> None:
    """Serve the matrix as web pages and JSON until Ctrl-C."""
    import uvicorn

    from dask_matrix.commands.background_server import listen, on_parent_exit
    from dask_matrix.commands.connections import PunctualProtocol
    from dask_matrix.commands.evidence import evidence_source
    from dask_matrix.web.api.events import end_streams_when
    from dask_matrix.web.app import create_app

    source = evidence_source(data, scenarios, shipped=snapshot, during_run=parent is not None)
    listening = listen(host, port)
    print(f"Serving on http://{host}:{listening.getsockname()[1]} (Ctrl-C to stop)", file=sys.stderr, flush=True)
    app = create_app(source.database, source.context, source.snapshot_of, surfaces=source.surfaces)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", http=PunctualProtocol))
    end_streams_when(app, lambda: server.should_exit)
    if parent is not None:
        on_parent_exit(parent, lambda: setattr(server, "should_exit", True))
    server.run(sockets=[listening])
