"""Evaluate stored results of one scenario at the points of a bisection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dask_matrix.collect.machine import interpreters
from dask_matrix.domain.bisection.observations import Execution, Observation, observe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dask_matrix.collect.bisection.find_scenario import NamedScenario
    from dask_matrix.domain.environments.environment import Lane, Python
    from dask_matrix.domain.matrix.rows_and_columns import Environment
    from dask_matrix.store.store import Store


@dataclass(frozen=True)
class Setting:
    """The lane and, if one was requested, the Python of every environment of a history."""

    lane: Lane
    python: Python | None = None


@dataclass(frozen=True)
class ObservationQuery:
    """Which scenario, in which lane and on which Python. ``failing_with`` restricts the failures that count as bad."""

    scenario: NamedScenario
    setting: Setting
    failing_with: str = ""


def columns(setting: Setting, store: Store) -> Iterator[Environment]:
    """Yield stored environments of a setting on this machine's platform, without their locks."""
    platform = interpreters.platform_name()
    for each in store.columns():
        if each.lane is setting.lane and each.platform == platform and setting.python in {None, each.python}:
            yield each


def observe_stored(environment: Environment, query: ObservationQuery, store: Store) -> Observation:
    """Return the observation from stored results of the scenario's current fingerprint in an environment."""
    if environment.refusal:
        return Observation.untestable(f"{environment.refusal.phase}: {_key_lines(environment.refusal.message)}")
    results = store.results(query.scenario.id, environment.key)
    counting = (each for each in reversed(results) if each.fingerprint == query.scenario.fingerprint)
    found = (Execution(each.outcome, each.exception_type, each.exception_message, each.reason) for each in counting)
    return observe(found, query.failing_with)


def _key_lines(message: str) -> str:
    """Return the key lines of a refusal: the one before the installer's error, the error, and the last."""
    lines = [line.strip() for line in message.splitlines() if line.strip() and not line.startswith("hint:")]
    errors = [place for place, line in enumerate(lines) if line.startswith("error: ")][:1]
    key_lines = [line for place in errors for line in lines[max(0, place - 1) : place + 1]]
    return " … ".join(dict.fromkeys([*key_lines, *lines[-1:]])) or "refused"
