"""One change of the surface between two releases."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dask_matrix.domain.surface.surface import RANK, Visibility


class Turn(StrEnum):
    """What happened to a name, a setting, a command or a requirement."""

    REMOVED = "removed"
    MOVED = "moved"
    ADDED = "added"
    NARROWED = "narrowed"
    WIDENED = "widened"
    DEFAULT_CHANGED = "default-changed"
    DEPRECATED = "deprecated"
    RENAMED = "renamed"
    RAISED = "raised"
    CAPPED = "capped"
    LOOSENED = "loosened"


class Kind(StrEnum):
    """What changed."""

    MODULE = "module"
    CLASS = "class"
    FUNCTION = "function"
    METHOD = "method"
    PROPERTY = "property"
    ATTRIBUTE = "attribute"
    DATA = "data"
    SETTING = "setting"
    COMMAND = "command"
    OPTION = "option"
    REQUIREMENT = "requirement"
    PYTHON = "python"
    ROUTE = "route"
    METRIC = "metric"
    HANDLER = "handler"


BREAKING = frozenset({Turn.REMOVED, Turn.MOVED, Turn.NARROWED})
"""What makes code that worked before fail."""


SEEN = frozenset({Visibility.DOCUMENTED, Visibility.PUBLIC})
NEW = frozenset({Turn.ADDED, Turn.WIDENED, Turn.LOOSENED})
"""What breaks nothing."""


@dataclass(frozen=True)
class SurfaceChange:
    """``before`` and ``after`` are texts: a signature, a default, a requirement, for ``moved`` the new place.

    ``also``: the other places from which the same object could be imported. ``detail``: which calls no longer fit.
    """

    turn: Turn
    kind: Kind
    name: str
    project: str
    visibility: Visibility
    before: str | None = None
    after: str | None = None
    detail: str = ""
    also: tuple[str, ...] = ()

    @property
    def needs_more(self) -> bool:
        """Whether a new requirement has to be installed, by everybody: it belongs to no extra."""
        return self.turn is Turn.ADDED and self.kind is Kind.REQUIREMENT and "[" not in self.name

    @property
    def order(self) -> tuple[int, str, str, str]:
        """What to sort by: the most public first, then by name."""
        return RANK[self.visibility], self.name, self.turn, self.detail


@dataclass(frozen=True)
class Narrowing:
    """Which changes to list: those of some names and all below them, private ones too, new ones too, those of one kind."""

    names: tuple[str, ...] = ()
    private: bool = False
    added: bool = False
    kind: Kind | None = None

    def takes(self, change: SurfaceChange) -> bool:
        """Whether a change is listed; one that was asked for by its name always is."""
        if self.kind is not None and change.kind is not self.kind:
            return False
        if self.names:
            places = (change.name, *change.also)
            return any(place == name or place.startswith(f"{name}.") for place in places for name in self.names)
        is_new = change.turn in NEW and not change.needs_more
        return (self.private or change.visibility in SEEN) and (self.added or not is_new)
