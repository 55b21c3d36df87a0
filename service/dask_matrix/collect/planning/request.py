"""The request for a run: which scenarios and environments, how often, and with which limits."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dask_matrix.collect.planning.plan import Reruns
from dask_matrix.domain.records.limits import RETRIES, Limits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dask_matrix.collect.scenario_set.catalog import Catalog
    from dask_matrix.collect.workspace.selection import SelectedEnvironment


@dataclass(frozen=True)
class Verification:
    """Execute everything selected ``rounds`` times, each round in a random order derived from ``seed``."""

    rounds: int
    seed: int


@dataclass(frozen=True)
class RunRequest:
    """What a run should do. ``reruns`` selects finished cells to run again.

    ``jobs`` scenarios of one environment run in parallel, while the next environment is prepared.
    ``retries`` is how often a failed scenario is repeated at once; with 0, no verdict is confirmed.
    ``surface``: the API surface of an environment is observed, if that was not done before.
    ``run`` is the id of a run to continue, which is then not ended here; if empty, a new run begins.
    """

    environments: Sequence[SelectedEnvironment]
    catalog: Catalog
    pytest_arguments: tuple[str, ...] = ()
    jobs: int = field(default_factory=lambda: os.cpu_count() or 1)
    reruns: Reruns = field(default_factory=Reruns)
    limits: Limits = field(default_factory=Limits)
    retries: int = RETRIES
    verification: Verification | None = None
    surface: bool = True
    run: str = ""

    @property
    def confirms(self) -> bool:
        """Whether doubtful verdicts are confirmed."""
        return self.retries > 0 and self.verification is None

    def harness_fields(self) -> dict[str, Any]:
        """Return the fields of the harness job that control retries and rounds."""
        if self.verification is None:
            return {"retries": self.retries, "rounds": 1, "seed": None}
        return {"retries": 0, "rounds": self.verification.rounds, "seed": self.verification.seed}
