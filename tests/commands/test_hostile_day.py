"""A hostile day: the real command behind a captive portal, on a full disk, with credentials in every address."""

from __future__ import annotations

import json
import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ..collect.captive_index import PORTAL, CaptiveIndex, captive_index
from ..conftest import command_line, dask_matrix, environ, write_set

MATRIX = """\
pythons = ["3.11"]
requirements = ["numpy"]
wheels = []
imports = ["dask"]
[sets.all]
releases = ["2025.2.0"]
lanes = ["as-released"]
"""


@pytest.fixture
def index() -> Iterator[CaptiveIndex]:
    """Return an index that answers as it should."""
    with captive_index() as served:
        yield served


@pytest.fixture
def tests(tmp_path: Path) -> Path:
    """Return a scenario set with one release."""
    return write_set(tmp_path / "set", {"test_nothing.py": "def test_nothing(): pass\n", "matrix.toml": MATRIX})


def settings(index: CaptiveIndex, tmp_path: Path, **more: str) -> dict[str, str]:
    """Return the variables that make pip and uv use the index and a cache of its own."""
    return {"UV_DEFAULT_INDEX": index.url, "UV_CACHE_DIR": str(tmp_path / "uv"), "UV_HTTP_RETRIES": "0", **more}


def records_of(data: Path) -> list[dict[str, object]]:
    """Return all records of a data folder."""
    return [json.loads(line) for path in data.rglob("records/**/*.jsonl") for line in path.read_text().splitlines()]


def everything_below(folder: Path) -> str:
    """Return all files of a folder as one text, uv's cache and the database included."""
    return "".join(path.read_bytes().decode(errors="replace") for path in folder.rglob("*") if path.is_file())


def test_a_captive_portal_leaves_no_refusal(index: CaptiveIndex, tests: Path, tmp_path: Path) -> None:
    """Before the list of releases is known, it is said with what to check; later, the environment could not be run."""
    data, variables = tmp_path / "data", settings(index, tmp_path)
    index.impostors["*"] = PORTAL
    first = dask_matrix("releases", data=data, **variables)
    assert first.returncode == 2
    assert "lists no file of dask; is it a login page?" in first.stderr
    assert "Check the network and the index settings of uv" in first.stderr
    index.impostors.clear()
    assert dask_matrix("releases", data=data, **variables).returncode == 0
    index.impostors["*"] = PORTAL
    done = dask_matrix("run", "--release", "2025.2.0", "--scenarios", tests, data=data, **variables)
    assert done.returncode == 1, done.stdout + done.stderr
    said = " ".join((done.stdout + done.stderr).split())
    assert "does not confirm its message: what it answers for dask lists no file of dask; is it a login page?" in said
    assert "Traceback" not in said
    assert not [each for each in records_of(data) if each["kind"] in {"refusal", "environment"}]
    assert not list(data.rglob("locks/requests/*.json"))


def test_a_refusal_of_the_index_itself_is_kept(index: CaptiveIndex, tests: Path, tmp_path: Path) -> None:
    """The release requires a version that is not there."""
    (tests / "matrix.toml").write_text(MATRIX.replace('"numpy"', '"numpy<1.24"'))
    data, variables = tmp_path / "data", settings(index, tmp_path)
    done = dask_matrix("run", "--release", "2025.2.0", "--scenarios", tests, data=data, **variables)
    assert done.returncode == 0, done.stdout + done.stderr
    (refusal,) = [each for each in records_of(data) if each["kind"] == "refusal"]
    assert "numpy<1.24" in str(refusal["message"])


def test_credentials_of_an_index_are_in_no_message_and_no_file(
    index: CaptiveIndex, tests: Path, tmp_path: Path
) -> None:
    """Neither in doctor's JSON, nor in errors, records, logs and caches of ours."""
    index.credentials = "me:hunter2@"
    data, url = tmp_path / "data", index.url
    variables = settings(index, tmp_path, UV_EXTRA_INDEX_URL=url, PIP_INDEX_URL=url, DASK_MATRIX_GIT_DASK=url)
    del variables["UV_DEFAULT_INDEX"]
    told = dask_matrix("doctor", "--json", data=data, **variables)
    assert json.loads(told.stdout)["index"]["url"] == f"http://127.0.0.1:{index.server_port}/simple/"
    ran = dask_matrix("run", "--release", "2025.2.0", "--scenarios", tests, data=data, **variables)
    (data / "index").rename(tmp_path / "gone")
    index.impostors["*"] = PORTAL
    failed = dask_matrix("doctor", data=data, **variables)
    assert "Cannot get dask from the package index http://127.0.0.1" in failed.stderr
    said = "".join(each.stdout + each.stderr for each in (told, ran, failed))
    assert "hunter2" not in said + everything_below(data)


def test_a_full_disk_is_a_sentence_and_no_refusal(index: CaptiveIndex, tests: Path, tmp_path: Path) -> None:
    """No file may grow, neither ours nor uv's: the run fails, and nothing says that the release does not install."""
    data, variables = tmp_path / "data", settings(index, tmp_path)
    assert dask_matrix("releases", data=data, **variables).returncode == 0
    done = subprocess.run(
        command_line("run", "--release", "2025.2.0", "--scenarios", tests),
        env=environ(data, PYTHONDONTWRITEBYTECODE="1", **variables),  # else bytecode files would be cut off
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20, 20)),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 1, said
    assert "matrix.sqlite: disk I/O error." in said
    assert "Traceback" not in said
    assert not [each for each in records_of(data) if each["kind"] == "refusal"]
