"""Bad input gets one clear paragraph and exit code 2, never a traceback."""

from __future__ import annotations

import json
import socket
import sqlite3
import sys
from pathlib import Path

import pytest

from dask_matrix import places
from dask_matrix.domain.records.limits import Limits
from dask_matrix.store.store import Store
from tests.conftest import dask_matrix, write_set


def refused(*arguments: str | Path, data: Path, told: str) -> None:
    """Run the command; it must refuse, and say so well."""
    done = dask_matrix(*arguments, data=data)
    assert done.returncode == 2, done
    assert told in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().split("\n\n")) == 1


def test_an_unknown_release_is_answered_with_the_nearest(tmp_path: Path) -> None:
    """By number, on both sides."""
    refused(
        "run",
        "--release",
        "2025.2.9",
        data=tmp_path,
        told="No release '2025.2.9'. Nearest: 2025.1.0, 2025.2.0, 2025.3.0",
    )


def test_what_is_no_release_is_repeated(tmp_path: Path) -> None:
    """With what one looks like."""
    refused(
        "run",
        "--release",
        "newest",
        data=tmp_path,
        told="'newest' is no specifier (>=2024.8), release (2025.2.0), latest:N, main or dask@REF",
    )


def test_an_unknown_set_is_answered_with_those_there_are(tmp_path: Path) -> None:
    """As matrix.toml names them."""
    refused("run", "--tag", "quik", data=tmp_path, told="No set 'quik'. Nearest: quick, latest, all")


def test_a_malformed_matrix_toml_is_named_by_file_line_and_key(tmp_path: Path) -> None:
    """A user's own set may have its own."""
    tests = write_set(tmp_path / "set", {"test_a.py": "def test_a(): pass\n"})
    shipped = (places.scenarios() / "matrix.toml").read_text()
    (tests / "matrix.toml").write_text(shipped.replace('"latest:1"', '"newest:1"'))
    line = next(number for number, text in enumerate(shipped.splitlines(), 1) if '"latest:1"' in text)
    refused(
        "run",
        "--scenarios",
        tests,
        data=tmp_path / "d",
        told=f"matrix.toml, line {line}: sets.quick.releases: 'newest:1' is no specifier",
    )


def test_a_scenario_folder_without_tests_is_named(tmp_path: Path) -> None:
    """Or one that is not there."""
    (tmp_path / "empty").mkdir()
    refused("run", "--scenarios", tmp_path / "empty", data=tmp_path / "d", told=f"No tests in {tmp_path / 'empty'}")
    refused("run", "--scenarios", tmp_path / "none", data=tmp_path / "d", told=f"No folder {tmp_path / 'none'}")


@pytest.mark.parametrize("command", [("serve",), ("run", "--serve", "--release", "2025.2.0")])
def test_a_port_in_use_is_named_before_any_work_is_done(tmp_path: Path, command: tuple[str, ...]) -> None:
    """With the way out."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused(
            *command,
            "--port",
            str(port),
            data=tmp_path,
            told=f"Cannot listen on 127.0.0.1:{port}: Address already in use. Choose another port",
        )
    assert not (tmp_path / "records").exists()


def test_a_database_from_a_newer_version_is_refused(tmp_path: Path) -> None:
    """Whatever is asked of it."""
    Store.open(places.Places(tmp_path).database).close()
    connection = sqlite3.connect(tmp_path / "matrix.sqlite")
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    for command in (("show",), ("serve", "--port", "0"), ("run", "--release", "2026.1.0")):
        refused(*command, data=tmp_path, told="was written by a newer dask-matrix (schema 9999). Upgrade dask-matrix")


def test_a_python_that_is_not_on_the_machine_makes_an_uninstallable_column(tmp_path: Path) -> None:
    """It is shown, not silently absent."""
    done = dask_matrix("run", "--release", "2025.2.0", "--python", "3.99", data=tmp_path)
    assert done.returncode == 0, done.stderr
    (column,) = json.loads(dask_matrix("show", "--json", data=tmp_path).stdout)["environments"]
    assert (column["python"], column["status"], column["refusal"]["phase"]) == ("3.99", "uninstallable", "interpreter")
    assert "no Python 3.99 found; looked in " in column["refusal"]["message"]


def test_an_index_that_cannot_be_reached_is_named(tmp_path: Path) -> None:
    """When nothing is kept from before."""
    done = dask_matrix("releases", data=tmp_path, UV_DEFAULT_INDEX="http://127.0.0.1:9/simple")
    assert done.returncode == 2
    assert "http://127.0.0.1:9/simple did not answer for dask" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_empty_store_shows_what_to_do(tmp_path: Path) -> None:
    """Not an empty grid."""
    done = dask_matrix("show", data=tmp_path)
    assert (done.returncode, done.stdout) == (0, "Nothing to show. `dask-matrix run --tag quick` fills the matrix.\n")


def test_the_version_is_said(tmp_path: Path) -> None:
    """By --version."""
    assert dask_matrix("--version", data=tmp_path).stdout.startswith("dask-matrix ")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("run", "2025.2.0"), "Unexpected '2025.2.0'. Name releases with --release"),
        (("run", "--release", ""), "'' is no specifier"),
        (("run", "--release", ">=banana"), "'>=banana' is no specifier"),
        (
            ("run", "--release", "latest:0"),
            "'latest:0' is no specifier (>=2024.8), release (2025.2.0), latest:N, main or dask@REF",
        ),
        (("run", "--release", ">=2099"), "No release is in >=2099"),
        (("run", "--python", "three"), "'three' is not a Python version"),
        (("show", "--from", "2025.4.1", "--to", "2025.2.0"), "from 2025.4.1 is later than to 2025.2.0"),
        (("show", "--from", "x"), "'x' is not a release"),
        (("serve", "--host", "nonsense.invalid"), "Cannot listen on nonsense.invalid"),
        (("serve", "--port", "70000"), "Invalid value for '--port'"),
        (("run", "--serve", "--port", "70000"), "Invalid value for '--port'"),
        (("run", "--older-than", "30"), "'30' is not an age. Write a number and a unit: 45m, 12h, 30d or 8w."),
        (("plan", "--older-than", "ages"), "'ages' is not an age"),
        (("run", "--seed", "7"), "--seed goes with --verify"),
        (("run", "--verify", "1"), "Invalid value for '--verify'"),
        (("run", "--timeout", "0"), "A timeout of 0 seconds is none. Give --timeout a number above 0."),
        (("run", "--timeout", "nan"), "A timeout of nan seconds is none"),
        (("run", "--memory", "-1"), "Invalid value for '--memory'"),
        (("run", "--isolation", "none"), "Invalid value for '--isolation'"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    """One table of slips."""
    done = dask_matrix(*arguments, data=tmp_path)
    assert done.returncode == 2
    assert told in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "command", [("show",), ("releases",), ("run", "--release", "2026.1.0"), ("serve", "--port", "0")]
)
def test_a_data_folder_that_cannot_be_one_is_named(tmp_path: Path, command: tuple[str, ...]) -> None:
    """A file in its place, say."""
    (tmp_path / "file").write_text("")
    done = dask_matrix(*command, data=tmp_path / "file")
    assert "Traceback" not in done.stderr
    assert str(tmp_path / "file") in done.stderr


def test_a_run_whose_temporary_folder_cannot_be_made_ends_and_says_so(tmp_path: Path) -> None:
    """It does not wait for ever."""
    (tmp_path / "scratch").write_text("")
    done = dask_matrix("run", "--release", "2025.2.0", "--release", "2025.3.0", data=tmp_path)
    assert done.returncode == 2
    assert str(tmp_path / "scratch") in done.stderr
    assert "Traceback" not in done.stderr


def test_rebuild_sets_a_database_aside_that_cannot_be_opened(tmp_path: Path) -> None:
    """Damaged or newer: the records are the truth."""
    (tmp_path / "records").mkdir()
    (tmp_path / "matrix.sqlite").write_text("no database " * 100)
    done = dask_matrix("rebuild", data=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "set aside as" in done.stderr
    assert dask_matrix("show", data=tmp_path).returncode == 0
    assert [path.read_text()[:11] for path in tmp_path.glob("matrix.sqlite.2*")] == ["no database"]


def test_a_line_that_is_no_record_is_named_by_file_and_line(tmp_path: Path) -> None:
    """By rebuild, and by the next run, which goes on."""
    records = tmp_path / "records" / "r" / "x.jsonl"
    records.parent.mkdir(parents=True)
    records.write_text("\n\n{broken\n")
    done = dask_matrix("run", "--release", "2026.1.0", data=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "not a record: line 3: r/x.jsonl: " in done.stderr
    done = dask_matrix("rebuild", data=tmp_path)
    assert (done.returncode, "line 3: r/x.jsonl: " in done.stderr) == (1, True)


def test_doctor_says_what_is_found_on_this_machine(tmp_path: Path) -> None:
    """Folders, interpreters, index."""
    done = dask_matrix("doctor", data=tmp_path)
    assert done.returncode == 0, done.stderr
    assert str(tmp_path) in done.stdout
    assert f"Python {sys.version_info.major}.{sys.version_info.minor}" in done.stdout
    assert "releases" in done.stdout


def test_doctor_and_rebuild_speak_json(tmp_path: Path) -> None:
    """For scripts."""
    found = json.loads(dask_matrix("doctor", "--json", data=tmp_path).stdout)
    assert (found["data"], found["index"]["releases"] > 0) == (str(tmp_path), True)
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert any(each["python"] == here and each["version"] for each in found["pythons"])
    done = dask_matrix("rebuild", "--json", data=tmp_path)
    assert json.loads(done.stdout) == {"records": 0, "rejected": [], "set_aside": None}


def test_the_limits_and_their_defaults_are_in_the_help(tmp_path: Path) -> None:
    """Named once, in the service's Limits."""
    told = " ".join(dask_matrix("run", "--help", data=tmp_path).stdout.split())
    for option in ("--timeout SECONDS", "--memory MIB", "--output KIB", "--isolation", "--no-retries", "--verify N"):
        assert option in told
    for default in (Limits().timeout, Limits().memory, Limits().output, Limits().isolation):
        assert f"[default: {default}" in told
