"""The work of one nox session: install an environment from its lock, and start the harness in it.

The job file that the driver wrote describes the work, so the session itself decides nothing.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from dask_matrix.collect.environments.eviction import evict
from dask_matrix.collect.environments.installation import InstallRefused, install, install_pytest
from dask_matrix.collect.index.settings import index_settings
from dask_matrix.collect.machine.scratch import session_lock
from dask_matrix.collect.machine.uv import UvFailed
from dask_matrix.collect.running.recorder import Recorder
from dask_matrix.collect.supervising.job import SessionJob
from dask_matrix.collect.supervising.supervisor import supervise

if TYPE_CHECKING:
    from collections.abc import Sequence

DID_ITS_WORK = (0, 3, 4)
"""Harness exit codes that mean success: done, an import failed (recorded as a refusal), no scenario matched."""


def perform(path: Path) -> int:
    """Run a session's job; return 0 if it was done, whatever the outcomes, else an exit code."""
    job = SessionJob.load(path)
    settings = index_settings()
    with session_lock(Path(job.folder)):
        try:
            install_pytest(Path(job.pytest_folder), Path(job.interpreter), settings)
            installed = install(Path(job.folder), Path(job.lock), Path(job.interpreter), settings)
        except InstallRefused as refusal:
            Recorder(Path(job.records), job.run).record_refusal(job.key, "install", str(refusal))
            return 0
        except (UvFailed, OSError) as trouble:  # such as a full disk
            print(trouble, file=sys.stderr)
            return 1
        if installed.made:
            Recorder(Path(job.records), job.run).record_installation(job.key, installed)
            evict(Path(job.folder), job.environments_limit)
        code = supervise(job, installed.python)
    return 0 if code in DID_ITS_WORK else code


def main(arguments: Sequence[str] = sys.argv[1:]) -> int:
    """Run the job file named on the command line."""
    return perform(Path(arguments[0]))


if __name__ == "__main__":
    sys.exit(main())
