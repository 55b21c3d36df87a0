"""Single results, as the store returns them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from dask_matrix.domain.records.outcome import Outcome
    from dask_matrix.domain.records.records import Warned


@dataclass(frozen=True)
class Result:
    """One execution of one scenario in one environment, with its evidence. ``seconds`` is wall-clock time."""

    id: str
    run: str
    environment: str
    scenario: str
    fingerprint: str
    outcome: Outcome
    phase: str
    reason: str
    exception_type: str
    exception_message: str
    traceback: str
    stdout: str
    stderr: str
    log: str
    warnings: tuple[Warned, ...]
    seconds: float
    started: datetime
    attempt: int
