"""Asks a server over plain sockets: how long an answer takes, and how many a second there are of them."""

from __future__ import annotations

import asyncio
import socket
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

PIECE = 2**18
OK, UNCHANGED = 200, 304


@dataclass(frozen=True)
class Told:
    """An answer: its status, tag, bytes of the body as they came over the wire, and seconds from first to last byte."""

    status: int
    tag: str
    size: int
    seconds: float


class Asker:
    """One connection that is kept open, as a browser's is; questions go one after the other."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host = parts.netloc
        self._socket = socket.create_connection((parts.hostname or "", parts.port or 80), timeout=120)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def ask(self, path: str, tag: str = "") -> Told:
        """Ask for a page, compressed; with a tag, for what changed since."""
        question = question_for(path, self._host, tag)
        began = time.perf_counter()
        self._socket.sendall(question)
        got = b""
        while b"\r\n\r\n" not in got:
            got += self._some()
        head, _, body = got.partition(b"\r\n\r\n")
        headers = _headers(head)
        size, length = len(body), int(headers.get("content-length", 0))
        while size < length:
            size += len(self._some())
        status = int(head.split(b" ", 2)[1])
        return Told(status, headers.get("etag", ""), size, time.perf_counter() - began)

    def _some(self) -> bytes:
        if not (piece := self._socket.recv(PIECE)):
            raise ConnectionError("The server closed the connection.")
        return piece


def question_for(path: str, host: str, tag: str = "") -> bytes:
    """Return a request as it goes over the wire."""
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}", "Accept: text/html,*/*;q=0.8", "Accept-Encoding: gzip"]
    return "\r\n".join([*lines, *([f"If-None-Match: {tag}"] if tag else []), "", ""]).encode()


def cold(url: str, path: str, times: int, change: Callable[[], object]) -> list[float]:
    """Return the milliseconds of each of so many answers that had to be made, after something had come in."""
    took = []
    with Asker(url) as asker:
        for _ in range(times):
            change()
            took.append(_good(asker.ask(path), OK))
    return took


def warm(url: str, path: str, times: int) -> list[float]:
    """Return the milliseconds of answers with nothing new in between."""
    with Asker(url) as asker:
        asker.ask(path)
        return [_good(asker.ask(path), OK) for _ in range(times)]


def unchanged(url: str, path: str, times: int) -> list[float]:
    """Return the milliseconds of answers to one who has the page already."""
    with Asker(url) as asker:
        tag = asker.ask(path).tag
        return [_good(asker.ask(path, tag), UNCHANGED) for _ in range(times)]


def load(url: str, path: str, seconds: float, connections: int) -> dict[str, Any]:
    """Ask over some connections at once, each as fast as it is answered; return how many a second that made."""
    return asyncio.run(_load(url, path, seconds, connections))


def spread(milliseconds: Sequence[float]) -> dict[str, float]:
    """Return the median and the 99th percentile."""
    ordered = sorted(milliseconds)
    return {
        "p50_ms": round(statistics.median(ordered), 2),
        "p99_ms": round(ordered[min(int(len(ordered) * 0.99), len(ordered) - 1)], 2),
    }


async def _load(url: str, path: str, seconds: float, connections: int) -> dict[str, Any]:
    took: list[float] = []
    until = time.perf_counter() + seconds
    began = time.perf_counter()
    await asyncio.gather(*(_keep_asking(url, path, until, took) for _ in range(connections)))
    rate = len(took) / (time.perf_counter() - began)
    return {"per_second": round(rate), "requests": len(took), "connections": connections, **spread(took)}


async def _keep_asking(url: str, path: str, until: float, took: list[float]) -> None:
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port, limit=PIECE)
    question = question_for(path, parts.netloc)
    while (began := time.perf_counter()) < until:
        writer.write(question)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200 "):
            raise ConnectionError(f"The server answered {head[:40]!r}.")
        await reader.readexactly(int(_headers(head).get("content-length", 0)))
        took.append((time.perf_counter() - began) * 1000)
    writer.close()


def _headers(head: bytes) -> dict[str, str]:
    lines = head.decode("latin-1").split("\r\n")[1:]
    return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines) if value}


def _good(told: Told, status: int) -> float:
    if told.status != status:
        raise ConnectionError(f"The server answered {told.status}, not {status}.")
    return told.seconds * 1000
