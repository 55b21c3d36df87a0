"""The wheel, as a user installs it: alone, and in a project that has packages of every name we might have taken."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from pathlib import Path
from typing import Any

import pytest

from dask_matrix.store.snapshots.location import VERDICTS
from tests.conftest import environ

ROOT = Path(__file__).parents[1]
PATIENCE = 120
"""Seconds that a server may take to answer on a loaded machine."""
NAMES = ("service", "harness", "scenarios")
"""Packages of the user's own; the wheel of 0.1 failed where there was a `service`."""
RAISES = "raise RuntimeError(f'{__name__} of the project was imported by a tool')\n"
OWN_TESTS = """\
import types

import dask
import harness
import inside
import outside
import scenarios
import service
from helper import HELP


def test_finds_the_modules_of_the_project():
    for module in (service, harness, scenarios, inside, outside):
        assert module.WHOSE == "the user's", module
    assert HELP == "beside the test"


def test_takes_types_from_the_standard_library():
    assert types.SimpleNamespace(a=1).a == 1


def test_has_dask_from_the_environment():
    assert dask.__version__ == "2025.2.0"
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel of what is in the checkout, built from tracked files alone."""
    folder = tmp_path_factory.mktemp("build")
    listed = ["git", "ls-files", "-co", "--exclude-standard"]
    tracked = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(lambda each: (ROOT / each).exists(), tracked.splitlines()):
        (folder / "source" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "source" / name).write_bytes((ROOT / name).read_bytes())
    build = [sys.executable, "-m", "uv", "--quiet", "build", "--wheel", "--out-dir", folder, folder / "source"]
    subprocess.run(build, check=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def program(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the command that the wheel installs, in an environment of its own."""
    venv = tmp_path_factory.mktemp("installed") / "venv"
    uv = [sys.executable, "-m", "uv", "--quiet"]
    subprocess.run([*uv, "venv", "--python", sys.executable, venv], check=True)
    install = ["pip", "install", "--python", venv / "bin" / "python", "-c", ROOT / "constraints.txt", wheel]
    subprocess.run([*uv, *install], check=True)
    return venv / "bin" / "dask-matrix"


@pytest.fixture
def data(real_data: Path, tmp_path: Path) -> Path:
    """Return a data folder without records that shares the installed environments."""
    folder = tmp_path / "data"
    folder.mkdir()
    for name in ("environments", "locks", "pytest", "index"):
        (folder / name).symlink_to(real_data / name)
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project with packages and files of names that tools use, in a path with spaces and other letters."""
    root = tmp_path / "mein prøjekt ünï" / "Проект one"
    files = {f"{name}/__init__.py": 'WHOSE = "the user\'s"\n' for name in NAMES}
    files |= dict.fromkeys(("dask_matrix.py", "noxfile.py", "types.py", "conftest.py"), RAISES)
    files |= {
        "src/inside.py": 'WHOSE = "the user\'s"\n',
        "lib/outside.py": 'WHOSE = "the user\'s"\n',
        "lib/rich.py": RAISES,
        "pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["src"]\naddopts = "--of-a-plugin-that-is-not-there"\n',
        "tests/helper.py": 'HELP = "beside the test"\n',
        "tests/test_own.py": OWN_TESTS,
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def call(program: Path, *arguments: str | Path, cwd: Path, data: Path, **changes: str) -> Any:
    """Run the installed command; return its exit code and output."""
    command = [program, *arguments]
    return subprocess.run(
        command, cwd=cwd, env=environ(data, **changes), capture_output=True, text=True, check=False, timeout=300
    )


def test_the_wheel_installs_one_package_and_nothing_beside_it(wheel: Path) -> None:
    """At the top of site-packages."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    tops = {name.split("/")[0] for name in names}
    shipped = {f"dask_matrix/bundled/snapshot/{path.name}" for path in (ROOT / "snapshot").iterdir()}
    assert f"dask_matrix/bundled/snapshot/{VERDICTS}" in shipped <= set(names)
    (metadata,) = tops - {"dask_matrix"}
    assert metadata.startswith("dask_matrix-")
    assert metadata.endswith(".dist-info")


def test_a_wheel_works_without_the_checkout(program: Path, data: Path, tmp_path: Path) -> None:
    """It finds its scenarios, matrix.toml, sessions, templates and migrations inside itself."""
    run = ("run", "--release", "2025.2.0", "-k", "from_delayed and computes_twice")
    done = call(program, *run, cwd=tmp_path, data=data)
    assert done.returncode == 0, done.stderr
    show = call(program, "show", "--json", cwd=tmp_path, data=data)
    assert "futures/from_delayed/computes_twice" in {row["id"] for row in json.loads(show.stdout)["scenarios"]}
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    serve = [program, "serve", "--port", str(port)]
    server = subprocess.Popen(serve, cwd=tmp_path, env=environ(data), text=True, stderr=subprocess.PIPE)
    try:
        assert server.stderr
        assert f"http://127.0.0.1:{port}" in server.stderr.readline()
        for route, text in (
            ("/?changes=false", "computes twice"),
            ("/healthz", '"ok"'),
            ("/api/v1/matrix", "computes_twice"),
        ):
            assert text in get(f"http://127.0.0.1:{port}{route}", server)
    finally:
        server.terminate()
        server.communicate()


def test_a_project_that_has_packages_of_our_names_runs_its_own_tests(program: Path, data: Path, project: Path) -> None:
    """The project's root, its `pythonpath` and PYTHONPATH are searched; nothing of the project is imported by us."""
    run = ("run", "--scenarios", "tests", "--release", "2025.2.0")
    done = call(program, *run, cwd=project, data=data, PYTHONPATH="lib")
    assert done.returncode == 0, done.stderr
    show = json.loads(call(program, "show", "--json", cwd=project, data=data).stdout)
    cells = {row["title"]: cell for row, cell in zip(show["scenarios"], show["cells"], strict=True)}
    assert list(cells.values()) == [".", ".", "."], cells


@pytest.mark.parametrize(
    "arguments",
    [
        ("--version",),
        ("plan", "--scenarios", "tests", "--release", "2025.2.0"),
        ("show",),
        ("scenarios", "lint", "--scenarios", "tests"),
        ("doctor",),
        ("rebuild",),
    ],
    ids=lambda each: each[0],
)
@pytest.mark.parametrize("path", ["", "lib"])
def test_every_command_works_in_such_a_project(
    program: Path, data: Path, project: Path, arguments: tuple[str, ...], path: str
) -> None:
    """With the project as the current folder, and a module on PYTHONPATH that has the name of a library of ours."""
    done = call(program, *arguments, cwd=project, data=data, **({"PYTHONPATH": path} if path else {}))
    assert done.returncode == (1 if "lint" in arguments else 0), done.stderr  # their tests have no covers=
    assert "of the project was imported" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_the_current_folder_on_pythonpath_breaks_nothing(program: Path, data: Path, project: Path) -> None:
    """As it did where the project had a `service`. A `types.py` there breaks Python itself, so it goes."""
    for name in ("types.py", "dask_matrix.py"):
        (project / name).unlink()
    run = ("run", "--scenarios", "tests", "--release", "2025.2.0")
    done = call(program, *run, cwd=project, data=data, PYTHONPATH=".:lib")
    assert done.returncode == 0, done.stderr
    assert "3 results" in done.stderr


def test_an_edited_module_of_the_project_runs_its_tests_again(program: Path, data: Path, project: Path) -> None:
    """What a scenario imports from the project's root or `pythonpath` is part of its fingerprint."""

    def executions() -> list[int]:
        plan = ("plan", "--json", "--scenarios", "tests", "--release", "2025.2.0")
        return [each["executions"] for each in json.loads(call(program, *plan, cwd=project, data=data).stdout)]

    call(program, "run", "--scenarios", "tests", "--release", "2025.2.0", cwd=project, data=data, PYTHONPATH="lib")
    before = executions()
    (project / "src" / "inside.py").write_text('WHOSE = "the user\'s"\nEDITED = True\n')
    assert sum(executions()) > sum(before)


def get(url: str, server: subprocess.Popen[str]) -> str:
    """Return a page, once the server is up."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - this machine
                return str(answer.read().decode())
        except urllib.error.HTTPError:
            raise
        except OSError:  # nobody listens yet
            assert server.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
