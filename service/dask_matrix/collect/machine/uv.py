"""Run uv with a clean set of environment variables."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from uv import find_uv_bin

from dask_matrix.domain.errors import DaskMatrixError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

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
    is_transient: Callable[[str], bool] | None = None,
) -> UvResult:
    """Run uv; return its output or its refusal, raise UvFailed if it failed for another reason.

    uv inherits the descriptors ``pass_fds``, so the locks on them last even if this process is killed. ``variables``
    are set in addition. ``is_transient`` tells from an error message whether it is a failure and not a refusal.
    """
    environ = clean_environ() | dict(variables or {})
    if settings.certificates:
        environ.setdefault("SSL_CERT_FILE", settings.certificates)
    if not settings.known_to_uv:
        environ["UV_DEFAULT_INDEX"] = settings.url
    command = [find_uv_bin(), "--color", "never", "--no-progress", *arguments]
    done = subprocess.run(
        command,
        input=stdin,
        capture_output=True,
        text=True,
        errors="replace",
        env=environ,
        check=False,
        pass_fds=pass_fds,
    )
    if done.returncode == 0:
        return UvResult(done.stdout, log=done.stdout + done.stderr)
    message = done.stderr.strip()
    if done.returncode < 0 or not message or (is_transient or _is_transient)(message):
        raise UvFailed(f"uv {' '.join(arguments[:2])} failed (exit code {done.returncode}): {message}")
    return UvResult(done.stdout, refused=message)


def _is_transient(message: str) -> bool:
    lower = message.lower()
    if "no solution found" in lower:
        return "network was disabled" in lower
    return any(words in lower for words in (*NETWORK_ERRORS, "no space left", "permission denied"))
