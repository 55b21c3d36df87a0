"""What a run is asked to do: where, what, how often, and within which limits."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dask_matrix.collect.planning.plan import Repeats
from dask_matrix.domain.records.limits import RETRIES, Limits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dask_matrix.collect.scenario_set.catalog import Catalog
    from dask_matrix.collect.workspace.selection import Wanted


@dataclass(frozen=True)
class Verification:
    """Everything selected is executed in so many rounds, each in an order of its own that follows from the seed."""

    rounds: int
    seed: int


@dataclass(frozen=True)
class Order:
    """What a run is asked to do. ``repeats`` says which cells run though they are done.

    ``jobs`` is how many scenarios run at once. They are of one environment, while the next ones are made ready.
    ``retries`` is how often a scenario that broke is executed again at once; without any, no verdict is confirmed.
    ``run`` is the id of a run that this goes on with, and does not end; without it, a new one begins.
    """

    wanted: Sequence[Wanted]
    catalog: Catalog
    pytest_arguments: tuple[str, ...] = ()
    jobs: int = field(default_factory=lambda: os.cpu_count() or 1)
    repeats: Repeats = field(default_factory=Repeats)
    limits: Limits = field(default_factory=Limits)
    retries: int = RETRIES
    verification: Verification | None = None
    run: str = ""

    @property
    def confirms(self) -> bool:
        """Whether doubtful verdicts are confirmed."""
        return self.retries > 0 and self.verification is None

    def how_often(self) -> dict[str, Any]:
        """Return the fields of the harness's job that say how often scenarios are executed."""
        if self.verification is None:
            return {"retries": self.retries, "rounds": 1, "seed": None}
        return {"retries": 0, "rounds": self.verification.rounds, "seed": self.verification.seed}
