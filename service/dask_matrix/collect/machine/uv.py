"""Run uv with a clean set of environment variables."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from uv import find_uv_bin

from dask_matrix.collect.index import refusals
from dask_matrix.collect.index.settings import CHECK_INDEX
from dask_matrix.domain.errors import DaskMatrixError
from dask_matrix.domain.redaction import without_secrets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dask_matrix.collect.index.settings import IndexSettings

EXCLUDED_PREFIXES = ("PYTHON", "PYTEST", "DASK_", "NOX_", "COV_", "VIRTUAL_ENV", "CONDA_PREFIX", "__PYVENV")
"""Prefixes of variables that would change how a target environment behaves, or how fast it imports."""
NETWORK_ERRORS = (
    "error sending request",
    "failed to fetch",
    "could not connect",
    "dns error",
    "timed out",
    "connection",
)
"""Parts of uv's messages, lower-cased, when the index could not be reached; they say nothing about the environment."""
ACCIDENTS = (
    *("no space left", "os error 28", "errno 28", "quota exceeded", "os error 122", "file too large"),
    *("permission denied", "read-only file system", "cannot allocate memory", "too many open files"),
    *("signal: 9", "signal: 15", "network was disabled"),
)
"""Parts of uv's messages, lower-cased, when this machine is at fault; a build passes them on from what it started."""
BACKEND_FAILED = "build backend returned an error"
REFUSALS = (BACKEND_FAILED, "no solution found", "building source distributions is disabled")
"""Parts of uv's messages about packages: one does not build, they conflict, or one has no wheel."""


class UvFailed(DaskMatrixError):
    """uv failed for a reason that has nothing to do with the environment, such as no network or a full disk."""


@dataclass(frozen=True)
class UvResult:
    """What uv printed. ``refused`` is its full error message, empty on success; ``log`` is stdout and stderr on success."""

    output: str
    refused: str = ""
    log: str = ""


def clean_environ(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the environment variables for a process that works on or in a target environment."""
    return {name: value for name, value in environ.items() if not name.startswith(EXCLUDED_PREFIXES)}


def call(
    settings: IndexSettings,
    *arguments: str,
    stdin: str | None = None,
    pass_fds: Sequence[int] = (),
    variables: Mapping[str, str] | None = None,
) -> UvResult:
    """Run uv; return its output or its refusal, raise UvFailed if it failed for another reason.

    A refusal is only what uv says of the packages themselves, and what the index bears out when asked. uv inherits the
    descriptors ``pass_fds``, so the locks on them last even if this process is killed. ``variables`` are set in addition.
    """
    environ = clean_environ() | dict(variables or {})
    if settings.certificates:
        environ.setdefault("SSL_CERT_FILE", settings.certificates)
    if not settings.known_to_uv:
        environ["UV_DEFAULT_INDEX"] = settings.url
    done = _run(arguments, stdin, pass_fds, environ)
    if done.returncode == 0:
        return UvResult(done.stdout, log=without_secrets(done.stdout + done.stderr))
    message = without_secrets(done.stderr.strip())
    failed = f"uv {' '.join(arguments[:2])} failed (exit code {done.returncode})"
    if done.returncode < 0 or not is_refusal(message):
        raise UvFailed(f"{failed}: {message}")
    if reason := refusals.doubt(settings, message, _cutoff(arguments)):
        raise UvFailed(
            f"{failed}, but the package index {without_secrets(settings.url)} does not confirm its message: {reason}. "
            f"{CHECK_INDEX}\n{message}"
        )
    return UvResult(done.stdout, refused=message)


def _run(
    arguments: Sequence[str], stdin: str | None, pass_fds: Sequence[int], environ: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            [find_uv_bin(), "--color", "never", "--no-progress", *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            errors="replace",
            env=environ,
            check=False,
            pass_fds=pass_fds,
        )
    except OSError as error:
        raise UvFailed(f"Cannot run uv: {error}.") from None


def is_refusal(message: str) -> bool:
    """Whether a message of uv's is about the packages: they conflict, or one does not build. All else is an accident.

    The output of a build may contain any words, those of a network error too.
    """
    lower = message.lower()
    if any(words in lower for words in ACCIDENTS):
        return False
    if "failed to build" in lower and BACKEND_FAILED not in lower:
        return not any(words in lower for words in NETWORK_ERRORS)
    return any(words in lower for words in REFUSALS)


def _cutoff(arguments: Sequence[str]) -> str | None:
    """Return the time after which uv ignores uploads."""
    return arguments[arguments.index("--exclude-newer") + 1] if "--exclude-newer" in arguments else None
