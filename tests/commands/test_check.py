"""`dask-matrix check` and its exit codes: 0 safe, 1 unsafe, 2 usage error, 3 unknown, 4 no evidence."""

from __future__ import annotations

import json
import socket
import subprocess
import threading
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

from dask_matrix.client import Matrix, NoAddress, Refused
from dask_matrix.domain.errors import EvidenceUnreachable
from dask_matrix.domain.upgrades.answer import Safety
from dask_matrix.places import Places
from dask_matrix.web.app import create_app
from tests.conftest import dask_matrix
from tests.web.conftest import opened

LOCK = "dask=={0}\ndistributed=={0}\nnumpy==2.2.1\npandas==2.2.3\n"
STILL_PASSES, BROKEN = "futures/x/keeps", "array/x/sums"
COVERED = "dask.array.Array.sum"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder: 2025.3.0 passes like 2025.2.0, 2025.4.0 breaks a scenario, 2025.5.0 is hardly tested."""
    folder = tmp_path_factory.mktemp("data")
    with opened(folder / "matrix.sqlite") as book:
        book.scenario(STILL_PASSES, covers=["distributed.Client.submit"])
        book.scenario(BROKEN, covers=[COVERED], issues=["dask/dask#1"])
        for number, release in enumerate(("2025.2.0", "2025.3.0", "2025.4.0", "2025.5.0")):
            key = str(number) * 16
            book.environment(key, release, LOCK.format(release))
            book.result("passed", STILL_PASSES, key)
            if release != "2025.5.0":
                book.result("failed" if release == "2025.4.0" else "passed", BROKEN, key, **_raised(release))
    return folder


def _raised(release: str) -> dict[str, object]:
    return {"exception": {"type": "KeyError", "message": "'k'"}} if release == "2025.4.0" else {}


@pytest.fixture(scope="module")
def server(data: Path) -> Iterator[str]:
    """Return the URL of a server with the same evidence."""
    served = uvicorn.Server(uvicorn.Config(create_app(Places(data).database), log_level="warning", ws="none"))
    listening = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=served.run, kwargs={"sockets": [listening]})
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    served.should_exit = True
    thread.join()
    listening.close()


def check(
    *arguments: str | Path, data: Path | None = None, cwd: Path | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run `dask-matrix check`."""
    return dask_matrix("check", *arguments, data=data, cwd=cwd, **variables)


@pytest.mark.parametrize(
    ("target", "more", "code", "message"),
    [
        ("2025.3.0", (), 0, "safe"),
        ("2025.4.0", (), 1, "unsafe"),
        ("2025.5.0", (), 3, "unknown"),
        ("2031.1.0", (), 3, "2031.1.0 has not been tested in lane as-released"),
        ("2025.5.0", ("--allow-unknown",), 0, "unknown"),
        ("2025.4.0", ("--allow-unknown",), 1, "unsafe"),
        ("2025.4.0", ("--accept", BROKEN), 0, "safe"),
        ("2025.4.0", ("--area", "futures"), 0, "safe"),
        ("2025.4.0", ("--covers", "dask.array"), 1, "unsafe"),
        ("soon", (), 2, "'soon' is not a release"),
        ("2025.4.0", ("--area", "futurs"), 2, "No area 'futurs'. Nearest: array, futures."),
        ("2025.4.0", ("--profile", "mine"), 2, "No profile 'mine'"),
        ("2025.4.0", ("--lane", "fast"), 2, "fast"),
        ("2025.4.0", ("--from", "no-such.lock"), 2, "no-such.lock"),
        ("2025.4.0", ("--code", "no-such-folder"), 2, "no-such-folder"),
        ("2025.4.0", ("--accept", "nope/nope"), 2, "No scenario 'nope/nope'"),
        ("2025.4.0", ("--covers", "dask.nope"), 2, "No covered name 'dask.nope'"),
        ("2025.4.0", ("--json", "--github"), 2, "Give only one of --json and --github"),
        ("2025.4.0", ("--junit", "/"), 2, "--junit / is a folder"),
        ("2025.4.0", ("--server", "somewhere", "--from", "2025.2.0"), 2, "is not a server URL"),
        ("2025.4.0", ("--snapshot", "--server", "http://127.0.0.1:1"), 2, "Give only one of --server and --snapshot"),
    ],
)
def test_each_answer_has_its_exit_code(data: Path, target: str, more: tuple[str, ...], code: int, message: str) -> None:
    """And the reason is printed."""
    start = () if "--from" in more else ("--from", "2025.2.0")
    done = check(*start, "--to", target, *more, data=data)
    assert done.returncode == code, done
    assert message.lower() in " ".join((done.stdout + done.stderr).lower().split())
    assert "Traceback" not in done.stderr


def test_defaults_are_the_lock_file_of_the_folder_and_the_newest_release(data: Path, tmp_path: Path) -> None:
    """Both are said; several lock files are a usage error that names them."""
    tmp_path.joinpath("requirements.txt").write_text(LOCK.format("2025.2.0"))
    done = check("--json", "--data", data, cwd=tmp_path)
    answer = json.loads(done.stdout)
    assert (answer["question"]["from"], answer["question"]["to"], done.returncode) == ("2025.2.0", "2025.5.0", 3)
    assert answer["caveats"][:2] == [
        "--from is requirements.txt, the lock file of this folder.",
        "--to is 2025.5.0, the newest release that was tested.",
    ]
    tmp_path.joinpath("uv.lock").write_text("version = 1\n")
    done = check("--data", data, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "requirements.txt, uv.lock" in done.stderr


def test_unreachable_server_is_exit_code_4(data: Path) -> None:
    """Its URL is printed, and local evidence is not used instead."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    done = check("--from", "2025.2.0", "--to", "2025.3.0", "--server", f"http://127.0.0.1:{port}", data=data)
    assert (done.returncode, done.stdout) == (4, "")
    assert f"http://127.0.0.1:{port}" in done.stderr


@pytest.mark.parametrize("content", [None, b"", b"garbage that is no database"])
def test_data_folder_without_evidence_never_falls_back_to_other_evidence(tmp_path: Path, content: bytes | None) -> None:
    """A typo must not be answered from other evidence."""
    if content is not None:
        (tmp_path / "matrix.sqlite").write_bytes(content)
    done = check("--from", "2025.2.0", "--to", "2025.3.0", "--data", tmp_path)
    assert (done.returncode, done.stdout) == (4, "")
    assert content is None or (tmp_path / "matrix.sqlite").read_bytes() == content


def test_data_folder_option_takes_precedence_over_the_server_variable(data: Path) -> None:
    """So nothing leaves the machine."""
    move = ("--from", "2025.2.0", "--to", "2025.3.0", "--data", data)
    assert check(*move, DASK_MATRIX_SERVER="http://127.0.0.1:1").returncode == 0
    assert check(*move[:-2], data=data, DASK_MATRIX_SERVER="http://127.0.0.1:1").returncode == 4


def test_ascii_terminal_gets_the_rest_of_the_text(data: Path) -> None:
    """A missing arrow must not change the exit code."""
    done = check("--from", "2025.2.0", "--to", "2025.4.0", data=data, PYTHONIOENCODING="ascii")
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr


def test_without_any_evidence_it_is_exit_code_4(tmp_path: Path) -> None:
    """And no data folder is created."""
    nothing = {"DASK_MATRIX_SNAPSHOT": str(tmp_path / "none"), "XDG_CACHE_HOME": str(tmp_path)}
    done = check("--from", "2025.2.0", "--to", "2025.3.0", data=tmp_path / "data", **nothing)
    assert done.returncode == 4
    assert "No evidence available" in done.stderr
    assert not (tmp_path / "data").exists()


def test_a_server_and_a_data_folder_give_the_same_answer(data: Path, server: str) -> None:
    """Except for the source, which is named."""
    move = ("--from", "2025.2.0", "--to", "2025.4.0", "--json")
    own, served = (json.loads(check(*move, *more, data=data).stdout) for more in ((), ("--server", server)))
    assert (own["evidence"].pop("source"), served["evidence"].pop("source")) == (f"the data folder {data}", server)
    own.pop("caveats")
    served.pop("caveats")
    assert own == {**served, "regressed": own["regressed"]}


def test_usage_error_from_a_server_is_exit_code_2(data: Path, server: str) -> None:
    """With the server's message."""
    done = check("--from", "2025.2.0", "--to", "2025.4.0", "--area", "futurs", "--server", server, data=data)
    assert done.returncode == 2
    assert "No area 'futurs'" in done.stderr


TWO_EXTRAS = """\
lock-version = "1.0"
created-by = "pdm"
requires-python = ">=3.14"
extras = ["new", "old"]
[[packages]]
name = "dask"
version = "2025.2.0"
marker = "'old' in extras"
[[packages]]
name = "dask"
version = "2025.3.0"
marker = "'new' in extras"
"""


def test_part_of_a_lock_file_is_chosen(data: Path, tmp_path: Path) -> None:
    """Without a choice between two dasks the answer is unknown; the Python that the lock needs is a caveat."""
    lock = tmp_path / "pylock.toml"
    lock.write_text(TWO_EXTRAS)
    move = ("--from", lock, "--to", "2025.3.0", "--json")
    undecided = check(*move, data=data)
    assert (undecided.returncode, json.loads(undecided.stdout)["doubts"] != []) == (3, True)
    chosen = check(*move, "--extra", "old", data=data)
    answer = json.loads(chosen.stdout)
    assert (chosen.returncode, answer["question"]["from"]) == (0, "2025.2.0")
    assert "pylock.toml needs Python >=3.14; the tests ran with Python 3.11." in answer["caveats"]
    wrong = check(*move, "--extra", "odl", data=data)
    assert (wrong.returncode, "no extra `odl`. Choose from: new, old." in wrong.stderr) == (2, True)


def test_start_release_comes_from_a_lock_file(data: Path, tmp_path: Path) -> None:
    """Packages that differ from the tested environment are a caveat."""
    lock = tmp_path / "requirements.txt"
    lock.write_text("dask==2025.2.0\ndistributed==2025.2.0\npandas==2.1.0\n")
    answer = json.loads(check("--from", lock, "--to", "2025.3.0", "--json", data=data).stdout)
    assert answer["question"]["from"] == "2025.2.0"
    assert "You have pandas 2.1.0; the tests ran with pandas 2.2.3." in answer["caveats"]


@pytest.mark.parametrize("served", [False, True])
@pytest.mark.parametrize("form", ["", "--json", "--markdown", "--github"])
def test_a_pair_that_cannot_work_is_never_safe(
    data: Path, server: str, tmp_path: Path, form: str, *, served: bool
) -> None:
    """In every format and with every source of evidence; the pair is the first reason, and the JUnit report is red."""
    lock, report = tmp_path / "requirements.txt", tmp_path / "report.xml"
    lock.write_text("dask==2025.2.0\ndistributed==2025.3.0\n")
    more = (*((form,) if form else ()), *(("--server", server) if served else ("--data", data)))
    done = check("--from", lock, "--to", "2025.3.0", "--junit", report, *more)
    printed = " ".join(done.stdout.split())
    assert done.returncode == 3, done.stderr
    assert "has dask 2025.2.0 but distributed 2025.3.0" in printed
    assert "UNKNOWN" in printed or '"verdict": "unknown"' in printed
    assert ET.parse(report).getroot().get("errors") == "1"
    if form == "--json":
        answer = json.loads(done.stdout)
        assert answer["reasons"][0] == answer["doubts"][0]
        assert (answer["recommended"], answer["specifier"]) == (None, "")


def test_code_that_mostly_could_not_be_read_is_never_safe(data: Path, tmp_path: Path) -> None:
    """The files are the first reason."""
    (tmp_path / "bad.py").write_text("import dask.array as da\nx = (\n")
    (tmp_path / "worse.py").write_text("from dask import bag\ny = (\n")
    (tmp_path / "good.py").write_text("import dask.array as da\nda.ones(3).sum()\n")
    done = check("--from", "2025.2.0", "--to", "2025.3.0", "--code", tmp_path, "--json", data=data)
    assert done.returncode == 3, done.stderr
    reason = json.loads(done.stdout)["reasons"][0]
    assert reason.startswith("2 of the 3 files that import Dask could not be read")
    assert "bad.py: line 2:" in reason
    (tmp_path / "worse.py").unlink()
    assert check("--from", "2025.2.0", "--to", "2025.3.0", "--code", tmp_path, data=data).returncode == 0


def test_code_limits_the_question_to_what_it_uses(data: Path, server: str, tmp_path: Path) -> None:
    """Only names leave the machine, and --explain shows everything that does."""
    code = tmp_path / "mine.py"
    code.write_text("import dask.array as da\nsecret = da.ones(3).sum()\nda.ones(3).prod()\n")
    ask = ("--from", "2025.2.0", "--to", "2025.4.0", "--code", code, "--json", "--server", server, "--explain")
    done = check(*ask, data=data)
    answer = json.loads(done.stdout)
    assert [each["scenario"] for each in answer["regressed"]] == [BROKEN]
    assert answer["holding"] == 0
    sent = json.loads(done.stderr.partition("\n")[2])
    assert COVERED in sent["uses"]
    assert "secret" not in done.stderr
    assert str(tmp_path) not in done.stderr


def test_uncovered_names_are_listed_with_their_places(data: Path, tmp_path: Path) -> None:
    """So that a safe answer does not promise too much."""
    (tmp_path / "mine.py").write_text("import dask.array as da\nda.ones(3).prod()\n")
    done = check("--from", "2025.2.0", "--to", "2025.4.0", "--code", ".", data=data, cwd=tmp_path)
    assert "dask.array.Array.prod" in done.stdout
    assert "    mine.py:2\n" in done.stdout


def test_formats_for_ci_systems(data: Path, tmp_path: Path) -> None:
    """Markdown, JUnit, annotations with summary and outputs."""
    move = ("--from", "2025.2.0", "--to", "2025.4.0")
    assert "dask/dask#1" in check(*move, "--markdown", data=data).stdout
    summary, outputs, junit = tmp_path / "summary", tmp_path / "outputs", tmp_path / "report.xml"
    files = {"GITHUB_STEP_SUMMARY": str(summary), "GITHUB_OUTPUT": str(outputs)}
    done = check(*move, "--github", "--junit", junit, data=data, **files)
    assert done.returncode == 1
    assert "::error" in done.stdout
    assert "verdict=unsafe" in outputs.read_text()
    assert "2025.4.0" in summary.read_text()
    assert ET.parse(junit).getroot().findall(".//failure")


# the client


def test_client_returns_typed_answers(server: str) -> None:
    """The domain's own types."""
    with Matrix(server) as matrix:
        answer = matrix.upgrade("2025.2.0", "2025.4.0", area=("array",))
        assert set(matrix.covers()) == {("distributed.Client.submit",), (COVERED,)}
    assert answer.verdict is Safety.UNSAFE
    assert answer.regressed[0].after.exception == "KeyError"
    assert answer.evidence.source == server


def test_client_names_the_unreachable_server() -> None:
    """By its URL."""
    with (
        pytest.raises(EvidenceUnreachable, match=r"127\.0\.0\.1:1"),
        Matrix("http://127.0.0.1:1", attempts=1) as matrix,
    ):
        matrix.upgrade("2025.2.0", "2025.4.0")


@pytest.mark.parametrize("url", ["no address at all", "ftp://127.0.0.1", "http://[::1"])
def test_client_rejects_an_invalid_url(url: str) -> None:
    """Before any request."""
    with pytest.raises(NoAddress, match="is not a server URL"):
        Matrix(url)


def test_client_raises_the_server_s_error(server: str) -> None:
    """A rejected question is not a network error."""
    with Matrix(server) as matrix, pytest.raises(Refused, match="'soon' is not a release"):
        matrix.upgrade("2025.2.0", "soon")
