"""Which outcome follows from the phases of a test: the table of docs/records.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Phase:
    """What pytest reports of one phase. `name` is `setup`, `call` or `teardown`, `result` pytest's own word."""

    name: str
    result: str
    seconds: float = 0.0
    reason: str = ""
    traceback: str = ""
    exception: dict[str, str] | None = None


def decide(phases: Sequence[Phase]) -> tuple[str, Phase]:
    """The outcome and the phase that decided it: the first that failed, else the first that was skipped."""
    for phase in phases:
        if phase.result == "failed":
            return ("failed" if phase.name == "call" else "errored"), phase
    for phase in phases:
        if phase.result == "skipped":
            return "skipped", phase
    return "passed", next(phase for phase in phases if phase.name == "call")


def seconds(phases: Sequence[Phase]) -> float:
    """Seconds of the call, of everything if there was no call."""
    calls = [phase for phase in phases if phase.name == "call"]
    return sum(phase.seconds for phase in calls or phases)
