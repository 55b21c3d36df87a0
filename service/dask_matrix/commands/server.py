"""Takes a port, and serves the matrix beside other work from a process of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

from dask_matrix.domain.errors import DaskMatrixError
from dask_matrix.python_process import python_command

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LOOK = 0.5
"""Seconds between two looks whether a parent lives."""
INTERRUPTED = 130
"""The exit code of work that Ctrl-C ended."""


def listen(host: str, port: int) -> socket.socket:
    """Take a port; a port in use is a mistake to name, not a traceback."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listening = socket.create_server((host, port), family=family, backlog=128)
    except socket.gaierror as error:
        raise DaskMatrixError(
            f"Cannot listen on {host}: {error.strerror}. Give --host an address of this machine."
        ) from None
    except OSError as error:
        raise DaskMatrixError(
            f"Cannot listen on {host}:{port}: {os.strerror(error.errno) if error.errno else error}. Choose another port with --port, or end what uses it."
        ) from None
    # Connections have it from here; asyncio would set it, but does not know these for TCP. Else answers wait 40 ms.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def served(work: Callable[[], int], data: Path, tests: Path, host: str, port: int) -> int:
    """Work with the matrix served meanwhile, and afterwards until Ctrl-C; return the exit code."""
    server = _start(data, tests, host, port)
    try:
        code = work()
        if server.poll() is not None:
            raise DaskMatrixError(f"The server ended with exit code {server.returncode}; the results are recorded.")
        if code != INTERRUPTED:
            print(f"The matrix stays on http://{host}:{port} until Ctrl-C.", file=sys.stderr)
            server.wait()
    except KeyboardInterrupt:
        code = INTERRUPTED
    finally:
        server.terminate()
        server.wait()
    return code


def _start(data: Path, tests: Path, host: str, port: int) -> subprocess.Popen[bytes]:
    """Start ``serve`` as a process of its own, once it is clear that the port is free."""
    listen(host, port).close()
    command = python_command("dask_matrix", "serve", "--host", host, "--port", str(port))
    folders = ["--data", str(data), "--scenarios", str(tests)]
    return subprocess.Popen([*command, *folders, "--parent", str(os.getpid())])


def when_gone(parent: int, end: Callable[[], None]) -> None:
    """Call ``end`` once this process's parent is no longer ``parent``: killed, it could not end its server itself."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(LOOK)
        end()

    threading.Thread(target=watch, daemon=True).start()
