"""The releases between two that are compared: where nothing was tested, a change may lie in any of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dask_matrix.domain.environments.release import Release


@dataclass(frozen=True)
class Gap:
    """The releases between two on one line that have no verdict; what cannot be installed cannot be where it changed."""

    untested: tuple[Release, ...] = ()
    uninstallable: tuple[Release, ...] = ()

    def __bool__(self) -> bool:
        """Whether any release is untested."""
        return bool(self.untested)

    @property
    def counts(self) -> str:
        """``14 releases untested``, ``1 release untested, 2 uninstallable``; empty if none is untested."""
        if not self.untested:
            return ""
        number = len(self.untested)
        untested = f"{number} {'release' if number == 1 else 'releases'} untested"
        return f"{untested}, {len(self.uninstallable)} uninstallable" if self.uninstallable else untested

    def where(self, before: str, after: str) -> str:
        """Return where a change is: ``in 2025.4.0``, or ``between 2025.2.0 and 2025.4.0 (1 release untested)``."""
        return f"between {before} and {after} ({self.counts})" if self else f"in {after}"


NO_GAP = Gap()
