"""The GitHub action passes its inputs on to dask-matrix check, and its step exits with the verdict's code.

The tests extra has no YAML library, so the file is read as text; its scripts run in bash, with a dask-matrix that only
records its arguments.
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from dask_matrix.project.locks.formats import SUPPORTED
from dask_matrix.project.locks.start import start

ROOT = Path(__file__).parents[2]
ACTION = (ROOT / ".github" / "actions" / "check" / "action.yml").read_text(encoding="utf-8")
STEP = re.compile(r"^    - name: (.+)\n(?:      .*\n|\n)*?      run: \|\n((?:        .*\n|\n)+)", re.MULTILINE)
SCRIPTS = {found[1]: dedent(found[2]) for found in STEP.finditer(ACTION)}
INPUTS = re.findall(r"^  ([a-z-]+):$", ACTION.partition("\noutputs:")[0].partition("\ninputs:")[2], re.MULTILINE)
FAKE_COMMAND = """#!/bin/sh
printf '%s\\n' "$*" >> "$ASKED"
echo "answer"
exit $CODE_OF_THE_VERDICT
"""


@pytest.fixture
def temp(tmp_path: Path) -> Path:
    """Return a runner's temporary folder with a fake dask-matrix installed."""
    command = tmp_path / "dask-matrix" / "venv" / "bin" / "dask-matrix"
    command.parent.mkdir(parents=True)
    command.write_text(FAKE_COMMAND)
    command.chmod(0o755)
    return tmp_path


def run(name: str, temp: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a step as the runner does."""
    inputs = dict.fromkeys(("CODE", "SERVER", "ACCEPT", "ALLOW_UNKNOWN"), "")
    known = {"PATH": f"{temp}:{os.environ['PATH']}", "RUNNER_TEMP": str(temp), "ASKED": str(temp / "asked")}
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", SCRIPTS[name]],
        env={**inputs, **known, "CODE_OF_THE_VERDICT": "0", **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_action_declares_its_inputs_and_outputs() -> None:
    """And every input is used."""
    assert INPUTS == [
        "from", "to", "code", "server", "accept", "allow-unknown", "python-version", "version", "comment",
    ]  # fmt: skip
    assert all(f"inputs.{name}" in ACTION for name in INPUTS)
    for name in ("verdict", "recommended", "specifier"):
        assert f"value: ${{{{ steps.check.outputs.{name} }}}}" in ACTION


def test_no_input_is_interpolated_into_a_script() -> None:
    """Inputs arrive as environment variables: a branch name must not become a command."""
    assert list(SCRIPTS) == [
        "Record the installed packages",
        "Install dask-matrix",
        "Check",
        "Comment on the pull request",
    ]
    assert not [name for name, script in SCRIPTS.items() if "${{" in script]


@pytest.mark.parametrize(
    ("inputs", "question"),
    [
        ({}, ""),
        ({"CODE": "src\nmy notebooks\n"}, " --code src --code my notebooks"),
        ({"ACCEPT": "known\narray/*"}, " --accept known --accept array/*"),
        ({"SERVER": "https://x.org", "ALLOW_UNKNOWN": "true"}, " --server https://x.org --allow-unknown"),
        ({"CODE": "$(touch mine)", "ALLOW_UNKNOWN": "false"}, " --code $(touch mine)"),
    ],
)
def test_check_passes_on_the_inputs(temp: Path, inputs: dict[str, str], question: str) -> None:
    """Twice: once for the comment, once for the verdict."""
    assert run("Check", temp, FROM="2025.2.0", TO="2025.4.1", **inputs).returncode == 0
    recorded = (temp / "asked").read_text().splitlines()
    assert recorded == [f"check --from 2025.2.0 --to 2025.4.1{question} --{form}" for form in ("markdown", "github")]


def test_installed_uses_the_saved_requirements(temp: Path) -> None:
    """As a requirements file, so that pandas and NumPy count too."""
    run("Check", temp, FROM="installed", TO="2025.4.1")
    assert f"--from {temp}/dask-matrix/requirements.txt" in (temp / "asked").read_text()


@pytest.mark.parametrize("code", range(5))
def test_step_exits_with_the_verdicts_code(temp: Path, code: int) -> None:
    """And the comment is written, whatever the code."""
    done = run("Check", temp, FROM="1", TO="2", CODE_OF_THE_VERDICT=str(code))
    assert (done.returncode, done.stdout) == (code, "answer\n")
    assert (temp / "dask-matrix" / "comment.md").read_text() == "answer\n"


@pytest.mark.parametrize(("name", "code"), [("dask", 0), ("dusk", 2)])
def test_packages_of_the_jobs_python_are_saved(temp: Path, name: str, code: int) -> None:
    """Without Dask, the step fails."""
    site = temp / "site" / f"{name}-2025.2.0.dist-info"
    site.mkdir(parents=True)
    (site / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 2025.2.0\n")
    python = temp / "python"
    python.write_text(f'#!/bin/sh\nPYTHONPATH="{temp}/site" exec "{sys.executable}" -S "$@"\n')
    python.chmod(0o755)
    assert run("Record the installed packages", temp).returncode == code
    assert f"{name}==2025.2.0\n" in (temp / "dask-matrix" / "requirements.txt").read_text()


def test_version_of_the_jobs_python_is_saved(temp: Path) -> None:
    """In .python-version, where lock files are read; dask-matrix itself runs on another Python."""
    (temp / "python").symlink_to(sys.executable)
    run("Record the installed packages", temp)
    noted = (temp / "dask-matrix" / ".python-version").read_text()
    assert noted.strip() == platform.python_version()
    (temp / "dask-matrix" / "requirements.txt").write_text("dask==2025.2.0\n")
    assert str(start(str(temp / "dask-matrix" / "requirements.txt")).python) == "{}.{}".format(*sys.version_info)


@pytest.mark.parametrize(("version", "installed"), [("1.2", "dask-matrix==1.2"), ("", "/checkout")])
def test_given_version_or_the_actions_commit_is_installed(temp: Path, version: str, installed: str) -> None:
    """Action and tool are the same commit unless a version is given."""
    (temp / "python").write_text("#!/bin/sh\n")
    (temp / "python").chmod(0o755)
    pip = temp / "dask-matrix" / "venv" / "bin" / "pip"
    pip.write_text(FAKE_COMMAND)
    pip.chmod(0o755)
    done = run("Install dask-matrix", temp, PYTHON=f"{temp}/python", VERSION=version, CHECKOUT="/checkout")
    assert done.returncode == 0
    assert (temp / "asked").read_text() == f"install --quiet {installed}\n"


@pytest.mark.parametrize(
    ("found", "recorded"),
    [
        ("7", "api --silent --method PATCH repos/o/r/issues/comments/7 -F body=@"),
        ("", "api --silent --method POST repos/o/r/issues/5/comments -F body=@"),
    ],
)
def test_pull_request_gets_one_comment(temp: Path, found: str, recorded: str) -> None:
    """A later push updates the comment of the first one."""
    (temp / "gh").write_text(
        f'#!/bin/sh\necho "$*" >> "$ASKED"\n[ "$2" = --paginate ] && printf "%s" "{found}" || true\n'
    )
    (temp / "gh").chmod(0o755)
    (temp / "dask-matrix" / "comment.md").write_text("answer")
    done = run("Comment on the pull request", temp, GITHUB_REPOSITORY="o/r", NUMBER="5")
    assert done.returncode == 0, done.stderr
    assert (temp / "asked").read_text().splitlines()[-1] == f"{recorded}{temp}/dask-matrix/comment.md"


def test_forbidden_comment_does_not_fail_the_step(temp: Path) -> None:
    """The token of a fork's pull request is read-only."""
    (temp / "gh").write_text("#!/bin/sh\nexit 1\n")
    (temp / "gh").chmod(0o755)
    (temp / "dask-matrix" / "comment.md").write_text("answer")
    done = run("Comment on the pull request", temp, GITHUB_REPOSITORY="o/r", NUMBER="5")
    assert done.returncode == 0
    assert done.stdout.startswith("::warning title=dask-matrix::")


PAGE = (ROOT / "docs" / "upgrading.md").read_text(encoding="utf-8")
MOVE = dedent(PAGE.partition("      - id: move\n        run: |\n")[2].partition("      - id: check\n")[0])
GIT = """#!/bin/sh
[ "$1" = show ] && case "$2" in *uv.lock) cat "$LOCK" ;; *) echo 3.11 ;; esac
[ "$1" = show ] || [ -n "$NAMED" ]
"""


def label(temp: Path, version: str, named: str = "") -> subprocess.CompletedProcess[str]:
    """Run the labelling recipe's step that reads both lock files, for a pull request that locks this version."""
    for name, text in (("base.lock", "2025.2.0"), ("uv.lock", version)):
        (temp / name).write_text(f'[[package]]\nname = "dask"\nversion = "{text}"\n')
    (temp / "git").write_text(GIT)
    (temp / "git").chmod(0o755)
    (temp / "python3").symlink_to(sys.executable)
    variables = {"PATH": f"{temp}:{os.environ['PATH']}", "GITHUB_OUTPUT": str(temp / "output"), "NAMED": named}
    return subprocess.run(
        ["bash", "-e", "-c", MOVE],
        env={**variables, "LOCK": str(temp / "base.lock")},
        cwd=temp,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("named", ["", "yes"])
def test_recipe_reads_both_lock_files(temp: Path, named: str) -> None:
    """And saves the base's Python next to its lock file, if it names one."""
    done = label(temp, "2025.4.1", named)
    assert (done.returncode, (temp / "output").read_text()) == (0, "from=2025.2.0\nto=2025.4.1\n"), done.stderr
    assert (temp / "base" / ".python-version").exists() == bool(named)


@pytest.mark.parametrize("version", ["1\\nverdict=safe", "1 2", "$(id)"])
def test_recipe_rejects_an_invalid_version(temp: Path, version: str) -> None:
    """A pull request controls its lock file, and could otherwise set step outputs."""
    assert label(temp, version).returncode == 1
    assert (temp / "output").read_text() == "from=2025.2.0\n"


def test_upgrading_page_documents_every_input() -> None:
    """And every output."""
    assert [name for name in [*INPUTS, "verdict", "recommended", "specifier"] if f"`{name}`" not in PAGE] == []


def test_upgrading_page_documents_every_option() -> None:
    """Of ``dask-matrix check``, as declared in the code."""
    declared = (ROOT / "service" / "dask_matrix" / "commands" / "check.py").read_text(encoding="utf-8")
    options = {*re.findall(r'"(--[a-z-]+)"', declared), "--data", "--snapshot", "--scenarios", "--json"}
    rows = "\n".join(line.split(" | ")[0] for line in PAGE.splitlines() if line.startswith("| `"))
    assert [option for option in sorted(options) if option not in rows] == []


def test_upgrading_page_documents_every_lock_file() -> None:
    """That can be read."""
    assert [name for name in SUPPORTED.split(", ") if f"`{name}`" not in PAGE] == []
