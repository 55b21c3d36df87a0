"""A store as questions about upgrades are put to it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from service.domain.sides import Sides
from service.domain.upgrade import Backing

if TYPE_CHECKING:
    from datetime import date

    from service.domain.beliefs import Beliefs
    from service.store.store import Store


def held(store: Store, beliefs: Beliefs, day: date) -> tuple[Sides, Backing]:
    """Return what questions about upgrades are put to: all that a store holds and a scenario set believes on a day."""
    sides = Sides(store.matrix().listing(beliefs.known, day))
    return sides, Backing(store.spans(), cache(store.warnings), beliefs)
