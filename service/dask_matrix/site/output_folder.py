"""Write a site into a folder: staged in a temporary folder next to it, then changed files are moved into place one by one.

The list of files in the site records what an export wrote, and so what the next one may replace or remove. It is written
before the first file is moved, with old and new files, and again after the last is removed: if killed at any moment, the
site stays usable, and the next export completes it.
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

FILE_LIST = "site-files.json"
"""Name of the list of files, in the site."""
VERSION = 1


class RefusedFolder(DaskMatrixError):
    """A site cannot be written into this folder; the message says why."""


@dataclass(frozen=True)
class ExportSummary:
    """Numbers of files of an export; ``written`` are new or changed."""

    files: int
    bytes: int
    written: int
    unchanged: int
    removed: int


@contextmanager
def staged_site(site: Path) -> Iterator[StagedSite]:
    """Lock a folder and yield a draft of its new contents; raise RefusedFolder."""
    site = site.resolve()
    if not site.name:
        raise RefusedFolder(f"{site} is a root folder. Choose another folder for the site.")
    _exported_files(site)
    site.parent.mkdir(parents=True, exist_ok=True)
    part = site.with_name(f".{site.name}.part")
    try:
        with FileLock(site.with_name(f".{site.name}.lock"), timeout=0):
            shutil.rmtree(part, ignore_errors=True)  # left by an export that was killed
            part.mkdir()
            try:
                yield StagedSite(site, part)
            finally:
                shutil.rmtree(part, ignore_errors=True)
    except Timeout:
        raise RefusedFolder(
            f"Another export is writing to {site}. Wait for it to finish, or choose another folder."
        ) from None


class StagedSite:
    """A site being written to the temporary folder ``part``; nothing is visible until it is published."""

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

    def publish(self) -> ExportSummary:
        """Move changed files into the site, and remove files that only an earlier export wrote."""
        before, names = _exported_files(self.site), set(self._bytes)
        self._refuse_foreign_files(names - before)
        self.site.mkdir(exist_ok=True)
        self._write_list(names | before)
        moved = sum(self._move_changed(name) for name in sorted(names))
        gone = [name for name in sorted(before - names) if _remove(self.site, name)]
        self._write_list(names)
        return ExportSummary(len(names), sum(self._bytes.values()), moved, len(names) - moved, len(gone))

    def _refuse_foreign_files(self, new: set[str]) -> None:
        """Refuse to overwrite files that no export wrote."""
        if found := next((name for name in sorted(new) if (self.site / name).exists()), None):
            raise RefusedFolder(
                f"{self.site / found} was not written by an export. Move it away first. Nothing was changed."
            )

    def _move_changed(self, name: str) -> bool:
        """Move a file into place unless an identical one is there; return whether it was moved."""
        staged, target = self.part / name, self.site / name
        if (
            target.is_file()
            and target.stat().st_size == self._bytes[name]
            and target.read_bytes() == staged.read_bytes()
        ):
            return False
        target.parent.mkdir(parents=True, exist_ok=True)
        staged.replace(target)
        return True

    def _write_list(self, names: set[str]) -> None:
        """Write the list of files, unless it is up to date."""
        listing = json.dumps({"v": VERSION, "files": sorted(names)}, indent=0) + "\n"
        target, staged = self.site / FILE_LIST, self.part / FILE_LIST
        if not (target.exists() and target.read_text(encoding="utf-8") == listing):
            staged.write_text(listing, encoding="utf-8")
            staged.replace(target)


def _exported_files(site: Path) -> set[str]:
    """Return the files that earlier exports wrote into a folder; raise RefusedFolder if it was not made by an export."""
    if not site.exists():
        return set()
    if not site.is_dir():
        raise RefusedFolder(f"{site} is not a folder. Choose a folder for the site.")
    try:
        listing = json.loads((site / FILE_LIST).read_bytes())
    except FileNotFoundError:
        if any(site.iterdir()):
            raise RefusedFolder(
                f"{site} contains files that no export wrote (it has no {FILE_LIST}). Choose an empty or a new folder."
            ) from None
        return set()
    except ValueError:
        listing = None
    if (
        not isinstance(listing, dict)
        or listing.get("v") != VERSION
        or not all(map(_is_within, listing.get("files", [None])))
    ):
        raise RefusedFolder(
            f"{site / FILE_LIST} was not written by this version of dask-matrix. Remove the folder, or choose another."
        )
    return set(listing["files"])


def _is_within(name: object) -> bool:
    """Whether a name from the list is a relative path inside the site."""
    return (
        isinstance(name, str) and bool(name) and not PurePosixPath(name).is_absolute() and ".." not in name.split("/")
    )


def _remove(site: Path, name: str) -> bool:
    """Remove a file and any folders it leaves empty; return whether it existed."""
    path = site / name
    if not path.is_file():
        return False
    path.unlink()
    for folder in path.relative_to(site).parents[:-1]:
        if any((site / folder).iterdir()):
            break
        (site / folder).rmdir()
    return True
