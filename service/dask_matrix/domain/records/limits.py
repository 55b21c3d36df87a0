"""Limits for the execution of a scenario, and how often a broken one is retried."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dask_matrix.domain.errors import DaskMatrixError

RETRIES = 1
"""How often the harness immediately retries a broken scenario."""


class Isolation(StrEnum):
    """How a scenario gets its own process: fork one that has imported Dask, or start a new interpreter."""

    FORK = "fork"
    SPAWN = "spawn"


class InvalidLimit(DaskMatrixError):
    """A limit that makes no sense."""


@dataclass(frozen=True)
class Limits:
    """The limits of each scenario unless its marker overrides them, with the defaults.

    ``timeout`` is in seconds; ``memory`` in MiB, for all its processes together, None for no limit; ``output`` is the
    maximum kept of its stdout, its stderr and its log, in KiB each.
    """

    timeout: float = 60.0
    memory: int | None = 2048
    output: int = 64
    isolation: Isolation = Isolation.FORK

    def __post_init__(self) -> None:
        """Reject a timeout that is not a positive number."""
        if not 0 < self.timeout < math.inf:
            raise InvalidLimit(f"Invalid timeout: {self.timeout:g} seconds. --timeout must be a number above 0.")

    def as_job(self) -> dict[str, Any]:
        """Return the limits as fields of the harness's job."""
        return {
            "timeout": self.timeout,
            "memory": self.memory,
            "output": self.output,
            "isolation": self.isolation.value,
        }
