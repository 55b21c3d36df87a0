"""Options shared by several commands, and functions that turn their values into domain values."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dask_matrix.domain.environments.environment import Lane
from dask_matrix.domain.errors import DaskMatrixError
from dask_matrix.domain.records.limits import Isolation, Limits
from dask_matrix.domain.records.outcome import Verdict

if TYPE_CHECKING:
    from dask_matrix.collect.planning.plan import Reruns
    from dask_matrix.collect.planning.request import Verification
    from dask_matrix.project.locks.entries import Part

BROKEN = frozenset({Verdict.FAIL, Verdict.TIMEOUT, Verdict.CRASH})
LIMITS = Limits()
MAX_SEED = 2**31

Data = Annotated[
    Path | None,
    typer.Option(
        "--data",
        envvar="DASK_MATRIX_DATA",
        help="Data folder: records, locks, environments, database.",
        show_default="the user's data folder",
    ),
]
Scenarios = Annotated[
    Path | None, typer.Option("--scenarios", help="Use this scenario set instead of the bundled one.")
]
KnownIn = Annotated[
    Path | None,
    typer.Option("--scenarios", help="Read known.toml from this scenario set instead of the bundled one."),
]
Group = Annotated[
    list[str] | None, typer.Option(help="Read the lock file with this dependency group as well; repeatable.")
]
Extra = Annotated[list[str] | None, typer.Option(help="Read the lock file with this extra as well; repeatable.")]
Member = Annotated[
    list[str] | None,
    typer.Option(help="Read the lock file for this member of the workspace instead of its project; repeatable."),
]
Snapshot = Annotated[
    bool,
    typer.Option("--snapshot", help="Use the evidence that ships with dask-matrix; needs no run and no data folder."),
]
Releases = Annotated[
    list[str] | None,
    typer.Option(
        "--release",
        help="A release, latest, latest:N, a version specifier, main, or commits (dask@REF+distributed@REF); repeatable.",
    ),
]
Pythons = Annotated[list[str] | None, typer.Option("--python", help="Python version such as 3.11; repeatable.")]
Lanes = Annotated[list[Lane] | None, typer.Option("--lane", help="How the other dependencies are chosen; repeatable.")]
Tag = Annotated[
    str, typer.Option("--tag", help="Set in matrix.toml to use when --release is not given.", show_default="all")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Expression = Annotated[str, typer.Option("-k", help="Run only scenarios that match this expression, as in pytest -k.")]
Jobs = Annotated[
    int | None,
    typer.Option("--jobs", min=1, help="Number of scenarios to run in parallel.", show_default="number of cores"),
]

Again = Annotated[bool, typer.Option("--again", help="Also rerun scenarios that already have a result.")]
Failed = Annotated[bool, typer.Option("--failed", help="Rerun failures, timeouts and crashes.")]
Flaky = Annotated[bool, typer.Option("--flaky", help="Rerun flaky scenarios.")]
OlderThan = Annotated[
    str,
    typer.Option(
        "--older-than", metavar="AGE", help="Rerun scenarios last tested longer ago than AGE: 12h, 30d or 8w."
    ),
]
NoRetries = Annotated[
    bool, typer.Option("--no-retries", help="Run each scenario once: do not retry failures or confirm changes.")
]
NoSurface = Annotated[
    bool,
    typer.Option(
        "--no-surface", envvar="DASK_MATRIX_NO_SURFACE", help="Do not observe the API surface of new environments."
    ),
]

Timeout = Annotated[float, typer.Option("--timeout", metavar="SECONDS", help="Kill a scenario after this time.")]
Memory = Annotated[
    int, typer.Option("--memory", min=0, metavar="MIB", help="Kill a scenario that uses more memory; 0 means no limit.")
]
Output = Annotated[
    int,
    typer.Option(
        "--output",
        min=1,
        metavar="KIB",
        help="Maximum kept of stdout, stderr and the log, each; longer output is cut in the middle.",
    ),
]
IsolationOption = Annotated[
    Isolation, typer.Option("--isolation", help="Run each scenario in a fork of one process or in a fresh interpreter.")
]
Verify = Annotated[
    int | None,
    typer.Option(
        "--verify", min=2, metavar="N", help="Run every scenario N times in random order, to find flaky ones."
    ),
]
Seed = Annotated[
    int | None,
    typer.Option("--seed", min=0, help="With --verify: seed of the random order, to repeat it.", show_default="random"),
]
Serve = Annotated[
    bool, typer.Option("--serve", help="Also serve the matrix, during the run and afterwards until Ctrl-C.")
]
ServeHost = Annotated[str, typer.Option("--host", help="With --serve: address to listen on.")]
ServePort = Annotated[int, typer.Option("--port", help="With --serve: port to listen on.", min=1, max=65535)]


def reruns(*, again: bool, failed: bool, flaky: bool, older_than: str) -> Reruns:
    """Return which finished cells to rerun."""
    from dask_matrix.collect.planning.plan import Reruns
    from dask_matrix.domain.environments.age import moment_before

    verdicts = (BROKEN if failed else frozenset()) | ({Verdict.FLAKY} if flaky else frozenset())
    before = moment_before(older_than) if older_than else None
    return Reruns(frozenset(Verdict) if again else frozenset(verdicts), before)


def limits(timeout: float, memory: int, output: int, isolation: Isolation) -> Limits:
    """Return the limits of a run."""
    return Limits(timeout, memory or None, output, isolation)


def verification(rounds: int | None, seed: int | None) -> Verification | None:
    """Return the verification asked for, if any; without a seed, pick one at random."""
    if rounds is None:
        if seed is not None:
            raise DaskMatrixError("--seed needs --verify: add the number of rounds, as in --verify 20.")
        return None
    import secrets

    from dask_matrix.collect.planning.request import Verification

    return Verification(rounds, secrets.randbelow(MAX_SEED) if seed is None else seed)


def lock_parts(**names: list[str] | None) -> list[Part]:
    """Return the parts of a lock with these names, by kind: ``extra``, ``group``, and so on."""
    from dask_matrix.project.locks.entries import Part

    return [Part(kind, name) for kind, each in names.items() for name in each or () if name]
