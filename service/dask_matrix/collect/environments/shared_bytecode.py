"""Share compiled modules between environments, as uv shares their sources: compiling takes most of a first import."""

from __future__ import annotations

import os
from contextlib import suppress
from importlib.util import source_from_cache
from pathlib import Path


def share_bytecode(folder: Path, ready: str) -> None:
    """Hard-link what another environment has compiled of the very files that ``folder`` has, too.

    Takes it from the one that was used last; ``ready`` names the file that marks it as complete. Sources are the same
    if they are one file, by hard links to uv's cache; Python itself checks that a compiled module fits its source.
    """
    others = [path for path in folder.parent.glob(f"*/{ready}") if path.parent != folder]
    with suppress(OSError, ValueError):  # none, or removed just now
        last_used = max(others, key=lambda path: path.stat().st_mtime).parent
        for packages in folder.glob("lib/python*/site-packages"):
            _share(last_used / packages.relative_to(folder), packages)


def _share(theirs: Path, ours: Path) -> None:
    for root, _, names in os.walk(theirs):
        if os.path.basename(root) == "__pycache__":  # noqa: PTH119 - fast
            for name in names:
                _link(Path(root, name), ours / Path(root).relative_to(theirs) / name)


def _link(compiled: Path, target: Path) -> None:
    with suppress(OSError, ValueError):  # ours lacks the source, or pytest has compiled it
        if Path(source_from_cache(compiled)).samefile(source_from_cache(target)):
            target.parent.mkdir(exist_ok=True)
            target.hardlink_to(compiled)
