"""The limits of one execution: those of the scenario's marker, else those of the job."""

from __future__ import annotations

from dataclasses import dataclass

from .job import Job
from .marker import Declaration


@dataclass(frozen=True)
class Limits:
    """`timeout` in seconds, `memory` in MiB or None, `output` in bytes."""

    timeout: float
    memory: float | None
    output: int

    @classmethod
    def of(cls, declaration: Declaration, job: Job) -> Limits:
        """The marker's limits, with the job's as defaults."""
        return cls(
            timeout=declaration.timeout or job.timeout,
            memory=declaration.memory or job.memory,
            output=int((declaration.output or job.output) * 1024),
        )
