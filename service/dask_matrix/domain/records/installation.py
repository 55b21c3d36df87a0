"""Installations of environments and their logs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True)
class Installation:
    """One installation of an environment in a run: ``log`` is the output of uv, ``seconds`` is wall-clock time."""

    at: datetime
    run: str
    log: str
    seconds: float
