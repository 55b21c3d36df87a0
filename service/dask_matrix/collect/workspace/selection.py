"""Select environments from the sets of matrix.toml or from command-line options."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet

from dask_matrix.collect.index.index import stable_releases
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
    from dask_matrix.collect.workspace.workspace import Workspace
    from dask_matrix.domain.environments.environment import Python


SKIPPED = "Skipped"
"""Prefix of the note for a selector of a set that could not be resolved."""


@dataclass(frozen=True)
class SelectedEnvironment:
    """An environment to test, its release on the index, and the sets that contain it (``tags``)."""

    spec: EnvironmentSpec
    indexed: IndexedRelease
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class SelectionOptions:
    """Command-line options that override the sets; empty means as in the sets.

    An empty ``tag`` means the set ``all``, or every set if there is none of that name.
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
    """Return the releases that match any selector, in order; raise UnknownRelease if a named one does not exist.

    ``pair`` resolves commit pairs; without it their selectors are ignored.
    """
    candidates = stable_releases(releases.values())
    chosen: dict[Release, IndexedRelease] = {}
    for text in selectors:
        found = (pair(text) if pair else []) if Refs.parse(text) else _matching(text, candidates, releases)
        chosen |= {each.release: each for each in found}
    return [chosen[release] for release in sorted(chosen)]


def _matching(
    text: str, candidates: list[IndexedRelease], releases: dict[Release, IndexedRelease]
) -> list[IndexedRelease]:
    if latest := LATEST.fullmatch(text):
        return candidates[-int(latest[1] or 1) :]
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

    A Python is supported if the release's metadata allow it and each compiled package of ``wheels`` had wheels for it
    by the cutoff of the release. If none of them is installed, the fallbacks are tried; if those are not either, the
    newest supported one is returned, and its environment is refused with the places searched.
    """

    def supports(python: Python) -> bool:
        first_wheels = (first.get(python) for first in wheels.values())
        return indexed.requires_python.contains(python.number) and all(
            moment is not None and moment <= indexed.cutoff for moment in first_wheels
        )

    configured = sorted(config.pythons, reverse=True)
    supported = list(filter(supports, configured)) or configured
    fallbacks = list(filter(supports, sorted(config.fallback_pythons)))
    return next(filter(installed, [*supported, *fallbacks]), supported[0])


def all_environments(
    config: Config, index: Index, git: Repositories | None = None, only: Container[str] | None = None
) -> list[SelectedEnvironment]:
    """Return the environments of all sets, or of ``only`` some, once each, tagged with their sets, in column order.

    Commits that cannot be resolved are skipped with a note on ``git``; without ``git`` all commits are skipped.
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
    return [SelectedEnvironment(spec, known[spec.release], tuple(tags[spec])) for spec in sorted(tags)]


def _pair_or_note(git: Repositories, text: str) -> list[IndexedRelease]:
    try:
        return [git.indexed(git.pair(text))]
    except DaskMatrixError as error:
        git.notes.append(f"{SKIPPED} {text}: {error}")
        return []


def select_environments(
    options: SelectionOptions, config: Config, index: Index, git: Repositories | None = None
) -> list[SelectedEnvironment]:
    """Return the environments that the options select.

    Raises UnknownRelease, UnknownName for a set, InvalidRelease if no selector of a set could be resolved, and the
    errors of ``git`` for commits named in the options.
    """
    if options.releases:
        base = _select_named(options, config, index, git)
    else:
        if options.tag and options.tag not in config.sets:
            raise UnknownName("set", options.tag, list(config.sets))
        tags = {options.tag} if options.tag else {"all"} & config.sets.keys() or set(config.sets)
        base = all_environments(config, index, git, tags)
        if git and not base and (skipped := [note for note in git.notes if note.startswith(SKIPPED)]):
            raise InvalidRelease("\n".join(skipped))
    if options.lanes:
        base = _vary(base, lambda spec: [replace(spec, lane=lane) for lane in options.lanes])
    if options.pythons:
        base = _vary(base, lambda spec: [replace(spec, python=python) for python in options.pythons])
    return base


def select_commit_pair(
    release: Release, workspace: Workspace, python: Python | None = None, lane: Lane = Lane.AS_RELEASED
) -> SelectedEnvironment:
    """Return the environment of a commit pair, on the Python that a run would choose unless one is given."""
    indexed = workspace.git.indexed(release)
    chosen = python or _PythonChoice(workspace.config, workspace.index)(indexed)
    return SelectedEnvironment(EnvironmentSpec(release, chosen, lane), indexed)


def _select_named(
    options: SelectionOptions, config: Config, index: Index, git: Repositories | None
) -> list[SelectedEnvironment]:
    for text in options.releases:
        _validate(text)
    chosen = select(options.releases, index.releases(), (lambda text: [git.indexed(git.pair(text))]) if git else None)
    if not chosen:
        raise InvalidRelease(f"No release matches {', '.join(options.releases)}.")
    pythons = _PythonChoice(config, index)
    return [
        SelectedEnvironment(EnvironmentSpec(each.release, pythons(each), Lane.AS_RELEASED), each) for each in chosen
    ]


def _validate(text: str) -> None:
    try:
        selector(text)
    except ValueError as error:
        raise InvalidRelease(f"{error}.") from None


def _vary(
    base: Sequence[SelectedEnvironment], vary: Callable[[EnvironmentSpec], list[EnvironmentSpec]]
) -> list[SelectedEnvironment]:
    varied = {spec: replace(each, spec=spec) for each in base for spec in vary(each.spec)}
    return [varied[spec] for spec in sorted(varied)]


class _PythonChoice:
    """Chooses Pythons; asks the index about each compiled package once."""

    def __init__(self, config: Config, index: Index) -> None:
        self.config = config
        self.wheels = {project: index.first_wheel_dates(project) for project in config.wheels}

    def __call__(self, indexed: IndexedRelease) -> Python:
        return choose_python(indexed, self.config, self.wheels)
