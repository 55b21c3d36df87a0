"""What the API surface changes of the names that the user's code has, for `check --code`."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from dask_matrix.commands.surface_source import open_timeline
from dask_matrix.domain.environments.release import UnknownRelease
from dask_matrix.domain.errors import EvidenceUnreachable
from dask_matrix.domain.surface.comparison import concerning, release_index
from dask_matrix.domain.surface.names import Name, Unknown, look_up
from dask_matrix.domain.upgrades.answer import SurfaceUse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dask_matrix.commands.sources import EvidenceOptions
    from dask_matrix.domain.surface.comparison import Turned
    from dask_matrix.domain.surface.timeline import Timeline
    from dask_matrix.domain.upgrades.answer import Answer
    from dask_matrix.project.code.usage import Usage


def with_surface(answer: Answer, usage: Usage, options: EvidenceOptions) -> Answer:
    """Return the answer with the names in the code that the target lacks or deprecates.

    A caveat says where nobody observed the surface, or could not import the module of a name.
    """
    if answer.start is None or answer.target is None or answer.target.pair:
        return answer
    start, target = answer.start.release, answer.target.release
    try:
        timeline = open_timeline(options.data, {start, target}, shipped=options.snapshot)
        used = _used(usage)
        uses = tuple(_use(turned, places) for turned, places in concerning(timeline, start, target, used))
        return _with_caveats(answer.with_surface(uses), _unknown(timeline, start, target, used))
    except (EvidenceUnreachable, UnknownRelease):
        caveat = (
            f"The API surface of {start} or {target} was not observed: names that are gone are not listed. "
            "`dask-matrix run` observes it."
        )
        return _with_caveats(answer, [caveat])


def _with_caveats(answer: Answer, caveats: Iterable[str]) -> Answer:
    return answer.model_copy(update={"caveats": (*answer.caveats, *caveats)})


def _used(usage: Usage) -> dict[str, list[str]]:
    """Return each name that the code has -> its places, without those in files that cope without it."""
    used: dict[str, list[str]] = defaultdict(list)
    for names in (usage.names, usage.literal.places):
        for name, places in names.items():
            leaf = name.rpartition(".")[2]
            used[name] += [str(place) for place in places if leaf not in usage.literal.coped.get(place.file, ())]
    return {name: places for name, places in used.items() if places}


def _unknown(timeline: Timeline, start: str, target: str, used: Mapping[str, list[str]]) -> Iterator[str]:
    """Yield a caveat for names that the start has and whose module could not be imported on the target."""
    before, after = (timeline.view(release_index(timeline, each)) for each in (start, target))
    for name, places in used.items():
        found = look_up(after, name)
        if isinstance(found, Unknown) and isinstance(look_up(before, name), Name):
            yield f"Whether {target} has {name} ({places[0]}) is unknown: its module could not be imported ({found.reason})."


def _use(turned: Turned, places: tuple[str, ...]) -> SurfaceUse:
    change = turned.change
    return SurfaceUse(
        turn=change.turn,
        kind=change.kind,
        name=change.name,
        after=change.after,
        detail=change.detail,
        between=turned.between,
        places=places,
    )
