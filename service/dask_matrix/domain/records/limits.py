"""Within which limits a scenario is executed, and how often one that broke is executed again at once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dask_matrix.domain.errors import DaskMatrixError

RETRIES = 1
"""How often a scenario that broke is executed again at once, by the harness itself."""


class Isolation(StrEnum):
    """How a scenario gets a process of its own: by a fork of one that has imported Dask, or as a fresh interpreter."""

    FORK = "fork"
    SPAWN = "spawn"


class ImpossibleLimit(DaskMatrixError):
    """A limit that nothing could keep to."""


@dataclass(frozen=True)
class Limits:
    """What each scenario gets unless its marker says otherwise; the defaults of the whole service.

    ``timeout`` is in seconds; ``memory`` in MiB, of all its processes together, None for no limit; ``output`` in KiB
    kept of its stdout, of its stderr and of its log.
    """

    timeout: float = 60.0
    memory: int | None = 2048
    output: int = 64
    isolation: Isolation = Isolation.FORK

    def __post_init__(self) -> None:
        """Refuse a deadline that is none."""
        if not 0 < self.timeout < math.inf:
            raise ImpossibleLimit(f"A timeout of {self.timeout:g} seconds is none. Give --timeout a number above 0.")

    def as_job(self) -> dict[str, Any]:
        """Return the fields of the harness's job."""
        return {
            "timeout": self.timeout,
            "memory": self.memory,
            "output": self.output,
            "isolation": self.isolation.value,
        }
