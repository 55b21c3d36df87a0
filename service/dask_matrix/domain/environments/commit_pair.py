"""Pairs: two commits, one of dask and one of distributed, that stand where otherwise a release of the index stands."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from dask_matrix.domain.errors import DaskMatrixError

PROJECTS = ("dask", "distributed")
PUBLIC = {project: f"https://github.com/dask/{project}" for project in PROJECTS}
"""Where everybody finds the two repositories. A commit is the same in each copy of its repository."""
MAIN = "main"
"""The word for the newest commits of both repositories, whatever their branch is called."""
SHORT = 9
"""Hex digits of a commit as people read it: as many as git gives for repositories of this size."""
_COMMIT = re.compile(r"[0-9a-f]{7,40}")
_SYNTAX = re.compile(r"[\^~:?*\[\\]|\.\.|@\{")
"""What the name of no branch or tag has in it: by it git writes what is to be computed from one."""
_SIDES = re.compile(rf"({'|'.join(PROJECTS)})@([^\s,()]+?)(?:\+({'|'.join(PROJECTS)})@([^\s,()]+))?")


class InvalidRef(DaskMatrixError):
    """The text computes something from a branch, tag or commit in place of naming one."""


def in_short(dask: str, distributed: str) -> str:
    """Return two commits as people read them: ``dask 0fa5e18d5 + distributed 6691e27de``."""
    return f"dask {dask[:SHORT]} + distributed {distributed[:SHORT]}"


def as_text(dask: str, distributed: str) -> str:
    """Return what names two commits wherever a release is named: ``dask@0fa5e18d5+distributed@6691e27de``."""
    return f"dask@{dask[:SHORT]}+distributed@{distributed[:SHORT]}"


@dataclass(frozen=True)
class Commit:
    """One commit: its 40 hex digits, and when it was committed."""

    sha: str
    at: datetime

    @property
    def short(self) -> str:
        """Its first digits."""
        return self.sha[:SHORT]


@dataclass(frozen=True)
class Pair:
    """A commit of each repository. ``ref`` is what was asked for, such as ``main``; it makes no difference to what it is."""

    dask: Commit
    distributed: Commit
    ref: str = field(default="", compare=False)

    @property
    def short(self) -> str:
        """How people read it: ``dask 0fa5e18d5 + distributed 6691e27de``."""
        return in_short(self.dask.sha, self.distributed.sha)

    @property
    def text(self) -> str:
        """What names it wherever a release is named: ``dask@0fa5e18d5+distributed@6691e27de``."""
        return as_text(self.dask.sha, self.distributed.sha)

    @property
    def at(self) -> datetime:
        """When the later of the two was committed."""
        return max(self.dask.at, self.distributed.at)

    @property
    def day(self) -> date:
        """The day of that, in UTC."""
        return self.at.astimezone(UTC).date()

    @property
    def is_main(self) -> bool:
        """Whether it was the newest of both repositories when it was asked for."""
        return self.ref == MAIN

    def commit(self, project: str) -> Commit:
        """Return the commit of ``dask`` or of ``distributed``."""
        return {"dask": self.dask, "distributed": self.distributed}[project]

    def link(self, project: str) -> str:
        """Return where everybody can read the commit of a project."""
        return f"{PUBLIC[project]}/commit/{self.commit(project).sha}"


@dataclass(frozen=True)
class Refs:
    """What is asked for of each repository: a branch, a tag or a commit; None for the one that follows the other."""

    text: str
    dask: str | None
    distributed: str | None

    @classmethod
    def parse(cls, text: str) -> Refs | None:
        """Read ``main``, a commit of dask, ``dask@REF``, ``distributed@REF`` or both; None for what is none of these.

        A plain ``2025.3.0`` is the release of the index; ``dask@2025.3.0`` is the tag. Raises InvalidRef.
        """
        text = text.strip()
        if (syntax := _SYNTAX.search(text)) and (_SIDES.fullmatch(text) or cls.parse(text[: syntax.start()])):
            raise InvalidRef(
                f"{text!r} has {syntax[0]} in it: name a branch, a tag or a commit by its digits, nothing computed from one. "
                "`git rev-parse` tells the digits."
            )
        if text == MAIN:
            return cls(text, MAIN, MAIN)
        if _COMMIT.fullmatch(text):
            return cls(text, text, None)
        if not (found := _SIDES.fullmatch(text)) or found[1] == found[3]:
            return None
        named = {found[1]: found[2]} | ({found[3]: found[4]} if found[3] else {})
        if any(ref.startswith("-") for ref in named.values()):
            return None
        return cls(text, named.get("dask"), named.get("distributed"))

    def of(self, project: str) -> str | None:
        """Return what is asked of one repository."""
        return {"dask": self.dask, "distributed": self.distributed}[project]
