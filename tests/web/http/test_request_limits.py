"""What a client sends is bounded in bytes and in seconds."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn

from dask_matrix.commands import connections
from dask_matrix.web.app import create_app
from dask_matrix.web.http import request_bodies
from tests.web.conftest import Book

PAST = request_bodies.MAX_BODY_BYTES + 1
TOO_LARGE = "The request body may have at most 1,048,576 bytes."


@contextmanager
def served(database: Path) -> Iterator[socket.socket]:
    """Serve the application as `serve` does; yield a connection to it."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(create_app(f"sqlite:///{database}"), log_level="error", http=connections.PunctualProtocol)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        with socket.create_connection(listening.getsockname(), timeout=60) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join()


def rest(client: socket.socket) -> bytes:
    """Return what the server sends until it closes the connection."""
    return b"".join(iter(lambda: client.recv(2**16), b""))


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_that_is_too_large_is_not_read(book: Book, chunked: bool) -> None:
    """With its length announced or in chunks; the problem document says how much is read."""
    body = (b"x" * 2**16 for _ in range(17)) if chunked else b"x" * PAST
    answer = book.client.post("/api/v1/upgrade", content=body)
    document = answer.json()
    assert (answer.status_code, document["type"], document["detail"]) == (
        413,
        "/api/docs#problem-body-too-large",
        TOO_LARGE,
    )
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["connection"] == "close"


def test_a_body_within_the_limit_is_read(book: Book) -> None:
    """Blanks count too."""
    question = json.dumps({"from": "2025.2.0", "to": "2025.4.0"}).encode()
    answer = book.client.post(
        "/api/v1/upgrade", content=question.ljust(PAST - 1), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 200


def test_an_announced_body_is_refused_before_it_is_sent(bare: Path) -> None:
    """300 MB are never waited for."""
    with served(bare) as client:
        client.sendall(
            b"POST /api/v1/upgrade HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 314572800\r\n\r\n{"
        )
        answer = rest(client)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert TOO_LARGE.encode() in answer


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (b"", b""),
        (b"GET / HTTP/1.1\r\nHost: x\r\n", b""),
        (
            b"POST /api/v1/upgrade HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
            b"HTTP/1.1 408 ",
        ),
    ],
    ids=["nothing", "half the headers", "half the body"],
)
def test_a_request_that_is_sent_by_half_ends_by_a_deadline(
    bare: Path, monkeypatch: pytest.MonkeyPatch, sent: bytes, answer: bytes
) -> None:
    """The server closes the connection."""
    monkeypatch.setattr(connections, "MAX_HEAD_SECONDS", 0.2)
    monkeypatch.setattr(request_bodies.RequestBodies.__init__, "__defaults__", (request_bodies.MAX_BODY_BYTES, 0.2))
    with served(bare) as client:
        client.sendall(sent)
        assert rest(client)[:13] == answer
