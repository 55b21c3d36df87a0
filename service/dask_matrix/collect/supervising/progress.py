"""Progress of a run: the stage of each environment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """Stage of an environment within a run. The values are printed."""

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
    def is_final(self) -> bool:
        """Whether the environment is finished in this run."""
        return self in {Stage.DONE, Stage.NOTHING, Stage.UNINSTALLABLE, Stage.FAILED}


@dataclass(frozen=True)
class Step:
    """Progress of one environment: its label, its stage, executions done of a total, and a note."""

    label: str
    stage: Stage
    done: int = 0
    total: int = 0
    note: str = ""


Report = Callable[[Step], None]
