"""Turns the sets of matrix.toml, or what was named on a command line, into environments to test."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet

from service.collect import interpreters
from service.collect.config import COMPARISONS, LATEST, selector
from service.collect.index import offered
from service.domain.environment import EnvironmentSpec, Lane
from service.domain.errors import UnknownName
from service.domain.release import InvalidRelease, Release, find

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from service.collect.config import Config
    from service.collect.index import Index, IndexedRelease
    from service.domain.environment import Python


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


def select(selectors: Iterable[str], releases: dict[Release, IndexedRelease]) -> list[IndexedRelease]:
    """Return the releases that any selector takes, in order; raise UnknownRelease for a named one that does not exist."""
    candidates = offered(releases.values())
    chosen: dict[Release, IndexedRelease] = {}
    for text in selectors:
        chosen |= {each.release: each for each in _taken(text, candidates, releases)}
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


def every_wanted(config: Config, index: Index) -> list[Wanted]:
    """Return the environments of all sets, each once, tagged with the sets it is in; in order of the columns."""
    releases = index.releases()
    tags: dict[EnvironmentSpec, list[str]] = {}
    pythons = _PythonChoice(config, index)
    for name, each in config.sets.items():
        for indexed in select(each.releases, releases):
            for lane in each.lanes:
                tags.setdefault(EnvironmentSpec(indexed.release, pythons(indexed), lane), []).append(name)
    return [Wanted(spec, releases[spec.release], tuple(tags[spec])) for spec in sorted(tags)]


def wanted(narrowing: Narrowing, config: Config, index: Index) -> list[Wanted]:
    """Return the environments that a command line asks for; raise UnknownRelease or UnknownName (of a set)."""
    if narrowing.releases:
        base = _named(narrowing, config, index)
    else:
        if narrowing.tag and narrowing.tag not in config.sets:
            raise UnknownName("set", narrowing.tag, list(config.sets))
        tags = {narrowing.tag} if narrowing.tag else {"all"} & config.sets.keys() or set(config.sets)
        base = [each for each in every_wanted(config, index) if tags & set(each.tags)]
    if narrowing.lanes:
        base = _each(base, lambda spec: [replace(spec, lane=lane) for lane in narrowing.lanes])
    if narrowing.pythons:
        base = _each(base, lambda spec: [replace(spec, python=python) for python in narrowing.pythons])
    return base


def _named(narrowing: Narrowing, config: Config, index: Index) -> list[Wanted]:
    for text in narrowing.releases:
        _check(text)
    chosen = select(narrowing.releases, index.releases())
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
