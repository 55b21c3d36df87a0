"""How a run ended, as the run itself recorded it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class EndStatus(StrEnum):
    """How a run ended: it finished, or somebody interrupted it."""

    FINISHED = "finished"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True)
class End:
    """The end that a run recorded. A run that was killed records none."""

    at: datetime
    how: EndStatus
