"""Runs one environment from its nox session, as ``dask-matrix run`` would."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from service.collect import catalog
from service.collect.drive import Drive, Order
from service.collect.job import plain_command
from service.collect.progress import Stage
from service.collect.select import every_wanted
from service.collect.workplace import Workplace
from service.domain.errors import DaskMatrixError
from service.store.store import Store

if TYPE_CHECKING:
    from service.collect.progress import Step


def run_label(label: str, pytest_arguments: tuple[str, ...]) -> int:
    """Run the environment of a session; return 0 if it did its work, whatever the outcomes."""
    workplace = Workplace.of()
    try:
        wanted = [each for each in every_wanted(workplace.config, workplace.index_as_kept) if each.spec.label == label]
        order = Order(wanted, catalog.read(workplace.tests), pytest_arguments)
        with Store.open(workplace.places.database) as store:
            drive = Drive(order, workplace, store, _print, plain_command)
            summary = drive.run()
    except DaskMatrixError as error:
        print(error, file=sys.stderr)
        return 2
    return 1 if summary.count(Stage.FAILED) or summary.interrupted else 0


def _print(step: Step) -> None:
    if step.stage is not Stage.RUNNING:
        counted = f" {step.done}/{step.total}" if step.total else ""
        print(f"{step.label}: {step.stage}{counted}", step.note, flush=True)
