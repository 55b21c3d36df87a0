"""The index is the one that the user configured, and its answers are cached."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from pypi_simple import PYPI_SIMPLE_ENDPOINT

from dask_matrix.collect.index.index import Index, IndexUnreachable
from dask_matrix.collect.index.settings import IndexSettings, index_settings
from dask_matrix.domain.environments.environment import Python
from dask_matrix.domain.environments.release import Release


def file(name: str, uploaded: str | None, **more: Any) -> dict[str, Any]:
    """Return a file as PEP 691 and 700 write it."""
    upload = {"upload-time": uploaded} if uploaded else {}
    return {"filename": name, "url": f"https://files.invalid/{name}", "hashes": {}, "size": 1} | upload | more


def wheels(project: str, version: str, uploaded: str | None, **more: Any) -> list[dict[str, Any]]:
    """Return the wheel and the source of a release; the source came a day later."""
    return [
        file(f"{project}-{version}-py3-none-any.whl", uploaded, **more),
        file(f"{project}-{version}.tar.gz", uploaded and uploaded.replace("T10", "T20"), **more),
    ]


PROJECTS = {
    "dask": [
        *wheels("dask", "2025.2.0", "2025-02-13T10:00:00Z", **{"requires-python": ">=3.10"}),
        *wheels("dask", "2025.10.0", "2025-10-14T10:00:00Z"),
        *wheels("dask", "2025.9.3", "2026-07-01T10:00:00Z"),
        *wheels("dask", "2024.11.0", "2024-11-01T10:00:00Z", yanked="contradicts itself"),
        *wheels("dask", "2025.3.0rc1", "2025-03-01T10:00:00Z"),
        *wheels("dask", "2025.1.0", "2025-01-17T10:00:00Z"),
        file("dask-nonsense.zip", "2025-01-17T10:00:00Z"),
    ],
    "distributed": [
        *wheels("distributed", "2025.2.0", "2025-02-13T10:40:00Z"),
        *wheels("distributed", "2025.10.0", "2025-10-14T10:30:00Z"),
        *wheels("distributed", "2025.9.3", "2026-07-01T10:30:00Z"),
        *wheels("distributed", "2024.11.0", "2024-11-01T10:30:00Z"),
        *wheels("distributed", "2025.3.0rc1", "2025-03-01T10:30:00Z"),
    ],
    "numpy": [
        file("numpy-1.26.0-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", "2023-09-16T00:00:00Z"),
        file("numpy-1.23.2-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", "2022-08-14T00:00:00Z"),
        file("numpy-2.3.0-cp314-cp314t-manylinux_2_28_x86_64.whl", "2025-06-07T00:00:00Z"),
        file("numpy-2.3.2-cp314-cp314-manylinux_2_28_x86_64.whl", "2025-07-24T00:00:00Z"),
        file("numpy-1.20.0-cp312-cp312-win_amd64.whl", "2021-01-01T00:00:00Z"),
        file("numpy-1.26.0.tar.gz", "2020-01-01T00:00:00Z"),
    ],
}


class _Handler(BaseHTTPRequestHandler):
    requests: list[tuple[str, str | None]]
    projects: dict[str, list[dict[str, Any]]]

    def do_GET(self) -> None:
        project = self.path.strip("/").split("/")[-1]
        self.requests.append((project, self.headers.get("If-None-Match")))
        if project not in self.projects:
            self.send_error(404)
            return
        etag = f'"{project}-1"'
        if self.headers.get("If-None-Match") == etag:
            self.send_response(304)
            self.end_headers()
            return
        body = json.dumps({"meta": {"api-version": "1.1"}, "name": project, "files": self.projects[project]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/vnd.pypi.simple.v1+json")
        self.send_header("ETag", etag)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    """Return a local index that records its requests."""
    handler = type("Handler", (_Handler,), {"requests": [], "projects": dict(PROJECTS)})
    serving = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=serving.serve_forever)
    thread.start()
    yield serving
    serving.shutdown()
    thread.join()
    serving.server_close()


def settings(server: ThreadingHTTPServer) -> IndexSettings:
    """Return settings that name the index."""
    return IndexSettings(f"http://127.0.0.1:{server.server_port}/simple/", None, known_to_uv=True)


def test_a_release_is_a_version_that_both_projects_have(server: ThreadingHTTPServer, tmp_path: Path) -> None:
    """In order of version; 2025.1.0 is missing, as only dask has it."""
    found = Index(settings(server), tmp_path).releases()
    assert [str(release) for release in found] == ["2024.11.0", "2025.2.0", "2025.3.0rc1", "2025.9.3", "2025.10.0"]


def test_the_cutoff_is_a_day_after_the_later_of_the_two_uploads(server: ThreadingHTTPServer, tmp_path: Path) -> None:
    """Whenever that was."""
    found = Index(settings(server), tmp_path).releases()[Release.parse("2025.2.0")]
    assert found.cutoff == datetime(2025, 2, 14, 10, 40, tzinfo=UTC)
    assert "3.9" not in found.requires_python


def test_yanked_releases_and_prereleases_are_not_stable(server: ThreadingHTTPServer, tmp_path: Path) -> None:
    """One yanked project of the pair is enough."""
    found = Index(settings(server), tmp_path).releases()
    assert [str(each.release) for each in found.values() if not each.stable] == ["2024.11.0", "2025.3.0rc1"]


def test_a_python_counts_from_its_first_wheel_for_this_platform(server: ThreadingHTTPServer, tmp_path: Path) -> None:
    """Source distributions and wheels for other platforms do not count; a free-threaded Python has wheels of its own."""
    first = Index(settings(server), tmp_path).first_wheel_dates("numpy")
    assert first == {
        Python(3, 11): datetime(2022, 8, 14, tzinfo=UTC),
        Python(3, 14): datetime(2025, 7, 24, tzinfo=UTC),
        Python(3, 14, free_threaded=True): datetime(2025, 6, 7, tzinfo=UTC),
    }


def test_a_recent_page_is_not_fetched_again_and_an_old_one_is_revalidated_by_etag(
    server: ThreadingHTTPServer, tmp_path: Path
) -> None:
    """The index answers 304 without a body."""
    requests = server.RequestHandlerClass.requests  # type: ignore[attr-defined]
    first = Index(settings(server), tmp_path).releases()
    assert Index(settings(server), tmp_path).releases() == first
    assert requests == [("dask", None), ("distributed", None)]
    assert Index(settings(server), tmp_path, max_age=timedelta(0)).releases() == first
    assert requests[2:] == [("dask", '"dask-1"'), ("distributed", '"distributed-1"')]


def test_without_network_the_cache_is_used_with_a_note(server: ThreadingHTTPServer, tmp_path: Path) -> None:
    """The note has the date of the cached answer."""
    first = Index(settings(server), tmp_path).releases()
    gone = settings(server)
    server.shutdown()
    server.server_close()
    offline = Index(gone, tmp_path, max_age=timedelta(0))
    assert offline.releases() == first
    assert "Cannot reach the package index; using its answer for dask from 20" in offline.notes[0]


def test_without_network_and_cache_the_error_names_index_and_settings(tmp_path: Path) -> None:
    """And what to check."""
    unused = IndexSettings("http://127.0.0.1:9/simple/", None, known_to_uv=True)
    with pytest.raises(
        IndexUnreachable, match=r"Cannot get dask from .*127\.0\.0\.1:9.*nothing is cached.*UV_DEFAULT_INDEX"
    ):
        Index(unused, tmp_path).releases()


def test_an_index_without_upload_times_is_refused(server: ThreadingHTTPServer, tmp_path: Path) -> None:
    """Without them there is no cutoff for as-released environments."""
    for project in ("dask", "distributed"):
        server.RequestHandlerClass.projects[project] = wheels(project, "2025.2.0", None)  # type: ignore[attr-defined]
    with pytest.raises(IndexUnreachable, match=r"no upload time for release 2025\.2\.0.*PEP 700"):
        Index(settings(server), tmp_path).releases()


PIP = "[global]\nindex-url = https://pip.invalid/simple\ncert = /pip.pem\n"
UV = '[[index]]\nurl = "https://extra.invalid"\n[[index]]\nurl = "https://uv.invalid/simple"\ndefault = true\n'


@pytest.mark.parametrize(
    ("files", "environ", "expected"),
    [
        ({}, {}, (PYPI_SIMPLE_ENDPOINT, None, True)),
        ({"pip/pip.conf": PIP}, {}, ("https://pip.invalid/simple", "/pip.pem", False)),
        ({"pip/pip.conf": PIP, "uv/uv.toml": UV}, {}, ("https://uv.invalid/simple", "/pip.pem", True)),
        ({"uv/uv.toml": 'index-url = "https://old.invalid"'}, {}, ("https://old.invalid", None, True)),
        ({"pip/pip.conf": PIP}, {"PIP_INDEX_URL": "https://env.invalid"}, ("https://env.invalid", "/pip.pem", False)),
        ({"uv/uv.toml": UV}, {"UV_DEFAULT_INDEX": "https://env.invalid"}, ("https://env.invalid", None, True)),
        ({"pip/pip.conf": "not an ini", "uv/uv.toml": "= broken"}, {}, (PYPI_SIMPLE_ENDPOINT, None, True)),
    ],
)
def test_the_index_comes_from_the_settings_of_uv_or_pip(
    tmp_path: Path, files: dict[str, str], environ: dict[str, str], expected: tuple[str, str | None, bool]
) -> None:
    """uv before pip, environment variables before files, else PyPI."""
    for name, text in files.items():
        path = tmp_path / ".config" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    found = index_settings({"HOME": str(tmp_path)} | environ, system=tmp_path / "etc")
    assert (found.url, found.certificates, found.known_to_uv) == expected


def test_what_is_cached_of_pypi_is_found_however_it_is_named() -> None:
    """By default, or by its address."""
    default, named = (
        IndexSettings("", None, known_to_uv=True),
        IndexSettings(PYPI_SIMPLE_ENDPOINT, None, known_to_uv=True),
    )
    assert (default.url, default.digest) == (named.url, named.digest)
