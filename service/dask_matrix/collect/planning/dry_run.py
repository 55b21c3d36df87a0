"""Says what a run would do in each environment, without resolving, installing or running anything new."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dask_matrix.collect.environments import locks
from dask_matrix.collect.environments.installation import READY
from dask_matrix.collect.environments.locks import Locks
from dask_matrix.collect.machine import interpreters
from dask_matrix.collect.planning import plan
from dask_matrix.collect.planning.pending import Outlook, planned
from dask_matrix.domain.environments.environment import environment_key
from dask_matrix.domain.verdicts.durations import Estimate
from dask_matrix.store.planning import Collected

if TYPE_CHECKING:
    from dask_matrix.collect.planning.request import Order
    from dask_matrix.collect.workspace.selection import Wanted
    from dask_matrix.collect.workspace.workspace import Workplace
    from dask_matrix.domain.verdicts.confirmation import Wish
    from dask_matrix.store.store import Store


@dataclass(frozen=True)
class Foreseen:
    """What would run in one environment: its reasons counted, the executions estimated, and the time they take.

    ``cells`` counts the executions of what is not done, ``confirmations`` those of verdicts in doubt; ``seconds`` is
    without what was never timed. ``installed`` says whether the environment is there already.
    """

    label: str
    key: str | None
    cells: int = 0
    confirmations: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    note: str = ""
    seconds: float = 0.0
    untimed: int = 0
    installed: bool = True

    @property
    def executions(self) -> int:
        """How many executions there would be."""
        return self.cells + self.confirmations

    @property
    def said(self) -> str:
        """The plan in words."""
        reasons = ", ".join(f"{count} {reason}" for reason, count in self.reasons.items())
        return self.note or reasons or "nothing to do"

    def as_json(self) -> dict[str, Any]:
        """Return the plan as JSON has it."""
        return {
            "label": self.label,
            "key": self.key,
            "executions": self.executions,
            "confirmations": self.confirmations,
            "reasons": self.reasons,
            "seconds": round(self.seconds, 1),
            "untimed": self.untimed,
            "installed": self.installed,
            "note": self.note,
        }


class Foresight:
    """What is recorded, looked at once for all environments."""

    def __init__(self, order: Order, workplace: Workplace, store: Store) -> None:
        self.order, self.workplace, self.store = order, workplace, store
        self.locks = Locks(workplace.places.locks, workplace.index.settings)
        self.timings = store.timings()

    def all(self) -> list[Foreseen]:
        """Return what a run would do in each environment, in the order of the columns."""
        answers = [self._key(each) for each in self.order.wanted]
        keys = {key for key, _ in answers if key}
        doubtful = Outlook(self.order, self.store).doubtful(keys) if self.order.confirms else {}
        return [
            self._one(wanted, key, refusal, doubtful.get(key or "", {}))
            for wanted, (key, refusal) in zip(self.order.wanted, answers, strict=True)
        ]

    def _key(self, wanted: Wanted) -> tuple[str | None, str]:
        """Return the key of an environment, None if it was never resolved, and why the resolver refused it, if it did."""
        platform = interpreters.platform_name()
        lock = self.locks.kept(locks.request(wanted, platform, self.workplace.config))
        if lock is None:
            return None, ""
        return environment_key(wanted.spec.python, platform, lock.text, wanted.spec), lock.refusal

    def _one(self, wanted: Wanted, key: str | None, refusal: str, doubtful: dict[str, Wish]) -> Foreseen:
        label = wanted.spec.label
        if refusal:
            return Foreseen(label, key, note="uninstallable: the resolver refused it before")
        todo = planned(key, self.order, self.store) if key else plan.todo(self.order.catalog, Collected(), {})
        wishes = {scenario: wish for scenario, wish in doubtful.items() if scenario in todo.done}
        estimate = self._estimate(key or "", todo, wishes)
        reasons = Counter(reason.value for reason in todo.reasons.values())
        reasons.update(f"confirming: {plan.Reason(wish.doubt.value)}" for wish in wishes.values())
        return Foreseen(
            label=label,
            key=key,
            cells=todo.cells,
            confirmations=sum(wish.executions for wish in wishes.values()),
            reasons=dict(reasons),
            seconds=estimate.over(self.order.jobs),
            untimed=estimate.untimed,
            installed=key is not None and (self.workplace.places.environments / key / READY).exists(),
        )

    def _estimate(self, key: str, todo: plan.Todo, wishes: dict[str, Wish]) -> Estimate:
        """Estimate all that would be executed; a function never collected here, from what it was seen to be elsewhere."""
        executions = [scenario for scenarios in todo.runs.values() for scenario in scenarios]
        executions += [scenario for scenario, wish in wishes.items() for _ in range(wish.executions)]
        unknown = [function for function, scenarios in todo.runs.items() if not scenarios]
        return self.timings.estimate(key, executions, unknown)
