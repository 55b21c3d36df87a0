"""Installations: what was said while an environment was made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True)
class Installation:
    """That an environment was installed in a run: ``log`` is all that uv said, ``seconds`` the wall-clock time it took."""

    at: datetime
    run: str
    log: str
    seconds: float
