"""A copy of a repository that is elsewhere: all its commits, and of their files only what was needed."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import url2pathname

from filelock import FileLock

from dask_matrix.collect.git.command import GitTrouble, git
from dask_matrix.collect.git.repository import COMMIT, OTHER, WHOLE, Repository

ROUNDS = 20
"""Missing trees hide what is missing below them: so deep are no folders."""
WITHOUT_FILES = "--filter=blob:none"
QUIETLY = ("--quiet", "--no-write-fetch-head", "--recurse-submodules=no")

if TYPE_CHECKING:
    from collections.abc import Iterable


def opened(project: str, address: str, branch: str, mirrors: Path, notes: list[str], *, asks: bool) -> Repository:
    """Return a repository: one on this machine where it is, any other as a mirror below ``mirrors``.

    Without ``asks`` nobody is asked over a network. Raises GitTrouble where there is none.
    """
    if (path := local_path(address)) is not None:
        return Repository(project, address, git_folder(path, project), branch, notes)
    name = f"{project}-{hashlib.sha256(address.encode()).hexdigest()[:12]}.git"
    return Mirror(project, address, mirrors / name, branch, notes, asks=asks)


def local_path(address: str) -> Path | None:
    """Return the path that an address names on this machine, None if it is elsewhere."""
    if "://" in address:
        parts = urlsplit(address)
        return Path(url2pathname(parts.path)) if parts.scheme == "file" else None
    host, colon, _ = address.partition(":")
    return None if colon and "/" not in host else Path(address).expanduser()


def git_folder(path: Path, project: str) -> Path:
    """Return the git directory of a repository, bare, with files, or a work tree of another; raise GitTrouble."""
    inner = path / ".git"
    if inner.is_file():
        own = (path / inner.read_text(encoding="utf-8").partition("gitdir:")[2].strip()).resolve()
        common = own / "commondir"
        return (own / common.read_text(encoding="utf-8").strip()).resolve() if common.exists() else own
    for folder in (inner, path):
        if (folder / "HEAD").exists() and (folder / "objects").is_dir():
            return folder
    raise GitTrouble(f"There is no git repository of {project} at {path}. Name one under [git] in matrix.toml.")


class Mirror(Repository):
    """A bare copy in the data folder; several processes may use and update it at once."""

    def __init__(self, project: str, address: str, folder: Path, branch: str, notes: list[str], *, asks: bool) -> None:
        super().__init__(project, address, folder, branch, notes)
        self._asks, self._is_fresh = asks, False

    def update(self) -> None:
        """Fetch branches and tags, once; what is kept does where nobody answers, and that is noted."""
        if not self._asks:
            self._need_kept()
        if not self._asks or self._is_fresh:
            return
        self._is_fresh = True
        try:
            self._fetch("--prune", "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
        except GitTrouble as error:
            self._need_kept(str(error))
            self.notes.append(
                f"The repository {self.address} of {self.project} can't be reached; using what was fetched before. {error}"
            )

    def obtain(self, ref: str) -> None:
        """Fetch what no branch or tag leads to: a pull request's head, or a commit by its 40 digits."""
        if COMMIT.fullmatch(ref) and len(ref) < WHOLE:
            return  # nobody can be asked for a part of a name
        place = OTHER.format(f"asked/{ref}" if COMMIT.fullmatch(ref) else ref.removeprefix("refs/"))
        source = ref if COMMIT.fullmatch(ref) else place
        try:
            if self._asks:
                self._fetch(f"+{source}:{place}")
        except GitTrouble:
            return  # it does not exist there either

    def complete(self, sha: str) -> None:
        """Fetch what is missing of a commit's files in few requests; raise MissingObject if some can't be had."""
        missing: list[str] = []
        for _ in range(ROUNDS):
            before, missing = missing, self.missing(sha)
            if not missing or missing == before:
                break
            self._fetch_objects(missing)
        super().complete(sha)

    def _fetch_objects(self, names: Iterable[str]) -> None:
        try:
            self._fetch("--stdin", stdin="".join(f"{name}\n" for name in names))
        except GitTrouble as error:
            self.notes.append(f"The repository {self.address} of {self.project} can't be reached: {error}")

    def _fetch(self, *what: str, stdin: str | None = None) -> None:
        """Fetch commits or objects without the files that they lead to; one process at a time."""
        options = [each for each in what if each.startswith("--")]
        refs = [each for each in what if not each.startswith("--")]
        how = ("-c", "fetch.negotiationAlgorithm=noop") if stdin else ()
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{self.folder}.lock"):
            self._make()
            git(
                self.folder, *how, "fetch", *QUIETLY, "--no-tags", WITHOUT_FILES, *options, "origin", *refs, stdin=stdin
            )

    def _make(self) -> None:
        """Set up the copy; done twice it is the same."""
        git(None, "init", "--quiet", "--bare", "--template=", str(self.folder))
        settings = {
            "remote.origin.url": self.address,
            "remote.origin.promisor": "true",
            "remote.origin.partialclonefilter": "blob:none",
            "extensions.partialClone": "origin",
            "core.repositoryformatversion": "1",
            "gc.auto": "0",  # a commit that no branch leads to any more was run all the same
        }
        for name, value in settings.items():
            git(self.folder, "config", name, value)

    def _need_kept(self, why: str = "") -> None:
        if not (self.folder / "HEAD").exists() or not git(self.folder, "for-each-ref", "--count=1"):
            reason = why or "nothing of it was fetched yet"
            raise GitTrouble(
                f"The repository {self.address} of {self.project} can't be used: {reason}. Check the network, or name "
                "another one under [git] in matrix.toml."
            )
