"""Open a listening socket, and serve the matrix from a separate process during a run."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

from dask_matrix.commands.exit_codes import INTERRUPTED
from dask_matrix.domain.errors import DaskMatrixError
from dask_matrix.python_process import python_command

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

POLL_SECONDS = 0.5
"""Seconds between two checks whether the parent process is alive."""


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; raise DaskMatrixError if the address or port cannot be used."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listening = socket.create_server((host, port), family=family, backlog=128)
    except socket.gaierror as error:
        raise DaskMatrixError(
            f"Cannot listen on {host}: {error.strerror}. Use --host with an address of this machine."
        ) from None
    except OSError as error:
        raise DaskMatrixError(
            f"Cannot listen on {host}:{port}: {os.strerror(error.errno) if error.errno else error}. Choose another port with --port, or stop the process that uses it."
        ) from None
    # Connections inherit it; asyncio does not set it, as it does not recognise them as TCP. Else answers take 40 ms.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def run_with_server(work: Callable[[], int], data: Path, tests: Path, host: str, port: int) -> int:
    """Serve the matrix during ``work`` and afterwards until Ctrl-C; return the exit code of ``work``."""
    server = _start(data, tests, host, port)
    try:
        code = work()
        if code != INTERRUPTED and server.poll() is not None:  # Ctrl-C reaches the server too
            raise DaskMatrixError(f"The server exited with code {server.returncode}; the results are recorded.")
        if code != INTERRUPTED:
            print(f"Still serving on http://{host}:{port} (Ctrl-C to stop)", file=sys.stderr)
            server.wait()
    except KeyboardInterrupt:
        code = INTERRUPTED
    finally:
        server.terminate()
        server.wait()
    return code


def _start(data: Path, tests: Path, host: str, port: int) -> subprocess.Popen[bytes]:
    """Start ``serve`` in a separate process, after checking that the port is free."""
    listen(host, port).close()
    command = python_command("dask_matrix", "serve", "--host", host, "--port", str(port))
    folders = ["--data", str(data), "--scenarios", str(tests)]
    return subprocess.Popen([*command, *folders, "--parent", str(os.getpid())])


def on_parent_exit(parent: int, end: Callable[[], None]) -> None:
    """Call ``end`` once ``parent`` is no longer this process's parent: if killed, it cannot stop its server itself."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(POLL_SECONDS)
        end()

    threading.Thread(target=watch, daemon=True).start()
