"""Shows how the memory of a server grows over distinct queries, which its caches cannot answer.

    python benchmarks/query_memory.py [--queries N] [--every N]

Serves the snapshot that ships and asks for the page of the matrix, its JSON and upgrade answers in turn, each time with
words that were not asked before, compressed as a browser asks. Prints the resident memory of the server in MiB.
"""

from __future__ import annotations

import argparse
import socket
import subprocess
import sys
import time

import httpx2
import psutil

ADDRESSES = ("/?q=word{n}", "/api/v1/matrix?q=a+-word{n}", "/api/v1/upgrade?from=2025.2.0&to=2025.4.1&q=-word{n}")


def main() -> None:
    """Start the server, ask, and print a line every so many queries."""
    options = _options()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "dask_matrix", "serve", "--snapshot", "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            _wait(client, server)
            _ask(client, psutil.Process(server.pid), options)
    finally:
        server.terminate()
        server.wait()


def _ask(client: httpx2.Client, server: psutil.Process, options: argparse.Namespace) -> None:
    for number in range(options.queries + 1):
        if number % options.every == 0:
            print(f"{number:6,} queries: {server.memory_info().rss / 2**20:6.0f} MiB", flush=True)
        client.get(ADDRESSES[number % len(ADDRESSES)].format(n=number)).raise_for_status()


def _wait(client: httpx2.Client, server: subprocess.Popen[bytes]) -> None:
    while server.poll() is None:
        try:
            client.get("/").raise_for_status()
        except httpx2.TransportError:
            time.sleep(0.2)
        else:
            return
    sys.exit("the server ended")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--queries", type=int, default=5_000)
    parser.add_argument("--every", type=int, default=500, help="print the memory after so many queries")
    return parser.parse_args()


if __name__ == "__main__":
    main()
