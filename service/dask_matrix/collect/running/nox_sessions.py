"""The nox sessions, one per environment. This file is itself a noxfile; the repository's noxfile.py imports them.

Nox creates no virtual environment for them: target environments are cached by key, shared by sessions and runs, and
made with uv (service/dask_matrix/collect/environments/installation.py). A session started by ``dask-matrix run`` finds its work in the job file
named by ``$DASK_MATRIX_JOB``; one started by hand does what ``dask-matrix run`` would do for its one environment.
"""

from __future__ import annotations

import os
from pathlib import Path

import nox

from dask_matrix.collect.running.install_and_run import perform
from dask_matrix.collect.supervising.job import JOB, SessionJob


def environments() -> list[nox.param]:
    """Return the parameters of the session: the environment of the job, or all environments of matrix.toml."""
    if job := os.environ.get(JOB):
        return [nox.param(job, id=SessionJob.load(Path(job)).label)]
    from dask_matrix.collect.running.session_list import all_sessions  # noqa: PLC0415 - a session with a job needs no index

    return [nox.param("", id=label, tags=list(tags)) for label, tags in all_sessions()]


@nox.session(venv_backend="none")
@nox.parametrize("job", environments())
def scenarios(session: nox.Session, job: str) -> None:
    """Install one release from its lock and run the scenarios in it; arguments after -- go to pytest."""
    if job:
        code = perform(Path(job))
    else:
        from dask_matrix.collect.running.single_environment import run_label  # noqa: PLC0415 - not needed to list the sessions

        label = session.name.partition("(")[2].removesuffix(")")
        code = run_label(label, tuple(session.posargs))
    if code:
        session.error(f"could not be run (exit code {code})")
