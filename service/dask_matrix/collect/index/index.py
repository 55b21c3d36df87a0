"""Asks the package index which releases there are; keeps what it said, for next time and for when it can't be reached."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from dask_matrix.collect.files import write_whole
from dask_matrix.domain.environments.environment import Python
from dask_matrix.domain.environments.release import Release
from dask_matrix.domain.errors import DaskMatrixError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from dask_matrix.collect.index.settings import IndexSettings

PAIR = ("dask", "distributed")
SETTLING = timedelta(hours=24)
"""How long after the later upload of a pair the dependencies of an as-released environment are cut off."""
FRESH = timedelta(minutes=15)
"""How long an answer of the index is used without asking again."""


class IndexUnreachable(DaskMatrixError):
    """The package index did not answer, and nothing is kept from before."""


@dataclass(frozen=True)
class IndexedRelease:
    """A release as the index has it: both uploads, the Pythons its metadata allow, whether pip would offer it."""

    release: Release
    released_at: datetime
    requires_python: SpecifierSet
    yanked: bool

    @property
    def cutoff(self) -> datetime:
        """The moment an as-released environment is resolved as of."""
        return self.released_at + SETTLING

    @property
    def offered(self) -> bool:
        """Whether it is taken without being named: neither yanked nor a pre-release."""
        return not self.yanked and not self.release.version.is_prerelease


@dataclass
class Index:
    """The user's package index behind a cache on disk.

    ``fresh`` is the age up to which the cache is believed without asking; ``notes`` collects what a user should
    know of how the answers came about, such as that the index could not be reached.
    """

    settings: IndexSettings
    cache: Path
    fresh: timedelta = FRESH
    notes: list[str] = field(default_factory=list)

    def releases(self) -> dict[Release, IndexedRelease]:
        """Return every version that both projects have, in order, with upload times; raise IndexUnreachable."""
        dask, distributed = (self._page(project)["files"] for project in PAIR)
        paired = sorted(Release.parse(text) for text in dask.keys() & distributed.keys())
        return {release: _pair(release, dask[str(release)], distributed[str(release)]) for release in paired}

    def kept_releases(self) -> tuple[Release, ...]:
        """Return the releases that are offered, as far as that was kept from before; nobody is asked."""
        pages = [_read(self._place(project)) for project in PAIR]
        if not all(pages):
            return ()
        dask, distributed = (page["files"] for page in pages)
        offered = (
            text for text in dask.keys() & distributed.keys() if not dask[text]["yanked"] | distributed[text]["yanked"]
        )
        found = sorted(map(Release.parse, offered))
        return tuple(each for each in found if not each.version.is_prerelease)

    def first_wheels(self, project: str) -> dict[Python, datetime]:
        """Return since when a compiled project has had wheels for each Python on this platform."""
        wheels = self._page(project)["wheels"]
        return {Python.parse(tag): datetime.fromisoformat(moment) for tag, moment in wheels.items()}

    def _page(self, project: str) -> Any:
        """Return the digest of a project's page: from the cache while fresh, else from the index, else from the cache."""
        place = self._place(project)
        kept = _read(place)
        now = datetime.now(UTC)
        if kept and now - datetime.fromisoformat(kept["asked"]) < self.fresh:
            return kept
        from dask_matrix.collect.index.project_page import NoAnswer, ask  # noqa: PLC0415 - slow to import, and seldom needed

        try:
            answer = ask(self.settings, project, kept)
        except NoAnswer as error:
            if not kept:
                raise IndexUnreachable(_unreachable(self.settings.url, project, error)) from None
            self.notes.append(
                f"The package index can't be reached; using what it said of {project} on {kept['asked'][:16]} UTC."
            )
            return kept
        try:
            write_whole(place, json.dumps(answer | {"asked": now.isoformat()}))
        except OSError as error:
            self.notes.append(f"What the package index said can't be kept: {error}.")
        return answer

    def _place(self, project: str) -> Path:
        where = hashlib.sha256(self.settings.url.encode()).hexdigest()[:12]
        return self.cache / where / f"{project}.json"


def _read(place: Path) -> Any:
    """Return what is kept of a page; None where there is nothing, or nothing whole."""
    try:
        kept = json.loads(place.read_text(encoding="utf-8"))
        datetime.fromisoformat(kept["asked"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return kept if {"etag", "files", "wheels"} <= kept.keys() else None


def _unreachable(url: str, project: str, error: Exception) -> str:
    return (
        f"The package index {url} did not answer for {project}, and nothing is kept from before: {error}. "
        "Check the network and the index settings of uv (UV_DEFAULT_INDEX, uv.toml) or pip (PIP_INDEX_URL, pip.conf)."
    )


def _pair(release: Release, dask: Any, distributed: Any) -> IndexedRelease:
    uploads = [datetime.fromisoformat(file["uploaded"]) for file in (dask, distributed) if file["uploaded"]]
    if len(uploads) < len(PAIR):
        raise IndexUnreachable(
            f"The package index gives no upload time for release {release}; dask-matrix needs an index that serves "
            "the JSON form of the simple API with upload times (PEP 700)."
        )
    return IndexedRelease(
        release, max(uploads), _specifier(dask["requires_python"]), yanked=dask["yanked"] or distributed["yanked"]
    )


def _specifier(text: str) -> SpecifierSet:
    try:
        return SpecifierSet(text)
    except InvalidSpecifier:
        return SpecifierSet()


def offered(releases: Iterable[IndexedRelease]) -> list[IndexedRelease]:
    """Return the releases that are taken without being named, in order."""
    return [each for each in releases if each.offered]
