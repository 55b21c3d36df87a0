"""Every command of README.md and docs/ works as printed.

All are parsed by the real command line. Those that answer at once are run, on the evidence that ships. The rest would
install every release, serve until they are stopped, or need a server.
"""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import click
import pytest
import typer

from dask_matrix.cli import app
from tests.conftest import dask_matrix, write_set

ROOT = Path(__file__).parents[1]
PAGES = sorted([ROOT / "README.md", ROOT / "scenarios" / "README.md", *(ROOT / "docs").glob("*.md")])
PLACEHOLDER = re.compile(r"\b[A-Z]{2,}\b|example\.org|path/to")
LOCK = """\
version = 1
requires-python = "==3.11.*"
[[package]]
name = "dask"
version = "2025.2.0"
source = { registry = "https://example.org/simple" }
[[package]]
name = "app"
version = "1"
source = { virtual = "." }
dependencies = [{ name = "dask" }]
"""
CODE = "import dask.array as da\nda.ones(3).sum().compute()\n"


def printed(page: Path) -> list[str]:
    """Return the commands in the console blocks of a page, without comments."""
    blocks = re.findall(r"^ *```console\n(.*?)^ *```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    parts = [part.strip() for line in lines for part in re.split(r"&&|\| ", re.sub(r"(^|\s)#.*", "", line))]
    return [part for part in parts if part]


ALL = [
    pytest.param(command, id=f"{page.relative_to(ROOT)}: {command[:60]}") for page in PAGES for command in printed(page)
]
OURS = [each for each in ALL if str(each.values[0]).startswith("dask-matrix ")]
NOX = [each for each in ALL if re.match(r"(\S*/)?nox ", str(each.values[0]))]


def parsed(words: list[str]) -> click.Context:
    """Parse a command line with the real parser, without running it."""
    group = typer.main.get_command(app)
    context = group.make_context("dask-matrix", [*words])
    while isinstance(group, click.Group) or hasattr(group, "commands"):
        name, command, rest = group.resolve_command(context, [*context._protected_args, *context.args])  # type: ignore[attr-defined]
        context, group = command.make_context(name, [*rest], parent=context), command
    return context


@pytest.mark.parametrize("command", OURS)
def test_a_printed_command_is_one_that_there_is(command: str) -> None:
    """With its options and their values."""
    assert parsed(shlex.split(command)[1:]).command.name


@pytest.mark.parametrize("command", NOX)
def test_a_printed_nox_session_is_one_that_there_is(command: str) -> None:
    """By its name in noxfile.py."""
    words = shlex.split(command)
    names = [words[at + 1].partition("(")[0] for at, word in enumerate(words) if word == "-s"]
    sessions = (ROOT / "noxfile.py").read_text(encoding="utf-8")
    assert all(re.search(rf"^def {name}\(|import {name}\b", sessions, re.MULTILINE) for name in names), names


def test_the_printed_checks_answer(real_data: Path, tmp_path: Path) -> None:
    """From a lock, from code, from the Dask installed here; as JSON and for CI. Exit code 0, 1 or 3: an answer."""
    write_set(tmp_path, {"uv.lock": LOCK, "src/app.py": CODE})
    installed = next((real_data / "environments").glob("*/bin")).parent
    seen = {each.values[0] for each in OURS if shlex.split(str(each.values[0]))[1] == "check"}
    commands = [str(each) for each in seen if not PLACEHOLDER.search(str(each))]
    assert len(commands) > 5
    for command in commands:
        done = run(command, tmp_path, VIRTUAL_ENV=str(installed))
        assert done.returncode in {0, 1, 3}, (command, done.stderr)


def test_the_printed_way_to_a_first_scenario_ends_with_a_result(tmp_path: Path) -> None:
    """New, lint (which asks for a title), run."""
    commands = [each for each in printed(ROOT / "docs" / "running.md") if "--scenarios mine" in each]
    assert [shlex.split(each)[1] for each in commands] == ["scenarios", "scenarios", "run"]
    new, lint, first_run = (run(command, tmp_path) for command in commands)
    assert (new.returncode, lint.returncode, lint.stderr[-31:]) == (0, 1, " scenario: 2 errors, 0 warnings.\n"[-31:])
    assert first_run.returncode == 0, first_run.stderr
    shown = run("dask-matrix show --data mine-data", tmp_path)
    assert "1 of 1 cells pass" in shown.stdout


def run(command: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a printed command in a folder; return its exit code and output."""
    return dask_matrix(*shlex.split(command)[1:], data=folder / "data", cwd=folder, **variables)
