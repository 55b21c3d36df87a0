"""`dask-matrix scenarios`: for whoever writes scenarios."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dask_matrix.commands import options
from dask_matrix.commands.driver import drive, order_of, store_of, wanted_of, workplace_of
from dask_matrix.commands.exit_codes import DONE, NOT_ALL_DONE
from dask_matrix.domain.errors import DaskMatrixError
from dask_matrix.places import is_carried

if TYPE_CHECKING:
    from dask_matrix.collect.scenario_set.lint import Linted
    from dask_matrix.collect.workspace.workspace import Workplace

app = typer.Typer(no_args_is_help=True, help="Begin scenarios, and check them.", rich_markup_mode=None)
NEWEST = ["latest:1"]
"""Where scenarios are verified unless releases are named."""


@app.command()
def new(
    area: Annotated[str, typer.Argument(help="The folder: an area such as dataframe.")],
    name: Annotated[str, typer.Argument(help="The topic: test_NAME.py is written.")],
    scenarios: options.Scenarios = None,
) -> None:
    """Write a file of scenarios to begin with; nothing is written over."""
    from dask_matrix.collect.scenario_set.scaffold import scaffold

    folder = workplace_of(None, scenarios).tests
    if is_carried(folder):
        raise DaskMatrixError(f"{folder} is part of the installation. Give --scenarios a folder of your own.")
    print(scaffold(folder, area, name))
    print("Write it, then: dask-matrix scenarios lint", file=sys.stderr)


@app.command()
def lint(
    area: Annotated[list[str] | None, typer.Argument(help="Only these areas.", show_default="all")] = None,
    verify: options.Verify = None,
    seed: options.Seed = None,
    release: options.Releases = None,
    scenarios: options.Scenarios = None,
    data: options.Data = None,
    as_json: options.Json = False,
) -> None:
    """Say what is missing or wrong: titles, covers, links, ranges, names, known.toml; what wavered, what is costly.

    With --verify N the scenarios are executed N times too, on the releases named or the newest.
    """
    if as_json and verify:
        raise DaskMatrixError("--json does not go with --verify here: ask `dask-matrix run --verify N --json`.")
    if verify is None and (seed is not None or release):
        raise DaskMatrixError("--release and --seed go with --verify: give the number of rounds too, as in --verify 5.")
    workplace = workplace_of(data, scenarios)
    found = _linted(workplace, area or [])
    _tell(found, workplace.tests, as_json=as_json)
    code = NOT_ALL_DONE if any(not each.warning for each in found.findings) else DONE
    if verify is not None:
        code = max(code, _verified(workplace, area or [], release or NEWEST, verify, seed))
    raise typer.Exit(code)


def _linted(workplace: Workplace, areas: list[str]) -> Linted:
    """Read the set; where there is evidence, say what it shows too."""
    from dask_matrix.collect.scenario_set.lint import lint as lint_set
    from dask_matrix.collect.scenario_set.lint import seen
    from dask_matrix.domain.verdicts.known_failures import today

    found = lint_set(workplace.tests, today())
    if (workplace.places.data / "matrix.sqlite").exists():
        with store_of(workplace) as store:
            found.findings += seen(found.scenarios, store.matrix())
    return found.of(areas)


def _tell(found: Linted, folder: Path, *, as_json: bool) -> None:
    warnings = sum(each.warning for each in found.findings)
    if as_json:
        told = {"scenarios": len(found.scenarios), "errors": len(found.findings) - warnings, "warnings": warnings}
        print(json.dumps(told | {"findings": [each.as_json() for each in found.findings]}, indent=1))
        return
    relative = os.path.relpath(folder)
    before = f"{folder}/" if relative.startswith("..") else f"{relative}/".removeprefix("./")
    for each in found.findings:
        print(each.said(before))
    counted = f"{len(found.findings) - warnings} errors, {warnings} warnings"
    print(f"{len(found.scenarios)} scenarios: {counted}.", file=sys.stderr)


def _verified(workplace: Workplace, areas: list[str], releases: list[str], rounds: int, seed: int | None) -> int:
    """Execute the scenarios of some areas so many times; return the exit code."""
    from dask_matrix.collect.planning.plan import Repeats

    order = order_of(workplace, wanted_of(workplace, releases, None, None, ""), None, Repeats())
    verification = options.verification(rounds, seed)
    return drive(replace(order, pytest_arguments=tuple(areas), verification=verification), workplace, as_json=False)
