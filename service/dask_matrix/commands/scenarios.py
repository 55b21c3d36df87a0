"""`dask-matrix scenarios`: help for writing scenarios."""

from __future__ import annotations

import json
import os
import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dask_matrix.commands import options
from dask_matrix.commands.driver import make_request, open_store, run_request, selected_environments, workspace_of
from dask_matrix.commands.exit_codes import DONE, NOT_ALL_DONE
from dask_matrix.domain.errors import DaskMatrixError
from dask_matrix.domain.wording import counted

if TYPE_CHECKING:
    from dask_matrix.collect.scenario_set.lint import LintReport
    from dask_matrix.collect.workspace.workspace import Workspace

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Create and lint scenarios.", rich_markup_mode=None)
NEWEST = ["latest:1"]
"""Releases that scenarios are verified on by default."""


@app.command()
def new(
    area: Annotated[str, typer.Argument(help="Area (folder) such as dataframe.")],
    name: Annotated[str, typer.Argument(help="Topic; creates test_NAME.py.")],
    scenarios: options.Scenarios = None,
) -> None:
    """Create a scenario file from a template; never overwrites a file.

    A folder without a conftest.py also gets the fixtures that the bundled scenarios use.
    """
    from dask_matrix import places
    from dask_matrix.collect.scenario_set.scaffold import scaffold

    folder = workspace_of(None, scenarios).tests
    if places.is_bundled(folder):
        raise DaskMatrixError(f"{folder} is part of the installation. Use --scenarios with a folder of your own.")
    for path in scaffold(folder, area, name, places.scenarios() / "conftest.py"):
        print(path)
    print(f"Edit it, then run: dask-matrix scenarios lint{_option(scenarios)}", file=sys.stderr)


def _option(scenarios: Path | None) -> str:
    """Return the option that selects the same scenario folder in a command to paste."""
    return f" --scenarios {shlex.quote(str(scenarios))}" if scenarios else ""


@app.command()
def lint(
    area: Annotated[list[str] | None, typer.Argument(help="Lint only these areas.", show_default="all")] = None,
    verify: options.Verify = None,
    seed: options.Seed = None,
    release: options.Releases = None,
    scenarios: options.Scenarios = None,
    data: options.Data = None,
    as_json: options.Json = False,
) -> None:
    """Check scenarios for mistakes. Checks titles, covers, links, version ranges, names, known.toml; reports flaky and slow scenarios.

    With --verify N, also run the scenarios N times on the releases given with --release, or on the newest.
    """
    if as_json and verify:
        raise DaskMatrixError("--json cannot be combined with --verify. Use `dask-matrix run --verify N --json`.")
    if verify is None and (seed is not None or release):
        raise DaskMatrixError("--release and --seed need --verify: add the number of rounds, as in --verify 5.")
    workspace = workspace_of(data, scenarios)
    found = _linted(workspace, area or [])
    _tell(found, workspace.tests, as_json=as_json)
    code = NOT_ALL_DONE if any(not each.warning for each in found.findings) else DONE
    if verify is not None:
        code = max(code, _verified(workspace, area or [], release or NEWEST, verify, seed))
    raise typer.Exit(code)


def _linted(workspace: Workspace, areas: list[str]) -> LintReport:
    """Lint the scenario set; if there are stored results, include findings from them."""
    from dask_matrix.collect.scenario_set.lint import lint as lint_set
    from dask_matrix.collect.scenario_set.lint import lint_results
    from dask_matrix.domain.verdicts.known_failures import today

    found = lint_set(workspace.tests, today())
    if (workspace.places.data / "matrix.sqlite").exists():
        with open_store(workspace) as store:
            found.findings += lint_results(found.scenarios, store.matrix())
    return found.for_areas(areas)


def _tell(found: LintReport, folder: Path, *, as_json: bool) -> None:
    warnings = sum(each.warning for each in found.findings)
    if as_json:
        output = {"scenarios": len(found.scenarios), "errors": len(found.findings) - warnings, "warnings": warnings}
        print(json.dumps(output | {"findings": [each.as_json() for each in found.findings]}, indent=1))
        return
    relative = os.path.relpath(folder)
    before = f"{folder}/" if relative.startswith("..") else f"{relative}/".removeprefix("./")
    for each in found.findings:
        print(each.format(before))
    counts = (
        counted(len(found.scenarios)),
        counted(len(found.findings) - warnings, "error"),
        counted(warnings, "warning"),
    )
    print("{}: {}, {}.".format(*counts), file=sys.stderr)


def _verified(workspace: Workspace, areas: list[str], releases: list[str], rounds: int, seed: int | None) -> int:
    """Run the scenarios of some areas ``rounds`` times; return the exit code."""
    from dask_matrix.collect.planning.plan import Reruns

    request = make_request(workspace, selected_environments(workspace, releases, None, None, ""), None, Reruns())
    verification = options.verification(rounds, seed)
    return run_request(
        replace(request, pytest_arguments=tuple(areas), verification=verification), workspace, as_json=False
    )
