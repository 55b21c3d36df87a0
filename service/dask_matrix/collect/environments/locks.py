"""Resolve environments to locks and cache them: an as-released lock is resolved only once."""

from __future__ import annotations

import hashlib
import json
import tempfile
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from dask_matrix.collect.files import write_atomically
from dask_matrix.collect.git.wheels import requirement, with_commits
from dask_matrix.collect.machine import uv
from dask_matrix.domain.environments.environment import Lane

if TYPE_CHECKING:
    from dask_matrix.collect.index.settings import IndexSettings
    from dask_matrix.collect.machine.interpreters import Interpreter
    from dask_matrix.collect.scenario_set.config import Config
    from dask_matrix.collect.workspace.selection import SelectedEnvironment
    from dask_matrix.domain.environments.commit_pair import Pair
    from dask_matrix.domain.environments.release import Release

EXTRAS = "dataframe,distributed,array"
FROM_SOURCE = "--no-binary"
"""In a requirements file: build this project from source; all others must have wheels."""
UNSATISFIABLE = "no solution found"
"""In uv's message, lower-cased, when requirements conflict. Only this is cached as a refusal, permanently."""


@dataclass(frozen=True)
class Lock:
    """What uv resolved: the text of the lock, or the refusal. ``cutoff`` is an ISO time or None."""

    text: str
    refusal: str
    cutoff: str | None


@dataclass(frozen=True)
class BuiltWheels:
    """A commit pair and the wheels built from it, by project."""

    pair: Pair
    wheels: dict[str, Path]


@dataclass(frozen=True)
class LockRequest:
    """Everything a lock depends on; its hash is the cache key. ``day`` is set only for lane ``latest``."""

    requirements: tuple[str, ...]
    python: str
    platform: str
    lane: Lane
    cutoff: str | None
    day: str | None

    @property
    def name(self) -> str:
        """The hash, used as a file name."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:20]


def lock_request(selected: SelectedEnvironment, platform: str, config: Config) -> LockRequest:
    """Return the request for an environment's lock; lane ``latest`` resolves again each day (UTC)."""
    spec = selected.spec
    is_latest = spec.lane is Lane.LATEST
    pinned = _pinned(spec.release)
    from_source = (f"{FROM_SOURCE} {project}" for project in sorted(config.sources))
    return LockRequest(
        requirements=(*pinned, *sorted(config.requirements), *from_source),
        python=str(spec.python),
        platform=platform,
        lane=spec.lane,
        cutoff=None if is_latest else selected.indexed.cutoff.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        day=datetime.now(UTC).date().isoformat() if is_latest else None,
    )


def _pinned(release: Release) -> tuple[str, str]:
    if release.pair:
        return requirement("dask", release.pair, f"[{EXTRAS}]"), requirement("distributed", release.pair)
    return f"dask[{EXTRAS}]=={release}", f"distributed=={release}"


class LockCache:
    """Cached locks: ``<sha>.txt`` by content, and ``requests/<name>.json`` maps each request to its lock or refusal."""

    def __init__(self, folder: Path, settings: IndexSettings) -> None:
        self.folder = folder
        self.settings = settings

    def cached(self, request: LockRequest) -> Lock | None:
        """Return the cached lock or refusal of a request; None if there is none."""
        path = self.folder / "requests" / f"{request.name}.json"
        if not path.exists():
            return None
        try:
            answer = json.loads(path.read_text(encoding="utf-8"))
            text = self.path(answer["lock"]).read_text(encoding="utf-8") if answer["lock"] else ""
            refusal = answer["refusal"]
        except (OSError, ValueError, KeyError, TypeError):
            return None  # damaged: resolve again
        is_intact = not answer["lock"] or _sha(text) == answer["lock"]
        return Lock(text, refusal, request.cutoff) if is_intact else None

    def resolve(self, request: LockRequest, interpreter: Interpreter, built: BuiltWheels | None = None) -> Lock:
        """Return the lock of a request, from the cache or from uv; raise UvFailed if uv could not resolve.

        ``built`` holds the wheels if the request is for a commit pair.
        """
        return self.cached(request) or self._resolve(request, interpreter, built)

    def path(self, sha: str) -> Path:
        """Return the path of a lock by its hash."""
        return self.folder / f"{sha}.txt"

    def save(self, text: str) -> Path:
        """Save a lock under its hash; return its path."""
        path = self.path(_sha(text))
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            write_atomically(path, text)
        return path

    def _resolve(self, request: LockRequest, interpreter: Interpreter, built: BuiltWheels | None) -> Lock:
        answer = self._run_uv(request, _arguments(request, interpreter), built)
        if answer.refused and UNSATISFIABLE not in answer.refused.lower():
            raise uv.UvFailed(f"uv could not resolve {request.requirements[0]}: {answer.refused}")
        lock = Lock("" if answer.refused else answer.output, answer.refused, request.cutoff)
        sha = self.save(lock.text).stem if lock.text else None
        entry = {"request": asdict(request), "lock": sha, "refusal": lock.refusal, "at": datetime.now(UTC).isoformat()}
        write_atomically(self.folder / "requests" / f"{request.name}.json", json.dumps(entry, indent=1))
        return lock

    def _run_uv(self, request: LockRequest, arguments: list[str], built: BuiltWheels | None) -> uv.UvResult:
        """Run uv. The requirements of a commit pair on each other are overridden: each names the release it follows."""
        if built is None:
            return uv.call(self.settings, *arguments, stdin="\n".join(request.requirements))
        local = [
            f"dask[{EXTRAS}] @ {built.wheels['dask'].as_uri()}",
            f"distributed @ {built.wheels['distributed'].as_uri()}",
        ]
        with tempfile.TemporaryDirectory() as folder:
            overrides = Path(folder) / "overrides.txt"
            overrides.write_text("\n".join(local), encoding="utf-8")
            requirements = "\n".join([*local, *request.requirements[len(local) :]])
            answer = uv.call(self.settings, *arguments, "--override", str(overrides), stdin=requirements)
        return uv.UvResult(with_commits(answer.output, built.pair), answer.refused)


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def _arguments(request: LockRequest, interpreter: Interpreter) -> list[str]:
    arguments = ["pip", "compile", "-", "--quiet", "--python", str(interpreter.path), "--only-binary", ":all:"]
    arguments += ["--no-header", "--no-annotate"]
    if any(line.startswith(FROM_SOURCE) for line in request.requirements):
        arguments.append("--emit-build-options")  # the lock must state what may be built
    if request.cutoff:
        arguments += ["--exclude-newer", request.cutoff]
    if request.lane is Lane.LOWEST_DIRECT:
        arguments += ["--resolution", "lowest-direct"]
    return arguments
