"""A fresh interpreter's part of `--isolation spawn`: collect one file again, run one test of it, leave the evidence."""

from __future__ import annotations

from pathlib import Path

import pytest

from . import child
from .collection import Collection
from .evidence import of_our_failure
from .folder import Folder
from .fresh import Single
from .importing import Importing
from .job import Job
from .neighbours import Neighbours
from .scenario import Catalogue
from .stop import Stop
from .terminal import silence


class SinglePlugin:
    """Runs the test that `single` names and ends the process."""

    def __init__(self, job: Job, single: Single) -> None:
        self._job = job
        self._single = single
        self._folder = Folder(Path(single.folder))
        self._neighbours = Neighbours(job.tests)
        importing = Importing(job.tests, self._folder.root, job.timeout, job.broken)
        self.collection = Collection(Catalogue(job.tests, {}), self._neighbours, importing, Stop(single.parent))

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """As the parent did."""
        silence(config)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run the test; does not return if there is one."""
        item = next((item for item in session.items if item.nodeid == self._single.node), None)
        if item is not None:
            beside = item.path.parent
            sinks = self._single.sinks
            child.run(item, self._job.tests, self._folder, sinks, lambda: self._neighbours.enter(beside))
        problem = LookupError(f"{self._single.node} was not collected again in a fresh interpreter")
        self._folder.leave_evidence(of_our_failure(problem, "collection", "", []))
        return True
