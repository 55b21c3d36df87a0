"""A real package index of a few small projects on 127.0.0.1, which a captive portal, a proxy or a fault can get in front of."""

from __future__ import annotations

import json
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO

JSON = "application/vnd.pypi.simple.v1+json"
HTML = "text/html"
UPLOADED = "2025-02-13T10:00:00Z"
PACKAGES: dict[tuple[str, str], tuple[str, ...]] = {
    ("dask", "2025.1.0"): (),
    ("dask", "2025.2.0"): ('numpy>=1.24; extra == "array"',),
    ("distributed", "2025.1.0"): ("dask==2025.1.0",),
    ("distributed", "2025.2.0"): ("dask==2025.2.0",),
    ("numpy", "1.26.0"): (),
    ("numpy", "2.0.0"): (),
}
"""(project, version) -> requirements."""

Answer = tuple[int, str, bytes]
"""Status, content type and body."""


def _wheel_name(project: str, version: str) -> str:
    return f"{project}-{version}-py3-none-any.whl"


def page(project: str) -> bytes:
    """Return a project's page as PEP 691 and 700 write it."""
    files = [
        {"filename": name, "url": f"/files/{name}", "hashes": {}, "upload-time": UPLOADED, "core-metadata": True}
        for name in (_wheel_name(each, version) for each, version in PACKAGES if each == project)
    ]
    return json.dumps({"meta": {"api-version": "1.1"}, "name": project, "files": files}).encode()


PORTAL: Answer = (200, HTML, b"<html><body><h1>Welcome to our hotel</h1><a href='/login'>Log in</a></body></html>")
IMPOSTORS: dict[str, Answer] = {
    "a captive portal": PORTAL,
    "an empty HTML page": (200, HTML, b""),
    "JSON of another shape": (200, JSON, b'{"files": 3}'),
    "JSON that is no object": (200, JSON, b"[]"),
    "truncated JSON": (200, JSON, page("dask")[:90]),
    "JSON without its type": (200, "application/json", b'{"error": "log in"}'),
    "a project page without files": (200, JSON, b'{"meta": {"api-version": "1.1"}, "name": "dask", "files": []}'),
    "the page of another project": (200, JSON, page("numpy").replace(b'"numpy"', b'"other"')),
    "the files of another project": (200, JSON, page("distributed").replace(b'"distributed"', b'"dask"')),
    "a later version of the protocol": (200, JSON, page("dask").replace(b"1.1", b"9.0")),
    "deeply nested HTML": (200, HTML, b"<div>" * 3000),
    "forbidden": (403, HTML, b"no"),
    "an internal error": (500, HTML, b"no"),
    "a login redirect": (302, HTML, b""),
    "not found": (404, HTML, b"no"),
}
"""What may answer in place of the index: none of it says anything about a release."""


def wheel(project: str, version: str) -> bytes:
    """Return a wheel with one module."""
    info = f"{project}-{version}.dist-info"
    files = {
        f"{project}/__init__.py": "",
        f"{info}/METADATA": metadata(project, version),
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{name},,\n" for name in [*files, f"{info}/RECORD"])
    with BytesIO() as data:
        with zipfile.ZipFile(data, "w") as archive:
            for name, text in (files | {f"{info}/RECORD": record}).items():
                archive.writestr(name, text)
        return data.getvalue()


def metadata(project: str, version: str) -> str:
    """Return the METADATA of a wheel."""
    requires = "".join(f"Requires-Dist: {each}\n" for each in PACKAGES[project, version])
    extras = "".join(f"Provides-Extra: {each}\n" for each in ("array", "dataframe", "distributed"))
    return f"Metadata-Version: 2.1\nName: {project}\nVersion: {version}\n{extras}{requires}"


class CaptiveIndex(ThreadingHTTPServer):
    """Answers as an index, but for the projects (``*``: all) and kinds of files in ``impostors``: ``wheel``, ``metadata``."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.impostors: dict[str, Answer] = {}
        self.credentials = ""

    @property
    def url(self) -> str:
        """The address of the simple API."""
        return f"http://{self.credentials}127.0.0.1:{self.server_port}/simple/"


class _Handler(BaseHTTPRequestHandler):
    server: CaptiveIndex

    def do_GET(self) -> None:
        folder, _, name = self.path.strip("/").partition("/")
        impostors = self.server.impostors
        if folder == "login":
            self._answer(*PORTAL)
        elif folder == "files":
            kind = "metadata" if name.endswith(".metadata") else "wheel"
            self._answer(*(impostors.get(kind) or (200, "application/octet-stream", _file(name))))
        elif impostor := impostors.get(name) or impostors.get("*"):
            self._answer(*impostor)
        elif any(name == project for project, _ in PACKAGES):
            self._answer(200, JSON, page(name))
        else:
            self._answer(404, HTML, b"not here")

    def do_HEAD(self) -> None:
        self.do_GET()

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if status == 302:
            self.send_header("Location", "/login/")
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def _file(name: str) -> bytes:
    project, version = name.split("-")[:2]
    return metadata(project, version).encode() if name.endswith(".metadata") else wheel(project, version)


@contextmanager
def captive_index() -> Iterator[CaptiveIndex]:
    """Serve an index while the block runs."""
    server = CaptiveIndex()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
