"""What the API surface changes of the names that the user's code has, for `check --code`."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from dask_matrix.domain.environments.release import UnknownRelease
from dask_matrix.domain.errors import EvidenceUnreachable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dask_matrix.commands.sources import EvidenceOptions
    from dask_matrix.domain.surface.comparison import Turned
    from dask_matrix.domain.upgrades.answer import Answer, SurfaceUse
    from dask_matrix.project.code.usage import Usage


def with_surface(answer: Answer, usage: Usage, options: EvidenceOptions) -> Answer:
    """Return the answer with the names in the code that the target lacks or deprecates; a caveat where nobody observed them."""
    if answer.start is None or answer.target is None or answer.target.pair:
        return answer
    try:
        return answer.with_surface(tuple(_uses(answer.start.release, answer.target.release, usage, options)))
    except (EvidenceUnreachable, UnknownRelease):
        caveat = (
            f"The API surface of {answer.start.release} or {answer.target.release} was not observed: names that are gone "
            "are not listed. `dask-matrix run` observes it."
        )
        return answer.model_copy(update={"caveats": (*answer.caveats, caveat)})


def _uses(start: str, target: str, usage: Usage, options: EvidenceOptions) -> Iterable[SurfaceUse]:
    from dask_matrix.commands.surface_source import open_timeline
    from dask_matrix.domain.surface.concern import concerning

    timeline = open_timeline(options.data, {start, target}, shipped=options.snapshot)
    used: dict[str, list[str]] = defaultdict(list)
    for names in (usage.names, usage.imported):
        for name, places in names.items():
            used[name] += map(str, places)
    return [_use(turned, places) for turned, places in concerning(timeline, start, target, used)]


def _use(turned: Turned, places: tuple[str, ...]) -> SurfaceUse:
    from dask_matrix.domain.upgrades.answer import SurfaceUse

    change = turned.change
    return SurfaceUse(
        turn=change.turn,
        kind=change.kind,
        name=change.name,
        after=change.after,
        detail=change.detail,
        between=(turned.last_before.release.text, turned.first_after.release.text),
        places=places,
    )
