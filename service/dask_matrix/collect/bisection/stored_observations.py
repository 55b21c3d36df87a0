"""What a bisection asks of every point, and what the store answers of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dask_matrix.collect.machine import interpreters
from dask_matrix.domain.bisection.observations import Executed, Observation, observe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dask_matrix.collect.bisection.find_scenario import Named
    from dask_matrix.domain.environments.environment import Lane, Python
    from dask_matrix.domain.matrix.rows_and_columns import Environment
    from dask_matrix.store.store import Store


@dataclass(frozen=True)
class Setting:
    """The lane and, if one was asked for, the Python of every environment of a history."""

    lane: Lane
    python: Python | None = None


@dataclass(frozen=True)
class Asked:
    """Which scenario, in which lane and on which Python; ``failing_with`` is the kind of failure that counts, if any."""

    scenario: Named
    setting: Setting
    failing_with: str = ""


def columns(setting: Setting, store: Store) -> Iterator[Environment]:
    """Yield the environments of a setting that are stored, of this machine's platform, without their locks."""
    platform = interpreters.platform_name()
    for each in store.columns():
        if each.lane is setting.lane and each.platform == platform and setting.python in {None, each.python}:
            yield each


def observed(environment: Environment, asked: Asked, store: Store) -> Observation:
    """Weigh what is recorded of the scenario, as it is now, in an environment."""
    if environment.refusal:
        return Observation.hole(f"{environment.refusal.phase}: {_gist(environment.refusal.message)}")
    results = store.results(asked.scenario.id, environment.key)
    counting = (each for each in reversed(results) if each.fingerprint == asked.scenario.fingerprint)
    found = (Executed(each.outcome, each.exception_type, each.exception_message, each.reason) for each in counting)
    return observe(found, asked.failing_with)


def _gist(message: str) -> str:
    """Return the lines that say most of a refusal: what came before the installer's error, the error, and how it ends."""
    lines = [line.strip() for line in message.splitlines() if line.strip() and not line.startswith("hint:")]
    errors = [place for place, line in enumerate(lines) if line.startswith("error: ")][:1]
    told = [line for place in errors for line in lines[max(0, place - 1) : place + 1]]
    return " … ".join(dict.fromkeys([*told, *lines[-1:]])) or "refused"
