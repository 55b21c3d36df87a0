"""Turns the sets of matrix.toml, or what was named on a command line, into environments to test."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet

from dask_matrix.collect.index.index import offered
from dask_matrix.collect.machine import interpreters
from dask_matrix.collect.scenario_set.config import COMPARISONS, LATEST, selector
from dask_matrix.domain.environments.commit_pair import Refs
from dask_matrix.domain.environments.environment import EnvironmentSpec, Lane
from dask_matrix.domain.environments.release import InvalidRelease, Release, find
from dask_matrix.domain.errors import DaskMatrixError, UnknownName

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Sequence
    from datetime import datetime

    from dask_matrix.collect.git.commit_pairs import Repositories
    from dask_matrix.collect.index.index import Index, IndexedRelease
    from dask_matrix.collect.scenario_set.config import Config
    from dask_matrix.collect.workspace.workspace import Workplace
    from dask_matrix.domain.environments.environment import Python


LEFT_OUT = "Left out"
"""How a note begins that a set goes on without something."""


@dataclass(frozen=True)
class Wanted:
    """An environment to test, what the index says of its release, and the sets that ask for it."""

    spec: EnvironmentSpec
    indexed: IndexedRelease
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Narrowing:
    """What a command line asks for in place of a set: empty means as the sets have it.

    Without a ``tag`` the set ``all`` is meant, or every set where there is none of that name.
    """

    releases: tuple[str, ...] = ()
    pythons: tuple[Python, ...] = ()
    lanes: tuple[Lane, ...] = ()
    tag: str = ""


def select(
    selectors: Iterable[str],
    releases: dict[Release, IndexedRelease],
    pair: Callable[[str], list[IndexedRelease]] | None = None,
) -> list[IndexedRelease]:
    """Return the releases that any selector takes, in order; raise UnknownRelease for a named one that does not exist.

    ``pair`` resolves what names commits; without it those are left out.
    """
    candidates = offered(releases.values())
    chosen: dict[Release, IndexedRelease] = {}
    for text in selectors:
        found = (pair(text) if pair else []) if Refs.parse(text) else _taken(text, candidates, releases)
        chosen |= {each.release: each for each in found}
    return [chosen[release] for release in sorted(chosen)]


def _taken(
    text: str, candidates: list[IndexedRelease], releases: dict[Release, IndexedRelease]
) -> list[IndexedRelease]:
    if latest := LATEST.fullmatch(text):
        return candidates[-int(latest[1]) :]
    if text.startswith(COMPARISONS):
        specifier = SpecifierSet(text)
        return [each for each in candidates if specifier.contains(each.release.version, prereleases=True)]
    return [releases[find(text, releases)]]


def choose_python(
    indexed: IndexedRelease,
    config: Config,
    wheels: dict[str, dict[Python, datetime]],
    installed: Callable[[Python], bool] = interpreters.is_installed,
) -> Python:
    """Return the newest configured Python that a release supports and this machine has.

    A Python is supported if the release's own metadata allow it and each compiled package of ``wheels`` had wheels
    for it when the release was cut off. Without any on this machine the fallbacks are tried, then the newest
    supported one is returned: its environment will say that it was not found.
    """

    def supports(python: Python) -> bool:
        timely = (first.get(python) for first in wheels.values())
        return indexed.requires_python.contains(str(python)) and all(
            moment is not None and moment <= indexed.cutoff for moment in timely
        )

    configured = sorted(config.pythons, reverse=True)
    supported = list(filter(supports, configured)) or configured
    fallbacks = list(filter(supports, sorted(config.fallback_pythons)))
    return next(filter(installed, [*supported, *fallbacks]), supported[0])


def every_wanted(
    config: Config, index: Index, git: Repositories | None = None, only: Container[str] | None = None
) -> list[Wanted]:
    """Return the environments of all sets, or of some, each once, tagged with its sets; in order of the columns.

    Commits that can't be had, or without ``git``, are left out, which the notes of ``git`` say.
    """
    releases = index.releases()
    tags: dict[EnvironmentSpec, list[str]] = {}
    known: dict[Release, IndexedRelease] = {}
    pythons = _PythonChoice(config, index)
    for name, each in config.sets.items():
        if only is not None and name not in only:
            continue
        for indexed in select(each.releases, releases, partial(_pair_or_note, git) if git else None):
            known[indexed.release] = indexed
            for lane in each.lanes:
                tags.setdefault(EnvironmentSpec(indexed.release, pythons(indexed), lane), []).append(name)
    return [Wanted(spec, known[spec.release], tuple(tags[spec])) for spec in sorted(tags)]


def _pair_or_note(git: Repositories, text: str) -> list[IndexedRelease]:
    try:
        return [git.indexed(git.pair(text))]
    except DaskMatrixError as error:
        git.notes.append(f"{LEFT_OUT} {text}: {error}")
        return []


def wanted(narrowing: Narrowing, config: Config, index: Index, git: Repositories | None = None) -> list[Wanted]:
    """Return the environments that a command line asks for.

    Raises UnknownRelease, UnknownName (of a set), InvalidRelease if nothing of a set is left, and for commits that are
    named what ``git`` raises.
    """
    if narrowing.releases:
        base = _named(narrowing, config, index, git)
    else:
        if narrowing.tag and narrowing.tag not in config.sets:
            raise UnknownName("set", narrowing.tag, list(config.sets))
        tags = {narrowing.tag} if narrowing.tag else {"all"} & config.sets.keys() or set(config.sets)
        base = every_wanted(config, index, git, tags)
        if git and not base and (left_out := [note for note in git.notes if note.startswith(LEFT_OUT)]):
            raise InvalidRelease("\n".join(left_out))
    if narrowing.lanes:
        base = _each(base, lambda spec: [replace(spec, lane=lane) for lane in narrowing.lanes])
    if narrowing.pythons:
        base = _each(base, lambda spec: [replace(spec, python=python) for python in narrowing.pythons])
    return base


def wanted_pair(
    release: Release, workplace: Workplace, python: Python | None = None, lane: Lane = Lane.AS_RELEASED
) -> Wanted:
    """Return the environment of two commits, on the Python that a run would choose unless one is given."""
    indexed = workplace.git.indexed(release)
    chosen = python or _PythonChoice(workplace.config, workplace.index)(indexed)
    return Wanted(EnvironmentSpec(release, chosen, lane), indexed)


def _named(narrowing: Narrowing, config: Config, index: Index, git: Repositories | None) -> list[Wanted]:
    for text in narrowing.releases:
        _check(text)
    chosen = select(narrowing.releases, index.releases(), (lambda text: [git.indexed(git.pair(text))]) if git else None)
    if not chosen:
        raise InvalidRelease(f"No release is in {', '.join(narrowing.releases)}.")
    pythons = _PythonChoice(config, index)
    return [Wanted(EnvironmentSpec(each.release, pythons(each), Lane.AS_RELEASED), each) for each in chosen]


def _check(text: str) -> None:
    try:
        selector(text)
    except ValueError as error:
        raise InvalidRelease(f"{error}.") from None


def _each(base: Sequence[Wanted], vary: Callable[[EnvironmentSpec], list[EnvironmentSpec]]) -> list[Wanted]:
    varied = {spec: replace(each, spec=spec) for each in base for spec in vary(each.spec)}
    return [varied[spec] for spec in sorted(varied)]


class _PythonChoice:
    """Chooses Pythons, asking the index for each compiled package once."""

    def __init__(self, config: Config, index: Index) -> None:
        self.config = config
        self.wheels = {project: index.first_wheels(project) for project in config.wheels}

    def __call__(self, indexed: IndexedRelease) -> Python:
        return choose_python(indexed, self.config, self.wheels)
