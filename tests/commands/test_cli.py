"""Bad input is answered with one clear paragraph and exit code 2, never a traceback."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from dask_matrix import places
from dask_matrix.domain.records.limits import Limits
from dask_matrix.store.store import Store
from tests.conftest import command_line, dask_matrix, environ, write_set


def assert_usage_error(*arguments: str | Path, data: Path, message: str) -> None:
    """Run the command and check that it exits with 2 and a one-paragraph message."""
    done = dask_matrix(*arguments, data=data)
    assert done.returncode == 2, done
    assert message in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().split("\n\n")) == 1


def test_unknown_release_suggests_the_closest_ones(tmp_path: Path) -> None:
    """Lower and higher ones."""
    assert_usage_error(
        "run",
        "--release",
        "2025.2.9",
        data=tmp_path,
        message="No release '2025.2.9'. Nearest: 2025.1.0, 2025.2.0, 2025.3.0",
    )


def test_invalid_release_is_quoted(tmp_path: Path) -> None:
    """With the valid forms."""
    assert_usage_error(
        "run",
        "--release",
        "newest",
        data=tmp_path,
        message="'newest' is not a version specifier (>=2024.8), a release (2025.2.0), latest, latest:N, main or dask@REF",
    )


def test_unknown_set_lists_the_existing_ones(tmp_path: Path) -> None:
    """As named in matrix.toml."""
    assert_usage_error("run", "--tag", "quik", data=tmp_path, message="No set 'quik'. Nearest: quick, latest, all")


def test_invalid_matrix_toml_is_reported_with_file_line_and_key(tmp_path: Path) -> None:
    """A user's scenario set may have its own matrix.toml."""
    tests = write_set(tmp_path / "set", {"test_a.py": "def test_a(): pass\n"})
    shipped = (places.scenarios() / "matrix.toml").read_text()
    (tests / "matrix.toml").write_text(shipped.replace('"latest:1"', '"newest:1"'))
    line = next(number for number, text in enumerate(shipped.splitlines(), 1) if '"latest:1"' in text)
    assert_usage_error(
        "run",
        "--scenarios",
        tests,
        data=tmp_path / "d",
        message=f"matrix.toml, line {line}: sets.quick.releases: 'newest:1' is not a version specifier",
    )


def test_scenario_folder_without_tests_is_reported(tmp_path: Path) -> None:
    """Also one that does not exist."""
    (tmp_path / "empty").mkdir()
    assert_usage_error(
        "run", "--scenarios", tmp_path / "empty", data=tmp_path / "d", message=f"No tests in {tmp_path / 'empty'}"
    )
    assert_usage_error(
        "run", "--scenarios", tmp_path / "none", data=tmp_path / "d", message=f"No such folder: {tmp_path / 'none'}"
    )


@pytest.mark.parametrize("command", [("serve",), ("run", "--serve", "--release", "2025.2.0")])
def test_port_in_use_is_reported_before_any_work_is_done(tmp_path: Path, command: tuple[str, ...]) -> None:
    """With a way to fix it."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert_usage_error(
            *command,
            "--port",
            str(port),
            data=tmp_path,
            message=f"Cannot listen on 127.0.0.1:{port}: Address already in use. Choose another port",
        )
    assert not (tmp_path / "records").exists()


def test_database_from_a_newer_version_is_rejected(tmp_path: Path) -> None:
    """By every command."""
    Store.open(places.Places(tmp_path).database).close()
    connection = sqlite3.connect(tmp_path / "matrix.sqlite")
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    for command in (("show",), ("serve", "--port", "0"), ("run", "--release", "2026.1.0")):
        assert_usage_error(
            *command, data=tmp_path, message="was written by a newer dask-matrix (schema 9999). Upgrade dask-matrix"
        )


def test_missing_python_makes_an_uninstallable_column(tmp_path: Path) -> None:
    """The column is shown, not silently left out."""
    done = dask_matrix("run", "--release", "2025.2.0", "--python", "3.99", data=tmp_path)
    assert done.returncode == 0, done.stderr
    (column,) = json.loads(dask_matrix("show", "--json", data=tmp_path).stdout)["environments"]
    assert (column["python"], column["status"], column["refusal"]["phase"]) == ("3.99", "uninstallable", "interpreter")
    assert "Python 3.99 not found; searched " in column["refusal"]["message"]


def test_unreachable_index_is_reported(tmp_path: Path) -> None:
    """If nothing is cached."""
    done = dask_matrix("releases", data=tmp_path, UV_DEFAULT_INDEX="http://127.0.0.1:9/simple")
    assert done.returncode == 2
    assert "Cannot get dask from the package index http://127.0.0.1:9/simple" in done.stderr
    assert "Traceback" not in done.stderr


def test_empty_store_shows_what_to_run(tmp_path: Path) -> None:
    """Not an empty grid."""
    done = dask_matrix("show", data=tmp_path)
    assert (done.returncode, done.stdout) == (
        0,
        "No results yet. Run `dask-matrix run --tag quick`, or use --snapshot.\n",
    )


def test_version_is_printed(tmp_path: Path) -> None:
    """By --version."""
    assert dask_matrix("--version", data=tmp_path).stdout.startswith("dask-matrix ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("run", "2025.2.0"), "Unexpected '2025.2.0'. Name releases with --release"),
        (("run", "--release", ""), "'' is not a version specifier"),
        (("run", "--release", ">=banana"), "'>=banana' is not a version specifier"),
        (
            ("run", "--release", "latest:0"),
            "'latest:0' is not a version specifier (>=2024.8), a release (2025.2.0), latest, latest:N, main or dask@REF",
        ),
        (("run", "--release", ">=2099"), "No release matches >=2099"),
        (("run", "--python", "three"), "'three' is not a Python version"),
        (("show", "--from", "2025.4.1", "--to", "2025.2.0"), "Empty range: from 2025.4.1 is later than to 2025.2.0."),
        (("show", "--from", "x"), "'x' is not a release"),
        (("serve", "--host", "nonsense.invalid"), "Cannot listen on nonsense.invalid"),
        (("serve", "--port", "70000"), "Invalid value for '--port'"),
        (("run", "--serve", "--port", "70000"), "Invalid value for '--port'"),
        (("run", "--older-than", "30"), "'30' is not an age. Write a number and a unit: 45m, 12h, 30d or 8w."),
        (("plan", "--older-than", "ages"), "'ages' is not an age"),
        (("run", "--seed", "7"), "--seed needs --verify"),
        (("run", "--verify", "1"), "Invalid value for '--verify'"),
        (("run", "--timeout", "0"), "Invalid timeout: 0 seconds. --timeout must be a number above 0."),
        (("run", "--timeout", "nan"), "Invalid timeout: nan seconds"),
        (("run", "--memory", "-1"), "Invalid value for '--memory'"),
        (("run", "--isolation", "none"), "Invalid value for '--isolation'"),
    ],
)
def test_invalid_option_values_are_quoted(tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    """One table of mistakes."""
    done = dask_matrix(*arguments, data=tmp_path)
    assert done.returncode == 2
    assert message in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "command", [("show",), ("releases",), ("run", "--release", "2026.1.0"), ("serve", "--port", "0")]
)
def test_unusable_data_folder_is_reported(tmp_path: Path, command: tuple[str, ...]) -> None:
    """For example, a file."""
    (tmp_path / "file").write_text("")
    done = dask_matrix(*command, data=tmp_path / "file")
    assert "Traceback" not in done.stderr
    assert str(tmp_path / "file") in done.stderr


def test_run_ends_with_an_error_if_its_scratch_folder_cannot_be_created(tmp_path: Path) -> None:
    """It does not hang."""
    (tmp_path / "scratch").write_text("")
    done = dask_matrix("run", "--release", "2025.2.0", "--release", "2025.3.0", data=tmp_path)
    assert done.returncode == 2
    assert str(tmp_path / "scratch") in done.stderr
    assert "Traceback" not in done.stderr


def test_rebuild_renames_a_database_that_cannot_be_opened(tmp_path: Path) -> None:
    """Damaged or newer: the records have everything."""
    (tmp_path / "records").mkdir()
    (tmp_path / "matrix.sqlite").write_text("no database " * 100)
    done = dask_matrix("rebuild", data=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "was renamed to" in done.stderr
    assert dask_matrix("show", data=tmp_path).returncode == 0
    assert [path.read_text()[:11] for path in tmp_path.glob("matrix.sqlite.2*")] == ["no database"]


def test_invalid_record_line_is_reported_with_file_and_line(tmp_path: Path) -> None:
    """By rebuild, and by the next run, which continues."""
    records = tmp_path / "records" / "r" / "x.jsonl"
    records.parent.mkdir(parents=True)
    records.write_text("\n\n{broken\n")
    done = dask_matrix("run", "--release", "2026.1.0", data=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "not a record: line 3: r/x.jsonl: " in done.stderr
    done = dask_matrix("rebuild", data=tmp_path)
    assert (done.returncode, "line 3: r/x.jsonl: " in done.stderr) == (1, True)


def test_doctor_shows_what_is_found_on_this_machine(tmp_path: Path) -> None:
    """Folders, interpreters, index."""
    done = dask_matrix("doctor", data=tmp_path)
    assert done.returncode == 0, done.stderr
    assert str(tmp_path) in done.stdout
    assert f"Python {sys.version_info.major}.{sys.version_info.minor}" in done.stdout
    assert "releases" in done.stdout


def test_doctor_and_rebuild_print_json(tmp_path: Path) -> None:
    """For scripts."""
    found = json.loads(dask_matrix("doctor", "--json", data=tmp_path).stdout)
    assert (found["data"], found["index"]["releases"] > 0) == (str(tmp_path), True)
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert any(each["python"] == here and each["version"] for each in found["pythons"])
    done = dask_matrix("rebuild", "--json", data=tmp_path)
    assert json.loads(done.stdout) == {"records": 0, "rejected": [], "set_aside": None}


def test_the_limits_and_their_defaults_are_in_the_help(tmp_path: Path) -> None:
    """Defined once, in the service's Limits."""
    help_text = " ".join(dask_matrix("run", "--help", data=tmp_path).stdout.split())
    for option in ("--timeout SECONDS", "--memory MIB", "--output KIB", "--isolation", "--no-retries", "--verify N"):
        assert option in help_text
    for default in (Limits().timeout, Limits().memory, Limits().output, Limits().isolation):
        assert f"[default: {default}" in help_text


@pytest.mark.parametrize("arguments", [["--version"], ["scenarios", "lint"]], ids=["little", "more than a buffer"])
def test_a_closed_pipe_ends_the_command_without_a_word(tmp_path: Path, arguments: list[str]) -> None:
    """By SIGPIPE, as git and ls end: an exit code would be an answer."""
    if arguments[0] == "scenarios":  # a line and more of findings for each of these
        text = "".join(f"def test_without_a_docstring_{number}(): pass\n" for number in range(200))
        arguments = [*arguments, "--scenarios", str(write_set(tmp_path / "set", {"area/test_many.py": text}))]
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        command_line(*arguments), stdout=writing, stderr=subprocess.PIPE, check=False, env=environ(tmp_path)
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (-signal.SIGPIPE, b"")
