"""Resolve a selected environment to its lock and key, or to a refusal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dask_matrix.collect.environments.locks import BuiltWheels, lock_request
from dask_matrix.collect.git.wheels import BuildRefused
from dask_matrix.collect.machine import interpreters
from dask_matrix.domain.environments.environment import environment_key

if TYPE_CHECKING:
    from pathlib import Path

    from dask_matrix.collect.environments.locks import Lock, LockCache
    from dask_matrix.collect.git.wheels import WheelCache
    from dask_matrix.collect.machine.interpreters import Interpreter
    from dask_matrix.collect.scenario_set.config import Config
    from dask_matrix.collect.workspace.selection import SelectedEnvironment
    from dask_matrix.domain.environments.commit_pair import Pair
    from dask_matrix.domain.matrix.rows_and_columns import Environment
    from dask_matrix.domain.records.records import RefusalPhase


@dataclass(frozen=True)
class Refused:
    """The phase that refused an environment, and the full message."""

    phase: RefusalPhase
    message: str


@dataclass(frozen=True)
class ResolvedEnvironment:
    """An environment before it is installed. ``lock`` is the text of its lock, empty if resolving was refused."""

    selected: SelectedEnvironment
    platform: str
    key: str
    lock: str = ""
    lock_path: Path | None = None
    cutoff: str | None = None
    interpreter: Interpreter | None = None
    refusal: Refused | None = None

    @property
    def label(self) -> str:
        """The name of its nox session."""
        return self.selected.spec.label

    @property
    def pair(self) -> Pair | None:
        """Its commit pair; None for a release from the package index."""
        return self.selected.spec.release.pair

    def newly_main(self, known: Environment) -> bool:
        """Whether this commit pair is now the newest of ``main`` but was recorded before as another ref."""
        return bool(self.pair and self.pair.is_main and not (known.pair and known.pair.is_main))


def resolve_environment(
    selected: SelectedEnvironment, config: Config, lock_cache: LockCache, wheel_cache: WheelCache | None = None
) -> ResolvedEnvironment:
    """Find an interpreter and a lock; raise UvFailed if uv failed for a reason such as no network.

    A cached lock identifies the environment even if its interpreter is gone, so that old evidence is still found.
    A commit pair needs ``wheel_cache``: its requirements are read from built wheels. Raises what building raises.
    """
    platform = interpreters.platform_name()
    request = lock_request(selected, platform, config)
    lock = lock_cache.cached(request)
    try:
        interpreter = interpreters.find(selected.spec.python)
    except interpreters.NoInterpreter as error:
        return _resolved(selected, platform, lock, lock_cache, None, Refused("interpreter", str(error)))
    try:
        lock = lock or lock_cache.resolve(request, interpreter, _built(selected, interpreter, wheel_cache))
    except BuildRefused as error:
        return _resolved(selected, platform, None, lock_cache, interpreter, Refused("install", str(error)))
    refusal = Refused("resolve", lock.refusal) if lock.refusal else None
    return _resolved(selected, platform, lock, lock_cache, interpreter, refusal)


def _built(
    selected: SelectedEnvironment, interpreter: Interpreter, wheel_cache: WheelCache | None
) -> BuiltWheels | None:
    pair = selected.spec.release.pair
    if pair is None:
        return None
    if wheel_cache is None:
        raise ValueError(selected)  # a commit pair cannot be resolved without building it
    return BuiltWheels(pair, wheel_cache.wheels(pair, interpreter))


def resolve_from_cache(
    selected: SelectedEnvironment, config: Config, lock_cache: LockCache
) -> ResolvedEnvironment | None:
    """Resolve an environment from its cached lock, without network access; None if there is none."""
    request = lock_request(selected, interpreters.platform_name(), config)
    return resolve_environment(selected, config, lock_cache) if lock_cache.cached(request) else None


def _resolved(
    selected: SelectedEnvironment,
    platform: str,
    lock: Lock | None,
    lock_cache: LockCache,
    interpreter: Interpreter | None,
    refusal: Refused | None,
) -> ResolvedEnvironment:
    text = lock.text if lock else ""
    return ResolvedEnvironment(
        selected=selected,
        platform=platform,
        key=environment_key(selected.spec.python, platform, text, selected.spec),
        lock=text,
        lock_path=lock_cache.save(text) if text else None,
        cutoff=lock.cutoff if lock else None,
        interpreter=interpreter,
        refusal=refusal,
    )
