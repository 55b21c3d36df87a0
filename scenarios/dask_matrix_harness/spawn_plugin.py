"""The pytest plugin in a fresh interpreter (isolation `spawn`): collect one file again and run one of its tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from . import child
from .collection import Collection
from .evidence import Evidence, harness_failure
from .execution_folder import ExecutionFolder
from .import_guard import ImportGuard
from .job import Job
from .report import Reporter
from .scenario import Catalogue
from .sibling_modules import SiblingModules
from .spawn_request import SpawnRequest
from .stop_signals import StopSignals
from .terminal import silence


class SpawnPlugin:
    """Runs the test named by `request` and ends the process."""

    def __init__(self, job: Job, request: SpawnRequest) -> None:
        self._job = job
        self._request = request
        self._folder = ExecutionFolder(Path(request.folder))
        self._siblings = SiblingModules(job.tests)
        import_guard = ImportGuard(job.tests, self._folder.root, job.timeout, job.broken)
        self.collection = Collection(
            Catalogue(job.tests, {}), self._siblings, import_guard, StopSignals(request.parent)
        )

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Turn off pytest's terminal report."""
        silence(config)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run the test; does not return if there is one."""
        item = next((item for item in session.items if item.nodeid == self._request.node), None)
        if item is not None:
            folder = item.path.parent
            sinks = self._request.sinks
            evidence = Evidence(self._job.tests)
            session.config.pluginmanager.register(evidence, "scenario evidence")
            child.run(item, evidence, self._folder, sinks, lambda: self._siblings.enter(folder))
        problem = LookupError(f"{self._request.node} was not collected again in a fresh interpreter")
        child.report(
            Reporter(self._request.sinks[-1], self._folder.spare), harness_failure(problem, "collection", "", [])
        )
        return True
