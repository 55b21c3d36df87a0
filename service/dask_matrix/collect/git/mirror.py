"""Mirror a remote repository: all its commits, but only the files that were needed (a partial clone)."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import url2pathname

from filelock import FileLock

from dask_matrix.collect.git.command import GitFailed, git
from dask_matrix.collect.git.repository import FULL_SHA_LENGTH, OTHER_REF, SHA, Repository

FETCH_ROUNDS = 20
"""Fetching a missing tree reveals what is missing below it; no folder is nested deeper than this."""
WITHOUT_FILES = "--filter=blob:none"
QUIETLY = ("--quiet", "--no-write-fetch-head", "--recurse-submodules=no")

if TYPE_CHECKING:
    from collections.abc import Iterable


def open_repository(
    project: str, address: str, branch: str, mirrors: Path, notes: list[str], *, online: bool
) -> Repository:
    """Return a local repository in place, or a remote one as a mirror in the folder ``mirrors``.

    Without ``online`` the network is not used. Raises GitFailed if there is no such local repository.
    """
    if (path := local_path(address)) is not None:
        return Repository(project, address, git_folder(path, project), branch, notes)
    name = f"{project}-{hashlib.sha256(address.encode()).hexdigest()[:12]}.git"
    return Mirror(project, address, mirrors / name, branch, notes, online=online)


def local_path(address: str) -> Path | None:
    """Return the local path of an address, None if it is remote."""
    if "://" in address:
        parts = urlsplit(address)
        return Path(url2pathname(parts.path)) if parts.scheme == "file" else None
    host, colon, _ = address.partition(":")
    return None if colon and "/" not in host else Path(address).expanduser()


def git_folder(path: Path, project: str) -> Path:
    """Return the git directory of a repository (bare, with files, or a linked work tree); raise GitFailed."""
    inner = path / ".git"
    if inner.is_file():
        own = (path / inner.read_text(encoding="utf-8").partition("gitdir:")[2].strip()).resolve()
        common = own / "commondir"
        return (own / common.read_text(encoding="utf-8").strip()).resolve() if common.exists() else own
    for folder in (inner, path):
        if (folder / "HEAD").exists() and (folder / "objects").is_dir():
            return folder
    raise GitFailed(f"No git repository of {project} at {path}. Set its address under [git] in matrix.toml.")


class Mirror(Repository):
    """A bare partial clone in the data folder; several processes may use and update it at once."""

    def __init__(
        self, project: str, address: str, folder: Path, branch: str, notes: list[str], *, online: bool
    ) -> None:
        super().__init__(project, address, folder, branch, notes)
        self._remote, self._online, self._is_fresh = address, online, False

    def update(self) -> None:
        """Fetch branches and tags, once; if that fails, use what was fetched before and add a note."""
        if not self._online:
            self._require_copy()
        if not self._online or self._is_fresh:
            return
        self._is_fresh = True
        try:
            self._fetch("--prune", "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
        except GitFailed as error:
            self._require_copy(str(error))
            self.notes.append(
                f"Cannot reach the {self.project} repository {self.address}; using what was fetched before. {error}"
            )

    def fetch_ref(self, ref: str) -> None:
        """Fetch what no branch or tag contains: the head of a pull request, or a commit by its full SHA."""
        if SHA.fullmatch(ref) and len(ref) < FULL_SHA_LENGTH:
            return  # a server only answers for a full SHA
        place = OTHER_REF.format(f"asked/{ref}" if SHA.fullmatch(ref) else ref.removeprefix("refs/"))
        source = ref if SHA.fullmatch(ref) else place
        try:
            if self._online:
                self._fetch(f"+{source}:{place}")
        except GitFailed:
            return  # the remote does not have it either

    def fetch_files(self, sha: str) -> None:
        """Fetch the missing files of a commit in few requests; raise MissingObject if some cannot be fetched."""
        missing: list[str] = []
        for _ in range(FETCH_ROUNDS):
            before, missing = missing, self.missing_objects(sha)
            if not missing or missing == before:
                break
            self._fetch_objects(missing)
        super().fetch_files(sha)

    def _fetch_objects(self, names: Iterable[str]) -> None:
        try:
            self._fetch("--stdin", stdin="".join(f"{name}\n" for name in names))
        except GitFailed as error:
            self.notes.append(f"Cannot reach the {self.project} repository {self.address}: {error}")

    def _fetch(self, *arguments: str, stdin: str | None = None) -> None:
        """Fetch commits or objects without the contents of files; one process at a time."""
        options = [each for each in arguments if each.startswith("--")]
        refs = [each for each in arguments if not each.startswith("--")]
        config = ("-c", "fetch.negotiationAlgorithm=noop") if stdin else ()
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{self.folder}.lock"):
            self._make()
            git(
                self.folder,
                *config,
                "fetch",
                *QUIETLY,
                "--no-tags",
                WITHOUT_FILES,
                *options,
                "origin",
                *refs,
                stdin=stdin,
            )

    def _make(self) -> None:
        """Create the mirror if needed; idempotent."""
        git(None, "init", "--quiet", "--bare", "--template=", str(self.folder))
        settings = {
            "remote.origin.url": self._remote,
            "remote.origin.promisor": "true",
            "remote.origin.partialclonefilter": "blob:none",
            "extensions.partialClone": "origin",
            "core.repositoryformatversion": "1",
            "gc.auto": "0",  # keep commits that no branch contains any more: there are results for them
        }
        for name, value in settings.items():
            git(self.folder, "config", name, value)

    def _require_copy(self, reason: str = "") -> None:
        if not (self.folder / "HEAD").exists() or not git(self.folder, "for-each-ref", "--count=1"):
            raise GitFailed(
                f"Cannot use the {self.project} repository {self.address}: {reason or 'nothing was fetched yet'}. "
                "Check the network, or set another repository under [git] in matrix.toml."
            )
