"""Calls uv, in an environment of variables that nothing of ours leaks into."""

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

LEAKY = ("PYTHON", "PYTEST", "DASK_", "NOX_", "COV_", "VIRTUAL_ENV", "CONDA_PREFIX", "__PYVENV")
"""Prefixes of variables that would change what a target environment does, or how fast it imports."""
NO_ANSWER = ("error sending request", "failed to fetch", "could not connect", "dns error", "timed out", "connection")
"""What uv says, in lower case, when the index did not answer: no word on whether the environment can be had."""


class UvTrouble(DaskMatrixError):
    """uv could not do its work for a reason that says nothing about the environment: no network, no disk."""


@dataclass(frozen=True)
class Answer:
    """What uv said: ``refused`` is its whole message where it refused, otherwise empty; ``log`` is what a person would see."""

    output: str
    refused: str = ""
    log: str = ""


def clean_environ(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the variables of a process that works for or in a target environment."""
    return {name: value for name, value in environ.items() if not name.startswith(LEAKY)}


def call(
    settings: IndexSettings,
    *arguments: str,
    stdin: str | None = None,
    hold: Sequence[int] = (),
    variables: Mapping[str, str] | None = None,
    is_trouble: Callable[[str], bool] | None = None,
) -> Answer:
    """Run uv; return its output or its refusal, raise UvTrouble where it could not even ask.

    The descriptors of ``hold`` stay open in it, with the locks on them, also if this process is killed meanwhile;
    ``variables`` are told it besides. ``is_trouble`` says of a message whether it is no word on what was asked.
    """
    environ = clean_environ() | dict(variables or {})
    if settings.certificates:
        environ.setdefault("SSL_CERT_FILE", settings.certificates)
    if not settings.known_to_uv:
        environ["UV_DEFAULT_INDEX"] = settings.url
    command = [find_uv_bin(), "--color", "never", "--no-progress", *arguments]
    done = subprocess.run(
        command, input=stdin, capture_output=True, text=True, errors="replace", env=environ, check=False, pass_fds=hold
    )
    if done.returncode == 0:
        return Answer(done.stdout, log=done.stdout + done.stderr)
    message = done.stderr.strip()
    if done.returncode < 0 or not message or (is_trouble or _is_trouble)(message):
        raise UvTrouble(f"uv {' '.join(arguments[:2])} could not do its work (exit code {done.returncode}): {message}")
    return Answer(done.stdout, refused=message)


def _is_trouble(message: str) -> bool:
    lower = message.lower()
    if "no solution found" in lower:
        return "network was disabled" in lower
    return any(words in lower for words in (*NO_ANSWER, "no space left", "permission denied"))
