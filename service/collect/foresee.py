"""Says what a run would do in an environment, without resolving, installing or running anything new."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from service.collect import interpreters, locks, plan
from service.collect.locks import Locks
from service.domain.environment import environment_key

if TYPE_CHECKING:
    from service.collect.drive import Order
    from service.collect.select import Wanted
    from service.collect.workplace import Workplace
    from service.store.store import Store


@dataclass(frozen=True)
class Foreseen:
    """What would run in one environment: its reasons counted, and an estimate of the number of executions."""

    label: str
    key: str | None
    cells: int
    reasons: dict[str, int]
    note: str = ""

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
            "executions": self.cells,
            "reasons": self.reasons,
            "note": self.note,
        }


def foresee(wanted: Wanted, order: Order, workplace: Workplace, store: Store) -> Foreseen:
    """Return what a run would do in one environment."""
    platform = interpreters.platform_name()
    lock = Locks(workplace.places.locks, workplace.index.settings).kept(
        locks.request(wanted, platform, workplace.config)
    )
    if lock is None:
        cells = len(order.catalog.functions)
        return Foreseen(wanted.spec.label, None, cells, {plan.Reason.NEW.value: cells})
    key = environment_key(wanted.spec.python, platform, lock.text, wanted.spec)
    if lock.refusal:
        return Foreseen(wanted.spec.label, key, 0, {}, "uninstallable: the resolver refused it before")
    todo = plan.todo(order.catalog, store.collected(key), store.done(key))
    reasons = Counter(reason.value for reason in todo.reasons.values())
    return Foreseen(wanted.spec.label, key, todo.cells, dict(reasons))
