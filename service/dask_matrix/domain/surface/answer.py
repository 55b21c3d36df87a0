"""What the API and ``dask-matrix surface --json`` answer about the surface."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from dask_matrix.domain.environments.environment import Lane
from dask_matrix.domain.surface.change import Kind, Turn
from dask_matrix.domain.surface.comparison import Comparison, Turned
from dask_matrix.domain.surface.names import NameHistory, Stretch, Unknown
from dask_matrix.domain.surface.surface import Visibility
from dask_matrix.domain.surface.timeline import SurfaceColumn

SETTINGS = frozenset({Kind.SETTING})
COMMANDS = frozenset({Kind.COMMAND, Kind.OPTION})
REQUIREMENTS = frozenset({Kind.REQUIREMENT, Kind.PYTHON})
SERVERS = frozenset({Kind.ROUTE, Kind.METRIC, Kind.HANDLER})
APART = SETTINGS | COMMANDS | REQUIREMENTS | SERVERS
"""What is not imported, and has lists of its own."""


class Observed(BaseModel):
    """Where a surface was observed. ``config``: the settings made before the import, if it depends on them."""

    model_config = ConfigDict(frozen=True)

    release: str
    python: str
    lane: Lane
    environment: str
    config: str | None = None

    @classmethod
    def of(cls, column: SurfaceColumn) -> Observed:
        """Return a column as it is told."""
        return cls(
            release=column.release.text,
            python=str(column.python),
            lane=column.lane,
            environment=column.environment,
            config=column.config or None,
        )


class SurfaceEntry(BaseModel):
    """One change. ``before`` and ``after``: a signature, a default, a requirement; for ``moved`` ``after`` is the new place.

    ``detail`` says which calls no longer fit; ``also`` are other places of the same object; ``between`` are the two
    neighbouring releases between which it changed.
    """

    model_config = ConfigDict(frozen=True)

    turn: Turn
    kind: Kind
    name: str
    project: str
    visibility: Visibility
    before: str | None = None
    after: str | None = None
    detail: str = ""
    also: tuple[str, ...] = ()
    between: Annotated[tuple[str, ...], Field(min_length=2, max_length=2)]

    @classmethod
    def of(cls, turned: Turned) -> SurfaceEntry:
        """Return a change as it is told."""
        return cls(**vars(turned.change), between=turned.between)


class SurfaceAnswer(BaseModel):
    """What the surface changes between two releases; ``counts``: the breaking changes by visibility, listed or not."""

    model_config = ConfigDict(frozen=True, validate_by_name=True, serialize_by_alias=True)

    start: Observed = Field(alias="from")
    target: Observed = Field(alias="to")
    counts: dict[Visibility, int]
    removed: list[SurfaceEntry]
    moved: list[SurfaceEntry]
    narrowed: list[SurfaceEntry]
    deprecated: list[SurfaceEntry]
    default_changed: list[SurfaceEntry]
    added: list[SurfaceEntry]
    widened: list[SurfaceEntry]
    settings: list[SurfaceEntry]
    commands: list[SurfaceEntry]
    requirements: list[SurfaceEntry]
    servers: list[SurfaceEntry]

    @classmethod
    def of(cls, comparison: Comparison) -> SurfaceAnswer:
        """Return a comparison as it is told."""
        imported = [each for each in comparison.turned if each.change.kind not in APART]
        return cls(
            **{"from": Observed.of(comparison.start), "to": Observed.of(comparison.target)},
            counts=comparison.counts,
            removed=_that(imported, Turn.REMOVED),
            moved=_that(imported, Turn.MOVED),
            narrowed=_that(imported, Turn.NARROWED),
            deprecated=_that(imported, Turn.DEPRECATED),
            default_changed=_that(imported, Turn.DEFAULT_CHANGED),
            added=_that(imported, Turn.ADDED),
            widened=_that(imported, Turn.WIDENED),
            settings=_of_kinds(comparison.turned, SETTINGS),
            commands=_of_kinds(comparison.turned, COMMANDS),
            requirements=_of_kinds(comparison.turned, REQUIREMENTS),
            servers=_of_kinds(comparison.turned, SERVERS),
        )


class NameStretch(BaseModel):
    """Neighbouring releases where a name is the same: ``present``, ``missing``, or ``unknown`` (its module does not import)."""

    model_config = ConfigDict(frozen=True)

    first: Observed
    last: Observed
    status: Literal["present", "missing", "unknown"]
    reason: str = ""
    kind: str | None = None
    home: str | None = None
    visibility: Visibility | None = None
    signature: str | None = None
    deprecated: str | None = None

    @classmethod
    def of(cls, stretch: Stretch) -> NameStretch:
        """Return a stretch as it is told."""
        first, last, name = Observed.of(stretch.columns[0]), Observed.of(stretch.columns[-1]), stretch.name
        if name is None:
            return cls(first=first, last=last, status="missing")
        if isinstance(name, Unknown):
            return cls(first=first, last=last, status="unknown", reason=name.reason)
        return cls(first=first, last=last, status="present", **vars(name) | {"deprecated": name.deprecated or None})


class NameAnswer(BaseModel):
    """The history of one dotted name over all releases; ``moved``: where it is now importable from, if it is gone."""

    model_config = ConfigDict(frozen=True)

    name: str
    moved: str | None
    stretches: list[NameStretch]

    @classmethod
    def of(cls, history: NameHistory) -> NameAnswer:
        """Return a history as it is told."""
        stretches = [NameStretch.of(each) for each in history.stretches]
        return cls(name=history.dotted, moved=history.moved, stretches=stretches)


def _that(turned: Iterable[Turned], turn: Turn) -> list[SurfaceEntry]:
    return [SurfaceEntry.of(each) for each in turned if each.change.turn is turn]


def _of_kinds(turned: Iterable[Turned], kinds: frozenset[Kind]) -> list[SurfaceEntry]:
    return [SurfaceEntry.of(each) for each in turned if each.change.kind in kinds]
