"""What a run tells of itself while it goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """Where an environment is on its way."""

    WAITING = "waiting"
    RESOLVING = "resolving"
    INSTALLING = "installing"
    RUNNING = "running"
    CONFIRMING = "confirming"
    DONE = "done"
    NOTHING = "nothing to do"
    UNINSTALLABLE = "uninstallable"
    FAILED = "could not be run"

    @property
    def is_end(self) -> bool:
        """Whether nothing more comes of the environment in this run."""
        return self in {Stage.DONE, Stage.NOTHING, Stage.UNINSTALLABLE, Stage.FAILED}


@dataclass(frozen=True)
class Step:
    """One environment's state: its label, its stage, how many of how many executions are done, and a note."""

    label: str
    stage: Stage
    done: int = 0
    total: int = 0
    note: str = ""


Report = Callable[[Step], None]
