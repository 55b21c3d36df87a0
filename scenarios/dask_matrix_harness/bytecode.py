"""Where compiled modules are written: each whole or not at all, those of test files never next to the test files."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from importlib.machinery import SourceFileLoader
from pathlib import Path


def write_whole(elsewhere: Sequence[Path]) -> None:
    """Write compiled modules whole, and none of sources in the folders `elsewhere`.

    Before Python 3.14, a disk that becomes full leaves a cut-off file, with which the module never imports again.
    """
    write = SourceFileLoader.set_data

    def set_data(loader: SourceFileLoader, path: str, data: bytes, *, _mode: int = 0o666) -> None:
        if any(folder in Path(path).parents for folder in elsewhere):
            return
        write(loader, path, data, _mode=_mode)
        with suppress(OSError):
            if os.path.getsize(path) != len(data):
                os.unlink(path)

    SourceFileLoader.set_data = set_data  # type: ignore[method-assign,assignment]


def keep_rewritten(tests: Path, folder: Path) -> None:
    """Have pytest keep its compiled files of `tests` in `folder`, by content: rewriting them takes a second of each start.

    pytest itself compares size and time of a source, which two versions of a test file may share.
    """
    from _pytest.assertion import rewrite  # noqa: PLC0415 - only after the modules under test

    usual = rewrite.get_cache_dir

    def get_cache_dir(file_path: Path) -> Path:
        return _folder_of(file_path, folder) if tests in file_path.parents else usual(file_path)

    rewrite.get_cache_dir = get_cache_dir


def _folder_of(path: Path, folder: Path) -> Path:
    """The folder for the content that a file has now, alone in the one for its path."""
    versions = folder / _digest(str(path).encode("utf-8", "surrogateescape"))
    found = versions / _digest(path.read_bytes())
    if not found.exists():
        shutil.rmtree(versions, ignore_errors=True)
    return found


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:20]
