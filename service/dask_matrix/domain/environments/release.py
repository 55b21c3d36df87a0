"""Releases: paired dask + distributed versions from the package index, or commit pairs, ordered by PEP 440."""

from __future__ import annotations

from dataclasses import dataclass
from functools import total_ordering
from typing import TYPE_CHECKING, Any, Self

from packaging.version import Version

from dask_matrix.domain.errors import DaskMatrixError, UnknownName

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from dask_matrix.domain.environments.commit_pair import Pair


LATEST = "latest"
"""The word for the newest published release that is known where it is asked for."""


class InvalidRelease(DaskMatrixError):
    """The text is not a PEP 440 version."""


class UnknownRelease(UnknownName):
    """The index has no such release; the message suggests the nearest versions."""


@total_ordering
@dataclass(frozen=True)
class Release:
    """One release, comparable by version: ``Release.parse("2025.2.0") < Release.parse("2025.10.0")``.

    One with a ``pair`` is not published but two commits; its version is what dask reports there.
    """

    version: Version
    pair: Pair | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a release such as ``2025.2.0``; raise InvalidRelease otherwise."""
        if version := version_of(text.strip()):
            return cls(version)
        raise InvalidRelease(f"{text!r} is not a release. Write a version such as 2025.2.0.")

    @property
    def name(self) -> str:
        """The heading of its column: ``2025.2.0``, ``main``, ``dask 0fa5e18d5 + distributed 6691e27de``."""
        if self.pair is None:
            return str(self.version)
        return self.pair.ref if self.pair.is_main else self.pair.short

    @property
    def url_name(self) -> str:
        """Its name in URLs: ``main``, or the version."""
        return self.name if self.pair and self.pair.is_main else str(self)

    @property
    def text(self) -> str:
        """Its exact name on a command line: ``2025.2.0``, ``dask@0fa5e18d5+distributed@6691e27de``."""
        return self.pair.text if self.pair else str(self.version)

    @property
    def contains(self) -> Release | None:
        """The newest release in the history of a commit pair, which its version begins with; None if git knew none."""
        base = Version(self.version.base_version)
        return Release(base) if self.pair and any(base.release) else None

    def __lt__(self, other: Release) -> bool:
        return self._sort_key < other._sort_key

    @property
    def _sort_key(self) -> tuple[Version, tuple[Any, ...]]:
        pair = self.pair
        return self.version, (pair.at, pair.dask.sha, pair.distributed.sha) if pair else ()

    def __str__(self) -> str:
        return str(self.version)


def version_of(text: str) -> Version | None:
    """Return the version, None if the text is not one."""
    try:
        return Version(text)
    except ValueError:  # InvalidVersion is one; so is a number of thousands of digits
        return None


def nearest(release: Release, known: Collection[Release], count: int = 4) -> list[Release]:
    """Return up to ``count`` known releases nearest to one, on both sides, in order."""
    below = sorted(each for each in known if each < release)
    above = sorted(each for each in known if each > release)
    return below[-(count // 2) :] + above[: count - min(len(below), count // 2)]


def newest(known: Iterable[Release]) -> Release | None:
    """Return the newest published release, a pre-release only if there is no other; None if there is none."""
    published = [each for each in known if each.pair is None]
    return max([each for each in published if not each.version.is_prerelease] or published, default=None)


def named(text: str, known: Iterable[Release]) -> Release:
    """Return the release that ``text`` names: a version, known or not, or ``latest``, the newest known one.

    The one door for release names. Raises InvalidRelease, and UnknownRelease for ``latest`` if none is known.
    """
    if text.strip() != LATEST:
        return Release.parse(text)
    if found := newest(known):
        return found
    raise UnknownRelease("release", LATEST, [])


def find(text: str, known: Collection[Release]) -> Release:
    """Return the known release that ``text`` names, or for ``latest`` the newest; raise InvalidRelease or UnknownRelease."""
    release = named(text, known)
    if release not in known:
        raise UnknownRelease("release", text, [str(each) for each in nearest(release, known)])
    return release
