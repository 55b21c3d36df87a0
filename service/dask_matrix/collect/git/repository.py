"""One of the two repositories: what its refs mean, and what its commits are. It reads; nothing here changes a repository."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import cached_property
from typing import TYPE_CHECKING

from dask_matrix.collect.git.command import GitTrouble, git
from dask_matrix.domain.environments.commit_pair import MAIN, SHORT, Commit
from dask_matrix.domain.environments.release import version_of
from dask_matrix.domain.errors import DaskMatrixError, UnknownName

if TYPE_CHECKING:
    from pathlib import Path

BRANCHES = ("refs/heads/{}", "refs/remotes/origin/{}")
TAG = "refs/tags/{}"
OTHER = "refs/{}"
"""What is neither branch nor tag, such as ``pull/9051/head``."""
COMMIT = re.compile(r"[0-9a-f]{7,40}")
WHOLE = 40
FORMAT = "%H%x1f%ct%x1f%at%x1f%an%x1f%s"


class UnknownRef(UnknownName):
    """A repository has no such branch, tag or commit."""

    def __init__(self, project: str, address: str, ref: str, nearest: list[str]) -> None:
        super().__init__("branch, tag or commit", ref, nearest)
        where = f"No branch, tag or commit {ref!r} in the repository {address} of {project}."
        self.args = (f"{where} Nearest: {', '.join(nearest)}." if nearest else where,)


class MissingObject(DaskMatrixError):
    """A repository is shallow or partial, and lacks what is needed."""


@dataclass(frozen=True)
class Logged:
    """One commit as the log tells it: when it was committed and when it was written, in UTC, by whom, and its subject."""

    sha: str
    at: datetime
    authored: datetime
    author: str
    subject: str

    @property
    def commit(self) -> Commit:
        """Return it as a side of a pair."""
        return Commit(self.sha, self.at)


class Repository:
    """A repository that is on this machine, read where it is: whole, shallow or partial.

    ``address`` is how it was named, ``branch`` the one that ``main`` means. What a user should know of how the answers
    came about is added to ``notes``.
    """

    def __init__(self, project: str, address: str, folder: Path, branch: str, notes: list[str]) -> None:
        self.project, self.address, self.folder, self.branch = project, address, folder, branch
        self.notes = notes
        self._lines: dict[str, list[Commit]] = {}

    # what a mirror does and a repository at hand need not

    def update(self) -> None:
        """Bring the branches up to date with where they come from."""

    def obtain(self, ref: str) -> None:
        """Fetch one ref or commit by name, if that can be."""

    def complete(self, sha: str) -> None:
        """See to it that all files of a commit are here; raise MissingObject."""
        if missing := self.missing(sha):
            raise self._lacks(f"{len(missing)} objects of {sha[:SHORT]}, such as {missing[0][:SHORT]}")

    # refs

    def resolve(self, ref: str) -> str:
        """Return the commit, 40 digits, that a branch, a tag or the first digits of a commit name; ``main`` is the branch.

        Raises UnknownRef, MissingObject.
        """
        name = self.branch if ref == MAIN else ref
        found = self._look(name)
        if found is None or found[0] in BRANCHES:
            self.update()  # branches move
            found = self._look(name)
        if found is None or found[0] == OTHER:
            self.obtain(name)
            found = self._look(name)
        if found is None:
            raise UnknownRef(self.project, self.address, ref, self._nearest(name))
        return found[1]

    def has_branch(self, name: str) -> bool:
        """Whether there is a branch of a name."""
        return any(self._parsed(each.format(name)) for each in BRANCHES)

    def _look(self, name: str) -> tuple[str, str] | None:
        """Return the place where a name was found, and the commit that it names there."""
        for place in (*BRANCHES, TAG):
            if target := self._parsed(place.format(name)):
                return place, self._commit_of(target, name)
        if COMMIT.fullmatch(name) and (sha := self._parsed(f"{name}^{{commit}}")):
            return "", sha
        other = self._parsed(OTHER.format(name.removeprefix("refs/")))
        return (OTHER, self._commit_of(other, name)) if other else None

    def _commit_of(self, target: str, name: str) -> str:
        if sha := self._parsed(f"{target}^{{commit}}"):
            return sha
        if self._parsed(f"{target}^{{}}"):
            raise GitTrouble(
                f"{name} in the repository {self.address} of {self.project} is no commit: name one that is."
            )
        raise self._lacks(f"the commit {target[:SHORT]}, which it says {name} is")

    def _lacks(self, what: str, said: str = "") -> MissingObject:
        told = f" {said}" if said else ""
        return MissingObject(
            f"The repository {self.address} of {self.project} lacks {what}: it is shallow, or a partial clone. Fetch that "
            f"there, or name a complete repository under [git] in matrix.toml.{told}"
        )

    def _parsed(self, text: str) -> str:
        try:
            return git(self.folder, "rev-parse", "--quiet", "--verify", text).strip()
        except GitTrouble:
            return ""

    def _nearest(self, name: str) -> list[str]:
        listed = git(
            self.folder, "for-each-ref", "--format=%(refname)", "refs/heads", "refs/tags", "refs/remotes/origin"
        )
        names = [full.removeprefix("refs/").partition("/")[2].removeprefix("origin/") for full in listed.split()]
        close = get_close_matches(name, names, 4, 0.5)
        tip = next(filter(None, (self._parsed(each.format(self.branch)) for each in BRANCHES)), "")
        return close or ([f"{self.branch}, which is {tip[:SHORT]}"] if tip else names[-2:])

    # commits

    def commit(self, sha: str) -> Logged:
        """Return one commit; raise MissingObject."""
        return self._log("-1", sha)[0]

    def line(self, start: str, end: str) -> list[Logged]:
        """Return the commits of the first-parent line after ``start``, up to ``end`` and with it, the oldest first.

        Raises MissingObject where that part of the history is cut off.
        """
        found = self._log("--first-parent", "--reverse", f"{start}..{end}")
        if cut := self.cut.intersection(each.sha for each in found):
            lost = next(iter(cut))[:SHORT]
            raise self._lacks(f"what is before {lost} of the history between {start[:SHORT]} and {end[:SHORT]}")
        return found

    def not_later(self, moment: datetime, branch: str) -> Commit:
        """Return the newest commit on the first-parent line of a branch that is not later than a moment.

        Raises UnknownRef, MissingObject.
        """
        tip = self.resolve(branch)
        if tip not in self._lines:
            told = git(self.folder, "log", "--first-parent", "--format=%H %ct", tip).split()
            self._lines[tip] = [Commit(sha, _utc(at)) for sha, at in zip(told[::2], told[1::2], strict=True)]
        found = [each for each in self._lines[tip] if each.at <= moment]
        if not found:
            raise self._lacks(f"commits of {branch} as early as {moment:%Y-%m-%d %H:%M} UTC")
        return max(found, key=lambda each: each.at)

    @cached_property
    def cut(self) -> frozenset[str]:
        """The commits at which a shallow history ends: their parents are not here."""
        file = self.folder / "shallow"
        return frozenset(file.read_text(encoding="utf-8").split()) if file.exists() else frozenset()

    def described(self, sha: str) -> tuple[str, int] | None:
        """Return the nearest tag of a version that a commit has behind it, and how many commits since.

        None where there is none, or where that is cut off.
        """
        passed_over: list[str] = []
        try:
            while True:
                others = (f"--exclude={each}" for each in passed_over)
                told = git(self.folder, "describe", "--tags", "--long", "--match=[0-9]*", *others, sha).strip()
                tag, distance, _ = told.rsplit("-", 2)
                if version_of(tag):
                    break
                passed_over.append(tag)
            since = git(self.folder, "rev-list", f"{tag}..{sha}").split() if self.cut else []
        except GitTrouble:
            return None
        return None if self.cut.intersection(since) else (tag, int(distance))

    def text(self, sha: str, path: str) -> str:
        """Return the text of a file at a commit, nothing if it has none; raise MissingObject."""
        try:
            if not git(self.folder, "ls-tree", sha, "--", path):
                return ""
            return git(self.folder, "cat-file", "blob", f"{sha}:{path}")
        except GitTrouble as error:
            raise self._lacks(f"{path} of {sha[:SHORT]}", str(error)) from None

    def missing(self, sha: str) -> list[str]:
        """Return the objects of a commit's files that are not here, as far as they are known."""
        listed = git(self.folder, "rev-list", "--objects", "--missing=print", f"{sha}^{{tree}}")
        return [line[1:] for line in listed.split("\n") if line.startswith("?")]

    def checkout(self, sha: str, folder: Path) -> None:
        """Write the files of a commit into a new folder, as a repository of its own that borrows our objects."""
        self.complete(sha)
        git(None, "init", "--quiet", "--template=", str(folder))
        own = folder / ".git"
        borrowed = own / "objects" / "info" / "alternates"
        borrowed.parent.mkdir(parents=True, exist_ok=True)
        borrowed.write_text(f"{self.folder.resolve() / 'objects'}\n", encoding="utf-8")
        git(own, "update-ref", "--no-deref", "HEAD", sha)
        inside = (f"--work-tree={folder}", "-c", "core.autocrlf=false")
        git(own, *inside, "read-tree", sha)
        git(own, *inside, "checkout-index", "--all")

    def _log(self, *arguments: str) -> list[Logged]:
        try:
            told = git(self.folder, "log", "-z", f"--format={FORMAT}", *arguments, "--")
        except GitTrouble as error:
            raise self._lacks("some of its history", str(error)) from None
        return [_logged(each) for each in told.split("\0") if each]


def _logged(told: str) -> Logged:
    """Read one commit; whatever ends a line somewhere is a space in its subject."""
    sha, at, authored, author, subject = told.split("\x1f", FORMAT.count("%x1f"))
    return Logged(sha, _utc(at), _utc(authored), author, " ".join(subject.split()))


def _utc(seconds: str) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)
