"""Say why a release of an upgrade question cannot be compared, what is near it, and how to test it."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dask_matrix.domain.environments.environment import Lane
from dask_matrix.domain.environments.release import nearest
from dask_matrix.domain.upgrades.answer import MissingEvidence, MissingKind

if TYPE_CHECKING:
    from collections.abc import Collection

    from dask_matrix.domain.environments.environment import Python
    from dask_matrix.domain.environments.release import Release
    from dask_matrix.domain.matrix.rows_and_columns import Environment
    from dask_matrix.domain.upgrades.columns import ColumnSets

RUNNABLE = frozenset({MissingKind.NEWER, MissingKind.ELSEWHERE, MissingKind.UNTESTED})
"""The kinds that a run would mend."""


@dataclass(frozen=True)
class TestedReleases:
    """The releases that were tested in a lane and on a Python, None for any, and those that the package index listed last.

    ``published`` is empty if the index was never read.
    """

    column_sets: ColumnSets
    lane: Lane
    python: Python | None
    published: Collection[Release] = ()

    def missing(self, release: Release, column: Environment | None) -> MissingEvidence | None:
        """Return why a release has nothing to compare, None if it has; ``column`` is the environment that represents it."""
        if column is not None and not column.refusal:
            return None
        kind = self._kind(release, column)
        usable = {each for each in self.column_sets.releases if each != release and self._installs(each)}
        near, newest = tuple(map(str, nearest(release, usable))), str(max(usable)) if usable else None
        command = self._command(release) if kind in RUNNABLE else ""
        return MissingEvidence(
            release=release.url_name,
            kind=kind,
            nearest=near,
            newest=newest,
            command=command,
            sentence=_refusal(column)
            or self._sentence(release, self._reason(release, kind, newest), near, command=command),
        )

    def _kind(self, release: Release, column: Environment | None) -> MissingKind:
        if column is not None:
            return MissingKind.UNINSTALLABLE
        if release.pair or release in self.column_sets.releases:
            return MissingKind.ELSEWHERE
        if release > max(self.column_sets.releases, default=release):
            return MissingKind.NEWER
        return MissingKind.UNKNOWN if self.published and release not in self.published else MissingKind.UNTESTED

    def _installs(self, release: Release) -> bool:
        return any(not each.refusal for each in self.column_sets.columns(release, self.lane, self.python))

    def _reason(self, release: Release, kind: MissingKind, newest: str | None) -> str:
        if newest is None and kind is not MissingKind.ELSEWHERE:
            return "nothing has been tested there"
        match kind:
            case MissingKind.ELSEWHERE:
                return f"only in {self._tested_in(release)}"
            case MissingKind.NEWER:
                listed = not self.published or release in self.published
                unlisted = "" if listed else ", and the package index did not list it when last read"
                return f"it is newer than the newest tested release, {newest}{unlisted}"
            case MissingKind.UNKNOWN:
                return f"the package index did not list it when last read; the newest tested release is {newest}"
            case _:
                return f"the newest tested release is {newest}"

    def _tested_in(self, release: Release) -> str:
        """Return the lanes that a release was tested in, with their Pythons."""
        pythons: dict[Lane, set[Python]] = {}
        for each in self.column_sets.matrix.environments:
            if each.release == release:
                pythons.setdefault(each.lane, set()).add(each.python)
        return " and ".join(
            f"lane {lane} (Python {', '.join(map(str, sorted(pythons[lane])))})" for lane in sorted(pythons)
        )

    def _sentence(self, release: Release, reason: str, near: tuple[str, ...], *, command: str) -> str:
        python = f" on Python {self.python}" if self.python else ""
        around = f"; nearest tested: {', '.join(near)}" if near else ""
        run = f" (to test it: {command})" if command else ""
        return f"{release.url_name} has not been tested in lane {self.lane}{python}: {reason}{around}{run}."

    def _command(self, release: Release) -> str:
        words = ["dask-matrix", "run", "--release", release.url_name]
        words += ["--python", str(self.python)] if self.python else []
        words += ["--lane", self.lane] if self.lane is not Lane.AS_RELEASED else []
        return shlex.join(words)


def _refusal(column: Environment | None) -> str:
    if column is None or not column.refusal:
        return ""
    return f"dask {column.release.url_name} cannot be installed: {_first_line(column.refusal.message)}"


def _first_line(message: str) -> str:
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    return lines[0] if lines else "no reason was given."
