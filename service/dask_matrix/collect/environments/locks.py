"""Resolves environments to locks, and keeps them: an as-released lock is resolved once, ever."""

from __future__ import annotations

import hashlib
import json
import tempfile
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from dask_matrix.collect.files import write_whole
from dask_matrix.collect.git.wheels import requirement, with_commits
from dask_matrix.collect.machine import uv
from dask_matrix.domain.environments.environment import Lane

if TYPE_CHECKING:
    from dask_matrix.collect.index.settings import IndexSettings
    from dask_matrix.collect.machine.interpreters import Interpreter
    from dask_matrix.collect.scenario_set.config import Config
    from dask_matrix.collect.workspace.selection import Wanted
    from dask_matrix.domain.environments.commit_pair import Pair
    from dask_matrix.domain.environments.release import Release

EXTRAS = "dataframe,distributed,array"
FROM_SOURCE = "--no-binary"
"""As a line of a requirements file: a project that is built from its source where all others must have wheels."""
UNSATISFIABLE = "no solution found"
"""What uv says, in lower case, when requirements contradict each other. Only that is kept as a refusal, for ever."""


@dataclass(frozen=True)
class Lock:
    """The answer of the resolver: the text of the lock, or why there is none. ``cutoff`` is ISO time or None."""

    text: str
    refusal: str
    cutoff: str | None


@dataclass(frozen=True)
class Built:
    """Two commits, and by project the wheels that were built of them."""

    pair: Pair
    wheels: dict[str, Path]


@dataclass(frozen=True)
class LockRequest:
    """Everything a resolution depends on; its hash names the answer. ``day`` is set for lanes that follow the present."""

    requirements: tuple[str, ...]
    python: str
    platform: str
    lane: Lane
    cutoff: str | None
    day: str | None

    @property
    def name(self) -> str:
        """The request as a file name."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:20]


def request(wanted: Wanted, platform: str, config: Config) -> LockRequest:
    """Return what must be asked for an environment; lane ``latest`` is asked again each day (UTC)."""
    spec = wanted.spec
    follows = spec.lane is Lane.LATEST
    pinned = _pinned(spec.release)
    built = (f"{FROM_SOURCE} {project}" for project in sorted(config.sources))
    return LockRequest(
        requirements=(*pinned, *sorted(config.requirements), *built),
        python=str(spec.python),
        platform=platform,
        lane=spec.lane,
        cutoff=None if follows else wanted.indexed.cutoff.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        day=datetime.now(UTC).date().isoformat() if follows else None,
    )


def _pinned(release: Release) -> tuple[str, str]:
    if release.pair:
        return requirement("dask", release.pair, f"[{EXTRAS}]"), requirement("distributed", release.pair)
    return f"dask[{EXTRAS}]=={release}", f"distributed=={release}"


class Locks:
    """The kept locks: ``<sha>.txt`` by content, ``requests/<name>.json`` says which request got which answer."""

    def __init__(self, folder: Path, settings: IndexSettings) -> None:
        self.folder = folder
        self.settings = settings

    def kept(self, asked: LockRequest) -> Lock | None:
        """Return the answer a request got before, or None."""
        place = self.folder / "requests" / f"{asked.name}.json"
        if not place.exists():
            return None
        try:
            answer = json.loads(place.read_text(encoding="utf-8"))
            text = self.path(answer["lock"]).read_text(encoding="utf-8") if answer["lock"] else ""
            refusal = answer["refusal"]
        except (OSError, ValueError, KeyError, TypeError):
            return None  # damaged: it is asked again
        whole = not answer["lock"] or _sha(text) == answer["lock"]
        return Lock(text, refusal, asked.cutoff) if whole else None

    def resolve(self, asked: LockRequest, interpreter: Interpreter, built: Built | None = None) -> Lock:
        """Return the lock of a request, asking uv only if it was never asked; raise UvTrouble if that can't be done.

        ``built`` are the wheels of the two commits that are asked for, if any are.
        """
        return self.kept(asked) or self._ask(asked, interpreter, built)

    def path(self, sha: str) -> Path:
        """Return where a lock is kept."""
        return self.folder / f"{sha}.txt"

    def keep(self, text: str) -> Path:
        """Keep a lock by its content; return where."""
        path = self.path(_sha(text))
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            write_whole(path, text)
        return path

    def _ask(self, asked: LockRequest, interpreter: Interpreter, built: Built | None) -> Lock:
        answer = self._answer(asked, _arguments(asked, interpreter), built)
        if answer.refused and UNSATISFIABLE not in answer.refused.lower():
            raise uv.UvTrouble(f"uv could not resolve {asked.requirements[0]}: {answer.refused}")
        lock = Lock("" if answer.refused else answer.output, answer.refused, asked.cutoff)
        sha = self.keep(lock.text).stem if lock.text else None
        kept = {"request": asdict(asked), "lock": sha, "refusal": lock.refusal, "at": datetime.now(UTC).isoformat()}
        write_whole(self.folder / "requests" / f"{asked.name}.json", json.dumps(kept, indent=1))
        return lock

    def _answer(self, asked: LockRequest, arguments: list[str], built: Built | None) -> uv.Answer:
        """Ask uv. The two commits' requirements of each other are overridden: each means the release that it follows."""
        if built is None:
            return uv.call(self.settings, *arguments, stdin="\n".join(asked.requirements))
        local = [
            f"dask[{EXTRAS}] @ {built.wheels['dask'].as_uri()}",
            f"distributed @ {built.wheels['distributed'].as_uri()}",
        ]
        with tempfile.TemporaryDirectory() as folder:
            overrides = Path(folder) / "overrides.txt"
            overrides.write_text("\n".join(local), encoding="utf-8")
            told = "\n".join([*local, *asked.requirements[len(local) :]])
            answer = uv.call(self.settings, *arguments, "--override", str(overrides), stdin=told)
        return uv.Answer(with_commits(answer.output, built.pair), answer.refused)


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def _arguments(asked: LockRequest, interpreter: Interpreter) -> list[str]:
    arguments = ["pip", "compile", "-", "--quiet", "--python", str(interpreter.path), "--only-binary", ":all:"]
    arguments += ["--no-header", "--no-annotate"]
    if any(line.startswith(FROM_SOURCE) for line in asked.requirements):
        arguments.append("--emit-build-options")  # the lock says itself what may be built
    if asked.cutoff:
        arguments += ["--exclude-newer", asked.cutoff]
    if asked.lane is Lane.LOWEST_DIRECT:
        arguments += ["--resolution", "lowest-direct"]
    return arguments
