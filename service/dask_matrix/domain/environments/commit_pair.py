"""Commit pairs: one commit of dask and one of distributed, used in place of a published release."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from dask_matrix.domain.errors import DaskMatrixError

PROJECTS = ("dask", "distributed")
PUBLIC = {project: f"https://github.com/dask/{project}" for project in PROJECTS}
"""The public repositories. A commit is the same in every clone."""
MAIN = "main"
"""The word for the newest commits of both repositories, whatever their branch is called."""
SHORT = 9
"""Hex digits of an abbreviated commit: as many as git shows for repositories of this size."""
_COMMIT = re.compile(r"[0-9a-f]{7,40}")
_SYNTAX = re.compile(r"[\^~:?*\[\\]|\.\.|@\{")
"""Git revision syntax, which no branch or tag name contains."""
_SIDES = re.compile(rf"({'|'.join(PROJECTS)})@([^\s,()]+?)(?:\+({'|'.join(PROJECTS)})@([^\s,()]+))?")


class InvalidRef(DaskMatrixError):
    """The text uses revision syntax instead of naming a branch, tag or commit."""


def short_text(dask: str, distributed: str) -> str:
    """Return two commits in short form: ``dask 0fa5e18d5 + distributed 6691e27de``."""
    return f"dask {dask[:SHORT]} + distributed {distributed[:SHORT]}"


def spec_text(dask: str, distributed: str) -> str:
    """Return two commits in the form that options accept as a release: ``dask@0fa5e18d5+distributed@6691e27de``."""
    return f"dask@{dask[:SHORT]}+distributed@{distributed[:SHORT]}"


@dataclass(frozen=True)
class Commit:
    """One commit: its 40 hex digits and its commit date."""

    sha: str
    at: datetime

    @property
    def short(self) -> str:
        """Its first digits."""
        return self.sha[:SHORT]


@dataclass(frozen=True)
class Pair:
    """A commit of each repository. ``ref`` is what was requested, such as ``main``; it does not affect equality."""

    dask: Commit
    distributed: Commit
    ref: str = field(default="", compare=False)

    @property
    def short(self) -> str:
        """The short form: ``dask 0fa5e18d5 + distributed 6691e27de``."""
        return short_text(self.dask.sha, self.distributed.sha)

    @property
    def text(self) -> str:
        """The form that options accept as a release: ``dask@0fa5e18d5+distributed@6691e27de``."""
        return spec_text(self.dask.sha, self.distributed.sha)

    @property
    def at(self) -> datetime:
        """The commit date of the later commit."""
        return max(self.dask.at, self.distributed.at)

    @property
    def day(self) -> date:
        """The day of that date in UTC."""
        return self.at.astimezone(UTC).date()

    @property
    def is_main(self) -> bool:
        """Whether it was requested as ``main``."""
        return self.ref == MAIN

    def commit(self, project: str) -> Commit:
        """Return the commit of ``dask`` or of ``distributed``."""
        return {"dask": self.dask, "distributed": self.distributed}[project]

    def link(self, project: str) -> str:
        """Return the public URL of the commit of a project."""
        return f"{PUBLIC[project]}/commit/{self.commit(project).sha}"


@dataclass(frozen=True)
class Refs:
    """The requested branch, tag or commit of each repository; None for one that follows the other."""

    text: str
    dask: str | None
    distributed: str | None

    @classmethod
    def parse(cls, text: str) -> Refs | None:
        """Read ``main``, a commit of dask, ``dask@REF``, ``distributed@REF`` or both; None for anything else.

        A plain ``2025.3.0`` is the published release; ``dask@2025.3.0`` is the tag. Raises InvalidRef.
        """
        text = text.strip()
        if (syntax := _SYNTAX.search(text)) and (_SIDES.fullmatch(text) or cls.parse(text[: syntax.start()])):
            raise InvalidRef(
                f"{text!r} contains {syntax[0]}: revision syntax is not supported. Name a branch, a tag or a commit; "
                "`git rev-parse` prints the commit."
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
        """Return the ref of one repository."""
        return {"dask": self.dask, "distributed": self.distributed}[project]
