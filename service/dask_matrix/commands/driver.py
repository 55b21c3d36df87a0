"""Drives a run for a command: finds what it works on and with, shows how it goes, and concludes it."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console

from dask_matrix.collect.planning.request import Order
from dask_matrix.domain.environments.environment import Python

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from dask_matrix.collect.planning.plan import Repeats
    from dask_matrix.collect.workspace.selection import Wanted
    from dask_matrix.collect.workspace.workspace import Workplace
    from dask_matrix.domain.environments.environment import Lane
    from dask_matrix.store.store import Store


def workplace_of(data: Path | None, scenarios: Path | None = None) -> Workplace:
    """Return the workplace of a data folder and a scenario set."""
    from dask_matrix.collect.workspace.workspace import Workplace

    return Workplace.of(data, scenarios)


def store_of(workplace: Workplace) -> Store:
    """Open the store of a workplace."""
    from dask_matrix.store.store import Store

    return Store.open(workplace.places.database)


def wanted_of(
    workplace: Workplace, release: list[str] | None, python: list[str] | None, lane: list[Lane] | None, tag: str
) -> list[Wanted]:
    """Return the environments that a command line asks for."""
    from dask_matrix.collect.workspace.selection import Narrowing, wanted

    narrowing = Narrowing(
        releases=tuple(release or ()), pythons=tuple(map(Python.parse, python or ())), lanes=tuple(lane or ()), tag=tag
    )
    found = wanted(narrowing, workplace.config, workplace.index, workplace.git)
    notes([*workplace.index.notes, *workplace.git.notes])
    return found


def order_of(workplace: Workplace, wanted: list[Wanted], jobs: int | None, repeats: Repeats) -> Order:
    """Return the order of running the workplace's scenarios in environments."""
    from dask_matrix.collect.scenario_set import catalog

    return Order(wanted, catalog.read(workplace.tests), jobs=jobs or os.cpu_count() or 1, repeats=repeats)


def drive(order: Order, workplace: Workplace, *, as_json: bool) -> int:
    """Run an order with its progress shown; return the exit code."""
    from dask_matrix.collect.running.run import Drive
    from dask_matrix.commands.exit_codes import conclude
    from dask_matrix.commands.terminal import reporting

    if order.verification:
        print(f"{order.verification.rounds} rounds, --seed {order.verification.seed}", file=sys.stderr)
    with store_of(workplace) as store, terminate_as_interrupt():
        labels = [each.spec.label for each in order.wanted]
        with reporting(labels, Console(stderr=True)) as report:
            summary = Drive(order, workplace, store, report).run()
        trials = store.trials(summary.run) if order.verification else []
        return conclude(summary, order, trials, as_json=as_json)


def notes(told: Iterable[str]) -> None:
    """Say on stderr, each once, what a user should know of the index."""
    for note in dict.fromkeys(told):
        print(f"dask-matrix: {note}", file=sys.stderr)


@contextmanager
def terminate_as_interrupt() -> Iterator[None]:
    """Let SIGTERM do within what Ctrl-C does."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
