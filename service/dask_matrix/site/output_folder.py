"""The folder of a site: written beside it, then moved into place file by file, only what is different.

Its list of files tells what an export wrote, and so what the next may replace and remove. It is written before the first file
is moved, with the old and the new ones, and again after the last is removed: killed at any moment, the site is whole enough to
be looked at, and the next export puts it right.
"""

from __future__ import annotations

import json
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from dask_matrix.domain.errors import DaskMatrixError

if TYPE_CHECKING:
    from collections.abc import Iterator

LIST = "site-files.json"
"""The list of files, in the site."""
VERSION = 1


class RefusedFolder(DaskMatrixError):
    """A site cannot be written into a folder; the message says why."""


@dataclass(frozen=True)
class Placed:
    """What became of the files of a site. ``written`` are new or different."""

    files: int
    bytes: int
    written: int
    unchanged: int
    removed: int


@contextmanager
def writing(site: Path) -> Iterator[Draft]:
    """Give a draft of the site in a folder, which nobody else writes meanwhile; raise RefusedFolder."""
    site = site.resolve()
    if not site.name:
        raise RefusedFolder(f"{site} is no folder of its own. Name one for the site.")
    _written_before(site)
    site.parent.mkdir(parents=True, exist_ok=True)
    part = site.with_name(f".{site.name}.part")
    try:
        with FileLock(site.with_name(f".{site.name}.lock"), timeout=0):
            shutil.rmtree(part, ignore_errors=True)  # of an export that was killed
            part.mkdir()
            try:
                yield Draft(site, part)
            finally:
                shutil.rmtree(part, ignore_errors=True)
    except Timeout:
        raise RefusedFolder(f"Another export is writing {site}. Wait for it, or name another folder.") from None


class Draft:
    """A site that is being written, in ``part``; nobody sees it before it is placed."""

    def __init__(self, site: Path, part: Path) -> None:
        self.site, self.part = site, part
        self._bytes: dict[str, int] = {}
        self._folders: set[Path] = set()

    def put(self, name: str, content: bytes) -> None:
        """Write a file."""
        path = self.part / name
        if path.parent not in self._folders:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._folders.add(path.parent)
        path.write_bytes(content)
        self._bytes[name] = len(content)

    def place(self) -> Placed:
        """Move what is different into the site, and remove what an earlier export wrote and this one did not."""
        before, names = _written_before(self.site), set(self._bytes)
        self._refuse_strangers(names - before)
        self.site.mkdir(exist_ok=True)
        self._note(names | before)
        moved = sum(self._moved(name) for name in sorted(names))
        gone = [name for name in sorted(before - names) if _removed(self.site, name)]
        self._note(names)
        return Placed(len(names), sum(self._bytes.values()), moved, len(names) - moved, len(gone))

    def _refuse_strangers(self, new: set[str]) -> None:
        """Refuse to replace what no export wrote."""
        if found := next((name for name in sorted(new) if (self.site / name).exists()), None):
            raise RefusedFolder(f"{self.site / found} was not written by an export. Move it away; nothing was changed.")

    def _moved(self, name: str) -> bool:
        """Move a file into place unless the same is there already."""
        made, place = self.part / name, self.site / name
        if place.is_file() and place.stat().st_size == self._bytes[name] and place.read_bytes() == made.read_bytes():
            return False
        place.parent.mkdir(parents=True, exist_ok=True)
        made.replace(place)
        return True

    def _note(self, names: set[str]) -> None:
        """Write the list of files, unless it says so already."""
        told = json.dumps({"v": VERSION, "files": sorted(names)}, indent=0) + "\n"
        place, made = self.site / LIST, self.part / LIST
        if not (place.exists() and place.read_text(encoding="utf-8") == told):
            made.write_text(told, encoding="utf-8")
            made.replace(place)


def _written_before(site: Path) -> set[str]:
    """Return what earlier exports wrote into a folder; raise RefusedFolder where it is somebody else's."""
    if not site.exists():
        return set()
    if not site.is_dir():
        raise RefusedFolder(f"{site} is no folder. Name one for the site.")
    try:
        told = json.loads((site / LIST).read_bytes())
    except FileNotFoundError:
        if any(site.iterdir()):
            raise RefusedFolder(
                f"{site} holds files that no export wrote: there is no {LIST} in it. Name an empty folder, or a new one."
            ) from None
        return set()
    except ValueError:
        told = None
    if not isinstance(told, dict) or told.get("v") != VERSION or not all(map(_is_within, told.get("files", [None]))):
        raise RefusedFolder(
            f"{site / LIST} is no list that this version of dask-matrix wrote. Remove the folder, or name another."
        )
    return set(told["files"])


def _is_within(name: object) -> bool:
    """Whether a name of the list is of a file in the site."""
    return (
        isinstance(name, str) and bool(name) and not PurePosixPath(name).is_absolute() and ".." not in name.split("/")
    )


def _removed(site: Path, name: str) -> bool:
    """Remove a file, and the folders it leaves empty; say whether it was there."""
    path = site / name
    if not path.is_file():
        return False
    path.unlink()
    for folder in path.relative_to(site).parents[:-1]:
        if any((site / folder).iterdir()):
            break
        (site / folder).rmdir()
    return True
