"""Decide the outcome of a test from its phases, as specified in docs/records.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Phase:
    """pytest's report of one phase. `name`: `setup`, `call` or `teardown`; `result`: `passed`, `failed` or `skipped`."""

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
    """Seconds of the call, or of all phases if there was no call."""
    calls = [phase for phase in phases if phase.name == "call"]
    return sum(phase.seconds for phase in calls or phases)
