"""Ends of runs: what a run says of itself when it is over."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class How(StrEnum):
    """How a run ended that said so: by itself, or because somebody stopped it."""

    FINISHED = "finished"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True)
class End:
    """That a run said of itself that it ended. What was killed says nothing."""

    at: datetime
    how: How
