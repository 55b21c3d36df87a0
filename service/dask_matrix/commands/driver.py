"""Helpers for commands that run scenarios: open the workspace and store, select environments, run, show progress."""

from __future__ import annotations

import errno
import os
import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

OF_THE_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EFBIG)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from dask_matrix.collect.planning.plan import Reruns
    from dask_matrix.collect.planning.request import RunRequest
    from dask_matrix.collect.workspace.selection import SelectedEnvironment
    from dask_matrix.collect.workspace.workspace import Workspace
    from dask_matrix.domain.environments.environment import Lane
    from dask_matrix.store.store import Store


def workspace_of(data: Path | None, scenarios: Path | None = None) -> Workspace:
    """Return the workspace of a data folder and a scenario set."""
    from dask_matrix.collect.workspace.workspace import Workspace

    return Workspace.of(data, scenarios)


def open_store(workspace: Workspace) -> Store:
    """Open the store of a workspace."""
    from dask_matrix.store.store import Store

    return Store.open(workspace.places.database)


def selected_environments(
    workspace: Workspace, release: list[str] | None, python: list[str] | None, lane: list[Lane] | None, tag: str
) -> list[SelectedEnvironment]:
    """Return the environments selected on the command line."""
    from dask_matrix.collect.workspace.selection import SelectionOptions, select_environments
    from dask_matrix.domain.environments.environment import Python

    options = SelectionOptions(
        releases=tuple(release or ()), pythons=tuple(map(Python.parse, python or ())), lanes=tuple(lane or ()), tag=tag
    )
    found = select_environments(options, workspace.config, workspace.index, workspace.git)
    print_notes([*workspace.index.notes, *workspace.git.notes])
    return found


def make_request(
    workspace: Workspace, environments: list[SelectedEnvironment], jobs: int | None, reruns: Reruns
) -> RunRequest:
    """Return a request to run the workspace's scenarios in environments."""
    from dask_matrix.collect.planning.request import RunRequest
    from dask_matrix.collect.scenario_set import catalog

    return RunRequest(environments, catalog.read(workspace.tests), jobs=jobs or os.cpu_count() or 1, reruns=reruns)


def run_request(request: RunRequest, workspace: Workspace, *, as_json: bool) -> int:
    """Run a request, showing its progress; return the exit code."""
    from rich.console import Console

    from dask_matrix.collect.running.run import Runner
    from dask_matrix.commands.conclusion import conclude
    from dask_matrix.commands.terminal import progress_display

    if request.verification:
        print(f"{request.verification.rounds} rounds, --seed {request.verification.seed}", file=sys.stderr)
    with open_store(workspace) as store, terminate_as_interrupt():
        labels = [each.spec.label for each in request.environments]
        with progress_display(labels, Console(stderr=True)) as report:
            summary = Runner(request, workspace, store, report).run()
        trials = store.trials(summary.run) if request.verification else []
        return conclude(summary, request, trials, as_json=as_json)


def print_notes(notes: Iterable[str]) -> None:
    """Print notes about the index and git on stderr, each once."""
    for note in dict.fromkeys(notes):
        print(f"dask-matrix: {note}", file=sys.stderr)


@contextmanager
def accidents_of_the_disk() -> Iterator[None]:
    """End the command with a sentence and exit code 1 if a disk is full or broken while in this context."""
    try:
        yield
    except OSError as error:
        if error.errno not in OF_THE_DISK:
            raise
        print(f"dask-matrix: {error}. Make room, then run the same command again to continue.", file=sys.stderr)
        raise typer.Exit(1) from None


@contextmanager
def terminate_as_interrupt() -> Iterator[None]:
    """Treat SIGTERM like Ctrl-C while in this context."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
