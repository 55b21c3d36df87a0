"""Read one of the two repositories: resolve refs, list commits, read files. Never changes a repository."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import cached_property
from typing import TYPE_CHECKING

from dask_matrix.collect.git.command import GitFailed, git
from dask_matrix.domain.environments.commit_pair import MAIN, SHORT, Commit
from dask_matrix.domain.environments.release import version_of
from dask_matrix.domain.errors import DaskMatrixError, UnknownName
from dask_matrix.domain.redaction import without_secrets

if TYPE_CHECKING:
    from pathlib import Path

BRANCHES = ("refs/heads/{}", "refs/remotes/origin/{}")
TAG = "refs/tags/{}"
OTHER_REF = "refs/{}"
"""A ref that is neither a branch nor a tag, such as ``pull/9051/head``."""
SHA = re.compile(r"[0-9a-f]{7,40}")
FULL_SHA_LENGTH = 40
LOG_FORMAT = "%H%x1f%ct%x1f%at%x1f%an%x1f%s"


class UnknownRef(UnknownName):
    """A repository has no such branch, tag or commit."""

    def __init__(self, project: str, address: str, ref: str, nearest: list[str]) -> None:
        super().__init__("branch, tag or commit", ref, nearest)
        message = f"No branch, tag or commit {ref!r} in the {project} repository {address}."
        self.args = (f"{message} Nearest: {', '.join(nearest)}." if nearest else message,)


class MissingObject(DaskMatrixError):
    """A repository is a shallow or partial clone and lacks a needed object."""


@dataclass(frozen=True)
class LogEntry:
    """One commit in the log. ``at`` is the commit date and ``authored`` the author date, both in UTC."""

    sha: str
    at: datetime
    authored: datetime
    author: str
    subject: str

    @property
    def commit(self) -> Commit:
        """Return it as one half of a commit pair."""
        return Commit(self.sha, self.at)


class Repository:
    """A local repository, read in place: complete, shallow or partial.

    ``address`` is the configured address without credentials, for messages, ``branch`` the branch that ``main`` stands for. Warnings for the user are
    appended to ``notes``.
    """

    def __init__(self, project: str, address: str, folder: Path, branch: str, notes: list[str]) -> None:
        self.project, self.folder, self.branch = project, folder, branch
        self.address = without_secrets(address)
        self.notes = notes
        self._lines: dict[str, list[Commit]] = {}

    # overridden by mirrors; a local repository needs no fetching

    def update(self) -> None:
        """Fetch branches and tags."""

    def fetch_ref(self, ref: str) -> None:
        """Fetch one ref or commit by name, if possible."""

    def fetch_files(self, sha: str) -> None:
        """Ensure that all files of a commit are present; raise MissingObject."""
        if missing := self.missing_objects(sha):
            raise self._missing(f"{len(missing)} objects of {sha[:SHORT]}, such as {missing[0][:SHORT]}")

    # refs

    def resolve(self, ref: str) -> str:
        """Return the full SHA of a branch, a tag or an abbreviated SHA; ``main`` stands for `branch`.

        Raises UnknownRef, MissingObject.
        """
        name = self.branch if ref == MAIN else ref
        found = self._find(name)
        if found is None or found[0] in BRANCHES:
            self.update()  # branches move
            found = self._find(name)
        if found is None or found[0] == OTHER_REF:
            self.fetch_ref(name)
            found = self._find(name)
        if found is None:
            raise UnknownRef(self.project, self.address, ref, self._nearest(name))
        return found[1]

    def has_branch(self, name: str) -> bool:
        """Whether the repository has a branch."""
        return any(self._rev_parse(each.format(name)) for each in BRANCHES)

    def _find(self, name: str) -> tuple[str, str] | None:
        """Return the ref format under which a name was found, and the SHA of its commit."""
        for place in (*BRANCHES, TAG):
            if target := self._rev_parse(place.format(name)):
                return place, self._commit_of(target, name)
        if SHA.fullmatch(name) and (sha := self._rev_parse(f"{name}^{{commit}}")):
            return "", sha
        other = self._rev_parse(OTHER_REF.format(name.removeprefix("refs/")))
        return (OTHER_REF, self._commit_of(other, name)) if other else None

    def _commit_of(self, target: str, name: str) -> str:
        if sha := self._rev_parse(f"{target}^{{commit}}"):
            return sha
        if self._rev_parse(f"{target}^{{}}"):
            raise GitFailed(
                f"{name} in the {self.project} repository {self.address} is not a commit. Name a branch, tag or commit."
            )
        raise self._missing(f"the commit {target[:SHORT]} that {name} points to")

    def _missing(self, what: str, reason: str = "") -> MissingObject:
        suffix = f" {reason}" if reason else ""
        return MissingObject(
            f"The {self.project} repository {self.address} lacks {what}: it is a shallow or partial clone. Fetch it "
            f"there, or set a complete repository under [git] in matrix.toml.{suffix}"
        )

    def _rev_parse(self, text: str) -> str:
        try:
            return git(self.folder, "rev-parse", "--quiet", "--verify", text).strip()
        except GitFailed:
            return ""

    def _nearest(self, name: str) -> list[str]:
        listed = git(
            self.folder, "for-each-ref", "--format=%(refname)", "refs/heads", "refs/tags", "refs/remotes/origin"
        )
        names = [full.removeprefix("refs/").partition("/")[2].removeprefix("origin/") for full in listed.split()]
        close = get_close_matches(name, names, 4, 0.5)
        tip = next(filter(None, (self._rev_parse(each.format(self.branch)) for each in BRANCHES)), "")
        return close or ([f"{self.branch} ({tip[:SHORT]})"] if tip else names[-2:])

    # commits

    def commit(self, sha: str) -> LogEntry:
        """Return one commit; raise MissingObject."""
        return self._log("-1", sha)[0]

    def first_parent_line(self, start: str, end: str) -> list[LogEntry]:
        """Return the commits of the first-parent line after ``start`` up to and including ``end``, oldest first.

        Raises MissingObject if a shallow clone cuts off that part of the history.
        """
        found = self._log("--first-parent", "--reverse", f"{start}..{end}")
        if boundary := self.shallow_boundary.intersection(each.sha for each in found):
            lost = next(iter(boundary))[:SHORT]
            raise self._missing(f"the history before {lost}, between {start[:SHORT]} and {end[:SHORT]}")
        return found

    def newest_until(self, moment: datetime, branch: str) -> Commit:
        """Return the newest commit on the first-parent line of a branch that is no later than ``moment``.

        Raises UnknownRef, MissingObject.
        """
        tip = self.resolve(branch)
        if tip not in self._lines:
            listed = git(self.folder, "log", "--first-parent", "--format=%H %ct", tip).split()
            self._lines[tip] = [Commit(sha, _utc(at)) for sha, at in zip(listed[::2], listed[1::2], strict=True)]
        found = [each for each in self._lines[tip] if each.at <= moment]
        if not found:
            raise self._missing(f"commits of {branch} as early as {moment:%Y-%m-%d %H:%M} UTC")
        return max(found, key=lambda each: each.at)

    @cached_property
    def shallow_boundary(self) -> frozenset[str]:
        """The commits at which a shallow clone ends: their parents are missing."""
        file = self.folder / "shallow"
        return frozenset(file.read_text(encoding="utf-8").split()) if file.exists() else frozenset()

    def nearest_tag(self, sha: str) -> tuple[str, int] | None:
        """Return the nearest version tag among a commit's ancestors, and the number of commits since.

        None if there is no such tag, or if a shallow clone cuts it off.
        """
        skipped: list[str] = []
        try:
            while True:
                others = (f"--exclude={each}" for each in skipped)
                described = git(self.folder, "describe", "--tags", "--long", "--match=[0-9]*", *others, sha).strip()
                tag, distance, _ = described.rsplit("-", 2)
                if version_of(tag):
                    break
                skipped.append(tag)
            since = git(self.folder, "rev-list", f"{tag}..{sha}").split() if self.shallow_boundary else []
        except GitFailed:
            return None
        return None if self.shallow_boundary.intersection(since) else (tag, int(distance))

    def read_file(self, sha: str, path: str) -> str:
        """Return the text of a file at a commit, empty if there is no such file; raise MissingObject."""
        try:
            if not git(self.folder, "ls-tree", sha, "--", path):
                return ""
            return git(self.folder, "cat-file", "blob", f"{sha}:{path}")
        except GitFailed as error:
            raise self._missing(f"{path} of {sha[:SHORT]}", str(error)) from None

    def missing_objects(self, sha: str) -> list[str]:
        """Return the missing objects of a commit's files, as far as they are known."""
        listed = git(self.folder, "rev-list", "--objects", "--missing=print", f"{sha}^{{tree}}")
        return [line[1:] for line in listed.split("\n") if line.startswith("?")]

    def checkout(self, sha: str, folder: Path) -> None:
        """Check out a commit into a new folder, as a repository of its own that borrows the objects of this one."""
        self.fetch_files(sha)
        git(None, "init", "--quiet", "--template=", str(folder))
        own = folder / ".git"
        alternates = own / "objects" / "info" / "alternates"
        alternates.parent.mkdir(parents=True, exist_ok=True)
        alternates.write_text(f"{self.folder.resolve() / 'objects'}\n", encoding="utf-8")
        git(own, "update-ref", "--no-deref", "HEAD", sha)
        inside = (f"--work-tree={folder}", "-c", "core.autocrlf=false")
        git(own, *inside, "read-tree", sha)
        git(own, *inside, "checkout-index", "--all")

    def _log(self, *arguments: str) -> list[LogEntry]:
        try:
            log = git(self.folder, "log", "-z", f"--format={LOG_FORMAT}", *arguments, "--")
        except GitFailed as error:
            raise self._missing("part of its history", str(error)) from None
        return [_log_entry(each) for each in log.split("\0") if each]


def _log_entry(line: str) -> LogEntry:
    """Parse one commit; line breaks of any kind in its subject become spaces."""
    sha, at, authored, author, subject = line.split("\x1f", LOG_FORMAT.count("%x1f"))
    return LogEntry(sha, _utc(at), _utc(authored), author, " ".join(subject.split()))


def _utc(seconds: str) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)
