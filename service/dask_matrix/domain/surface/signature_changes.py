"""Compare two signatures of one callable."""

from __future__ import annotations

from collections.abc import Iterator

from dask_matrix.domain.surface.change import Kind, SurfaceChange, Turn
from dask_matrix.domain.surface.signature import Signature, defaults_changed, narrowed
from dask_matrix.domain.surface.surface import Visibility, project_of


def signature_changes(
    before: str | None, after: str | None, kind: Kind, name: str, visibility: Visibility, also: tuple[str, ...] = ()
) -> Iterator[SurfaceChange]:
    """Return whether calls that were accepted no longer are, or new ones are, and which defaults changed."""
    if before == after or before is None or after is None:
        return
    old, new = Signature.parse(before), Signature.parse(after)
    if kind is Kind.METHOD:
        old, new = old.bound(), new.bound()
    for turn, detail in _turns(old, new):
        yield SurfaceChange(turn, kind, name, project_of(name), visibility, before, after, detail, also)


def _turns(old: Signature, new: Signature) -> Iterator[tuple[Turn, str]]:
    lost, gained = narrowed(old, new), narrowed(new, old)
    if lost:
        yield Turn.NARROWED, "; ".join(lost)
    elif gained:
        yield Turn.WIDENED, ""
    changed = defaults_changed(old, new)
    if changed:
        yield Turn.DEFAULT_CHANGED, "; ".join(changed)
