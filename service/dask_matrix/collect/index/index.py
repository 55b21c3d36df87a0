"""List the releases on the package index, with a cache on disk for speed and for when it cannot be reached."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from dask_matrix.collect.files import write_atomically
from dask_matrix.collect.index.settings import CHECK_INDEX
from dask_matrix.domain.environments.environment import Python
from dask_matrix.domain.environments.release import Release
from dask_matrix.domain.errors import DaskMatrixError
from dask_matrix.domain.redaction import without_secrets

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from dask_matrix.collect.index.settings import IndexSettings

PAIR = ("dask", "distributed")
CUTOFF_DELAY = timedelta(hours=24)
"""An as-released environment takes dependencies uploaded up to this long after the later upload of the pair."""
MAX_AGE = timedelta(minutes=15)
"""How long a cached page is used without asking the index again."""


class IndexUnreachable(DaskMatrixError):
    """The package index cannot be reached and nothing is cached, or it gives no upload times."""


@dataclass(frozen=True)
class IndexedRelease:
    """A release on the index. ``released_at`` is the later of the two uploads; ``yanked`` if either is yanked."""

    release: Release
    released_at: datetime
    requires_python: SpecifierSet
    yanked: bool

    @property
    def cutoff(self) -> datetime:
        """The ``--exclude-newer`` date of its as-released environments."""
        return self.released_at + CUTOFF_DELAY

    @property
    def stable(self) -> bool:
        """Whether it is neither yanked nor a pre-release; others are only used when named."""
        return not self.yanked and not self.release.version.is_prerelease


@dataclass
class Index:
    """The user's package index, with a cache on disk.

    Cached pages up to ``max_age`` old are used without asking the index. ``notes`` collects warnings for the user, such
    as that the index could not be reached.
    """

    settings: IndexSettings
    cache: Path
    max_age: timedelta = MAX_AGE
    notes: list[str] = field(default_factory=list)

    def releases(self) -> dict[Release, IndexedRelease]:
        """Return every version that both projects have, in order; raise IndexUnreachable."""
        dask, distributed = (self._page(project)["files"] for project in PAIR)
        paired = sorted(Release.parse(text) for text in dask.keys() & distributed.keys())
        return {release: _pair(release, dask[str(release)], distributed[str(release)]) for release in paired}

    def cached_releases(self) -> dict[Release, datetime | None]:
        """Return the stable releases in the cache and when each was uploaded, without network access; empty without a cache.

        The upload is the later of the two, None if the index does not tell both.
        """
        pages = [_read_cached(self._cache_path(project)) for project in PAIR]
        if not all(pages):
            return {}
        dask, distributed = (page["files"] for page in pages)
        not_yanked = (
            text for text in dask.keys() & distributed.keys() if not dask[text]["yanked"] | distributed[text]["yanked"]
        )
        found = {Release.parse(text): _uploaded(dask[text], distributed[text]) for text in not_yanked}
        return {each: found[each] for each in sorted(found) if not each.version.is_prerelease}

    def first_wheel_dates(self, project: str) -> dict[Python, datetime]:
        """Return when a compiled project uploaded its first wheel for each Python on this platform."""
        wheels = self._page(project)["wheels"]
        return {Python.parse(tag): datetime.fromisoformat(moment) for tag, moment in wheels.items()}

    def _page(self, project: str) -> Any:
        """Return the parsed page of a project: from the cache if recent, else from the index, else from the cache."""
        path = self._cache_path(project)
        cached = _read_cached(path)
        now = datetime.now(UTC)
        if cached and now - datetime.fromisoformat(cached["asked"]) < self.max_age:
            return cached
        from dask_matrix.collect.index.project_page import NotThePage, RequestFailed, fetch_page  # noqa: PLC0415 - slow to import, and seldom needed

        try:
            answer = fetch_page(self.settings, project, cached)
        except RequestFailed as error:
            if not cached:
                raise IndexUnreachable(_unreachable(self.settings.url, project, error)) from None
            trouble = (
                f"No answer from the package index: {error}"
                if isinstance(error, NotThePage)
                else "Cannot reach the package index"
            )
            self.notes.append(f"{trouble}; using its answer for {project} from {cached['asked'][:16]} UTC.")
            return cached
        try:
            write_atomically(path, json.dumps(answer | {"asked": now.isoformat()}))
        except OSError as error:
            self.notes.append(f"Cannot cache the answer of the package index: {error}.")
        return answer

    def _cache_path(self, project: str) -> Path:
        return self.cache / self.settings.digest / f"{project}.json"


def _read_cached(path: Path) -> Any:
    """Return a cached page; None if there is none or it is damaged."""
    try:
        cached = json.loads(path.read_text(encoding="utf-8"))
        datetime.fromisoformat(cached["asked"])
        is_whole = {"etag", "files", "wheels"} <= cached.keys() and bool(dict(cached["files"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return cached if is_whole else None


def _unreachable(url: str, project: str, error: Exception) -> str:
    return (
        f"Cannot get {project} from the package index {without_secrets(url)}, and nothing is cached: {error}. "
        f"{CHECK_INDEX}"
    )


def _pair(release: Release, dask: Any, distributed: Any) -> IndexedRelease:
    uploaded = _uploaded(dask, distributed)
    if uploaded is None:
        raise IndexUnreachable(
            f"The package index has no upload time for release {release}; dask-matrix needs an index that serves "
            "the JSON form of the simple API with upload times (PEP 700)."
        )
    return IndexedRelease(
        release, uploaded, _specifier(dask["requires_python"]), yanked=dask["yanked"] or distributed["yanked"]
    )


def _uploaded(dask: Any, distributed: Any) -> datetime | None:
    """Return the later upload of the two files; None if the index does not tell both."""
    uploads = [datetime.fromisoformat(file["uploaded"]) for file in (dask, distributed) if file["uploaded"]]
    return max(uploads) if len(uploads) == len(PAIR) else None


def _specifier(text: str) -> SpecifierSet:
    try:
        return SpecifierSet(text)
    except InvalidSpecifier:
        return SpecifierSet()


def stable_releases(releases: Iterable[IndexedRelease]) -> list[IndexedRelease]:
    """Return the releases that are neither yanked nor pre-releases, in order."""
    return [each for each in releases if each.stable]
