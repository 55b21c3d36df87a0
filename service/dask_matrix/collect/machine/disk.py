"""What a folder takes on the disk, how much of it uv shares with its cache, and why uv would share nothing."""

from __future__ import annotations

import os
import subprocess
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from uv import find_uv_bin

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

BLOCK = 512
"""Bytes of a block in ``st_blocks``, on every system."""
COPIES = "copy"
"""The value of ``UV_LINK_MODE`` with which uv copies."""


@dataclass(frozen=True)
class DiskUsage:
    """Bytes on the disk, each file counted once. The ``shared`` ones are hard-linked from elsewhere: uv's cache."""

    bytes: int
    shared: int


def usage(folder: Path) -> DiskUsage:
    """Return what a folder takes; nothing if it does not exist."""
    names: Counter[tuple[int, int]] = Counter()
    files = {}
    for status in _statuses(folder):
        file = (status.st_dev, status.st_ino)
        names[file] += 1
        files[file] = (status.st_blocks * BLOCK, status.st_nlink)
    shared = sum(size for file, (size, links) in files.items() if links > names[file])
    return DiskUsage(sum(size for size, _ in files.values()), shared)


def _statuses(folder: Path) -> Iterator[os.stat_result]:
    """Yield the status of every file below a folder; those that vanish meanwhile are left out."""
    for root, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                yield os.lstat(os.path.join(root, name))  # noqa: PTH118 - fast


def cache_of_uv() -> Path | None:
    """Return the folder of uv's cache, None if uv does not tell."""
    try:
        done = subprocess.run([find_uv_bin(), "cache", "dir"], capture_output=True, text=True, check=False)
    except OSError:
        return None
    return Path(done.stdout.strip()) if done.returncode == 0 and done.stdout.strip() else None


def why_copied(folder: Path, cache: Path, environ: Mapping[str, str] = os.environ) -> str:
    """Return why uv copies files from its cache to a folder, and what to do about it; empty if it links them."""
    if environ.get("UV_LINK_MODE") == COPIES:
        return (
            f"uv copies every file, as UV_LINK_MODE={COPIES} asks it to. Unset it, and environments share their files."
        )
    if _device(folder) == _device(cache):
        return ""
    return (
        f"uv copies every file, as its cache {cache} is on another file system than the data folder. "
        "Set UV_CACHE_DIR, or --data, so that both are on one."
    )


def _device(path: Path) -> int:
    """Return the file system of a path, or of the folder in which it would be made."""
    existing = next(each for each in (path, *path.parents) if each.exists())
    return existing.stat().st_dev
