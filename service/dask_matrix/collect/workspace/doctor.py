"""Inspect this machine: which index, interpreters, folders and repositories dask-matrix uses."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from dask_matrix.collect.machine import disk, interpreters
from dask_matrix.domain.environments.commit_pair import PROJECTS
from dask_matrix.domain.redaction import without_secrets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dask_matrix.collect.machine.disk import DiskUsage
    from dask_matrix.collect.machine.interpreters import Interpreter
    from dask_matrix.collect.workspace.workspace import Workspace
    from dask_matrix.domain.environments.environment import Python


@dataclass(frozen=True)
class MachineReport:
    """What was found, without the credentials of addresses. A Python without an interpreter maps to the error message."""

    data: str
    disk: DiskUsage
    why_copied: str
    scenarios: str
    pythons: dict[Python, Interpreter | str]
    index: str
    releases: int
    repositories: dict[str, str]
    notes: tuple[str, ...]

    def lines(self) -> Iterator[str]:
        """Yield the lines of the report."""
        yield f"data         {self.data}: {_megabytes(self.disk.bytes)}, of which {_megabytes(self.disk.shared)} shared with uv's cache"
        if self.why_copied:
            yield f"             {self.why_copied}"
        yield f"scenarios    {self.scenarios}"
        for python, found in self.pythons.items():
            yield f"Python {python!s:6}{found if isinstance(found, str) else f'{found.version}, {found.path}'}"
        yield f"index        {self.index}: {self.releases} releases"
        for project, address in self.repositories.items():
            yield f"commits      {project}: {address}"

    def as_json(self) -> dict[str, Any]:
        """Return it for ``--json``."""
        return {
            "data": self.data,
            "disk": asdict(self.disk) | {"why_copied": self.why_copied},
            "scenarios": self.scenarios,
            "pythons": [
                {"python": str(python), "version": None, "path": None, "note": found}
                if isinstance(found, str)
                else {"python": str(python), "version": found.version, "path": str(found.path), "note": ""}
                for python, found in self.pythons.items()
            ],
            "repositories": self.repositories,
            "index": {"url": self.index, "releases": self.releases, "notes": list(self.notes)},
        }


def inspect_machine(workspace: Workspace) -> MachineReport:
    """Find the index, interpreters, folders and repositories that a run would use."""
    config, index, data = workspace.config, workspace.index, workspace.places.data
    release_count = len(index.releases())
    return MachineReport(
        data=str(data),
        disk=disk.usage(data),
        why_copied=disk.why_copied(data, cache) if (cache := disk.cache_of_uv()) else "",
        scenarios=str(workspace.tests),
        pythons={
            python: _interpreter_or_error(python) for python in sorted({*config.pythons, *config.fallback_pythons})
        },
        index=without_secrets(index.settings.url),
        releases=release_count,
        repositories={project: without_secrets(config.git.address(project)) for project in PROJECTS},
        notes=tuple(index.notes),
    )


def _megabytes(count: int) -> str:
    return f"{count / 1e6:,.0f} MB"


def _interpreter_or_error(python: Python) -> Interpreter | str:
    try:
        return interpreters.find(python)
    except interpreters.NoInterpreter as error:
        return str(error)
