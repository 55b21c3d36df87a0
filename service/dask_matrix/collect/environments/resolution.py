"""Describes environments: from what is wanted to a key, by way of an interpreter and a lock, or to a refusal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dask_matrix.collect.environments import locks
from dask_matrix.collect.environments.locks import Built
from dask_matrix.collect.git.wheels import BuildRefused
from dask_matrix.collect.machine import interpreters
from dask_matrix.domain.environments.environment import environment_key

if TYPE_CHECKING:
    from pathlib import Path

    from dask_matrix.collect.environments.locks import Lock, Locks
    from dask_matrix.collect.git.wheels import Builds
    from dask_matrix.collect.machine.interpreters import Interpreter
    from dask_matrix.collect.scenario_set.config import Config
    from dask_matrix.collect.workspace.selection import Wanted
    from dask_matrix.domain.environments.commit_pair import Pair
    from dask_matrix.domain.matrix.rows_and_columns import Environment
    from dask_matrix.domain.records.records import RefusalPhase


@dataclass(frozen=True)
class Refused:
    """The phase that refused an environment, and its whole message."""

    phase: RefusalPhase
    message: str


@dataclass(frozen=True)
class Described:
    """An environment as far as it is known before it is installed. ``lock`` is its text, empty where refused."""

    wanted: Wanted
    platform: str
    key: str
    lock: str = ""
    lock_path: Path | None = None
    cutoff: str | None = None
    interpreter: Interpreter | None = None
    refusal: Refused | None = None

    @property
    def label(self) -> str:
        """The readable name, as nox lists it."""
        return self.wanted.spec.label

    @property
    def pair(self) -> Pair | None:
        """The two commits it is made of, if it is."""
        return self.wanted.spec.release.pair

    def newly_main(self, known: Environment) -> bool:
        """Whether two commits, run before for another reason, are the newest of their branches now."""
        return bool(self.pair and self.pair.is_main and not (known.pair and known.pair.is_main))


def describe(wanted: Wanted, config: Config, kept: Locks, builds: Builds | None = None) -> Described:
    """Find an interpreter and a lock; raise UvTrouble if the resolver could not be asked.

    A kept lock gives the environment's identity even where its interpreter has gone, so that old evidence stays.
    ``builds`` makes the wheels of two commits, without which their requirements are not known; raises what it raises.
    """
    platform = interpreters.platform_name()
    asked = locks.request(wanted, platform, config)
    lock = kept.kept(asked)
    try:
        interpreter = interpreters.find(wanted.spec.python)
    except interpreters.NoInterpreter as error:
        return _described(wanted, platform, lock, kept, None, Refused("interpreter", str(error)))
    try:
        lock = lock or kept.resolve(asked, interpreter, _built(wanted, interpreter, builds))
    except BuildRefused as error:
        return _described(wanted, platform, None, kept, interpreter, Refused("install", str(error)))
    refusal = Refused("resolve", lock.refusal) if lock.refusal else None
    return _described(wanted, platform, lock, kept, interpreter, refusal)


def _built(wanted: Wanted, interpreter: Interpreter, builds: Builds | None) -> Built | None:
    pair = wanted.spec.release.pair
    if pair is None:
        return None
    if builds is None:
        raise ValueError(wanted)  # commits are resolved by who can build them
    return Built(pair, builds.wheels(pair, interpreter))


def describe_kept(wanted: Wanted, config: Config, kept: Locks) -> Described | None:
    """Describe an environment if its lock is kept, asking nobody; else None."""
    asked = locks.request(wanted, interpreters.platform_name(), config)
    return describe(wanted, config, kept) if kept.kept(asked) else None


def _described(
    wanted: Wanted,
    platform: str,
    lock: Lock | None,
    kept: Locks,
    interpreter: Interpreter | None,
    refusal: Refused | None,
) -> Described:
    text = lock.text if lock else ""
    return Described(
        wanted=wanted,
        platform=platform,
        key=environment_key(wanted.spec.python, platform, text, wanted.spec),
        lock=text,
        lock_path=kept.keep(text) if text else None,
        cutoff=lock.cutoff if lock else None,
        interpreter=interpreter,
        refusal=refusal,
    )
