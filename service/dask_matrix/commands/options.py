"""The options that commands share, and what their values mean."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Annotated

import typer

from dask_matrix.collect.planning.plan import Repeats
from dask_matrix.collect.planning.request import Verification
from dask_matrix.domain.environments.age import moment_before
from dask_matrix.domain.environments.environment import Lane
from dask_matrix.domain.errors import DaskMatrixError
from dask_matrix.domain.records.limits import Isolation, Limits
from dask_matrix.domain.records.outcome import Verdict

BROKEN = frozenset({Verdict.FAIL, Verdict.TIMEOUT, Verdict.CRASH})
LIMITS = Limits()
MOST_SEED = 2**31

Data = Annotated[
    Path | None,
    typer.Option(
        "--data",
        envvar="DASK_MATRIX_DATA",
        help="Records, locks, environments, database.",
        show_default="the user's data folder",
    ),
]
Scenarios = Annotated[Path | None, typer.Option("--scenarios", help="A folder of tests in place of ours.")]
KnownIn = Annotated[
    Path | None,
    typer.Option("--scenarios", help="A scenario set whose known.toml says what is known, in place of ours."),
]
Snapshot = Annotated[
    bool, typer.Option("--snapshot", help="The evidence that ships with dask-matrix; needs no run and no data folder.")
]
Releases = Annotated[
    list[str] | None,
    typer.Option(
        "--release", help="A release, a specifier, latest:N, main, or commits (dask@REF+distributed@REF); repeatable."
    ),
]
Pythons = Annotated[list[str] | None, typer.Option("--python", help="A Python minor such as 3.11; repeatable.")]
Lanes = Annotated[list[Lane] | None, typer.Option("--lane", help="How other dependencies are chosen; repeatable.")]
Tag = Annotated[
    str, typer.Option("--tag", help="A set of matrix.toml, where no --release is given.", show_default="all")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]
Expression = Annotated[str, typer.Option("-k", help="Only scenarios that match, as pytest's -k.")]
Jobs = Annotated[int | None, typer.Option("--jobs", min=1, help="Scenarios at once; as many as there are cores.")]

Again = Annotated[bool, typer.Option("--again", help="Run also what is done.")]
Failed = Annotated[bool, typer.Option("--failed", help="Run failures again.")]
Flaky = Annotated[bool, typer.Option("--flaky", help="Run flaky scenarios again.")]
OlderThan = Annotated[
    str, typer.Option("--older-than", metavar="AGE", help="Run again what has no evidence younger than 12h, 30d or 8w.")
]
NoRetries = Annotated[
    bool, typer.Option("--no-retries", help="Believe each first outcome: repeat no failure, confirm no change.")
]

Timeout = Annotated[float, typer.Option("--timeout", metavar="SECONDS", help="Kill a scenario after so long.")]
Memory = Annotated[
    int, typer.Option("--memory", min=0, metavar="MIB", help="Kill a scenario that takes more; 0 is no limit.")
]
Output = Annotated[
    int,
    typer.Option("--output", min=1, metavar="KIB", help="Keep so much of its stdout, of its stderr and of its log."),
]
IsolationOption = Annotated[
    Isolation, typer.Option("--isolation", help="A fork of one process, or a fresh interpreter for each scenario.")
]
Verify = Annotated[
    int | None,
    typer.Option(
        "--verify", min=2, metavar="N", help="Run everything N times in random order; list what is not constant."
    ),
]
Seed = Annotated[
    int | None, typer.Option("--seed", min=0, help="With --verify: repeat its orders.", show_default="a new one")
]
Serve = Annotated[bool, typer.Option("--serve", help="Serve the matrix meanwhile, and afterwards until Ctrl-C.")]
ServeHost = Annotated[str, typer.Option("--host", help="With --serve: the address to listen on.")]
ServePort = Annotated[int, typer.Option("--port", help="With --serve: the port to listen on.", min=1, max=65535)]


def repeats(*, again: bool, failed: bool, flaky: bool, older_than: str) -> Repeats:
    """Return which cells run though they are done."""
    verdicts = (BROKEN if failed else frozenset()) | ({Verdict.FLAKY} if flaky else frozenset())
    before = moment_before(older_than) if older_than else None
    return Repeats(frozenset(Verdict) if again else frozenset(verdicts), before)


def limits(timeout: float, memory: int, output: int, isolation: Isolation) -> Limits:
    """Return the limits of a run."""
    return Limits(timeout, memory or None, output, isolation)


def verification(rounds: int | None, seed: int | None) -> Verification | None:
    """Return what is to be verified, if anything; a seed that nobody gave is a new one."""
    if rounds is None:
        if seed is not None:
            raise DaskMatrixError("--seed goes with --verify: give the number of rounds too, as in --verify 20.")
        return None
    return Verification(rounds, secrets.randbelow(MOST_SEED) if seed is None else seed)
