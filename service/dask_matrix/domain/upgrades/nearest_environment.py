"""Find the tested environment of a release that is most like the user's own, and what in the evidence still differs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from dask_matrix.domain.environments.environment import packages
from dask_matrix.domain.environments.release import version_of
from dask_matrix.domain.upgrades.answer import VersionDifference

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dask_matrix.domain.environments.environment import Python
    from dask_matrix.domain.matrix.rows_and_columns import Environment

SIGNIFICANT_PACKAGES = {"pandas": "pandas", "numpy": "NumPy", "pyarrow": "pyarrow"}
"""The dependencies that affect Dask's behaviour most: canonical name -> its spelling in messages."""

SAME, MICRO, MINOR, MAJOR = range(4)
"""How much two versions of a package differ: the first part of the version that differs."""

Candidate = tuple["Environment", "Mapping[str, str]"]
"""A tested environment, and the pins of its lock."""


def nearest(
    start_packages: Mapping[str, str],
    python: Python | None,
    candidates: Sequence[tuple[Environment, Mapping[str, str]]],
) -> Environment | None:
    """Return the candidate most like a user's packages (name in any spelling -> version) and Python; None without candidates.

    The nearest Python minor version wins, then the fewest packages that differ in their major version, in their minor
    version, in the rest. Ties are broken by Python, then by key: never by the order of candidates.
    """
    if not candidates:
        return None
    start = _canonical(start_packages)
    return min(candidates, key=lambda candidate: _distance(start, python, candidate))[0]


def version_differences(
    own: Mapping[str, str], python: Python | None, start: Environment | None, target: Environment | None
) -> Iterator[VersionDifference]:
    """Yield where the tested environments have another version than the user (name in any spelling -> version, and Python).

    Only versions that are known on both sides are compared.
    """
    tested = (start, target)
    if python is not None and any(each is not None and each.python != python for each in tested):
        ran = [str(each.python) if each else None for each in tested]
        yield VersionDifference(name="Python", yours=str(python), start=ran[0], target=ran[1])
    have, pins = _canonical(own), [packages(each.lock) if each and each.lock else {} for each in tested]
    for name, spelling in SIGNIFICANT_PACKAGES.items():
        versions = [each.get(name) for each in pins]
        if name in have and any(each and _difference(have[name], each) != SAME for each in versions):
            yield VersionDifference(name=spelling, yours=have[name], start=versions[0], target=versions[1])


def version_caveat(differs: VersionDifference, start: str, target: str) -> str:
    """Return one difference as a sentence; ``start`` and ``target`` are the names of the two releases."""
    name, tested = differs.name, list(dict.fromkeys(filter(None, (differs.start, differs.target))))
    if len(tested) == 1:
        return f"You have {name} {differs.yours}; the tests ran with {name} {tested[0]}."
    return (
        f"You have {name} {differs.yours}; the tests ran with {name} {differs.start} on {start} "
        f"and {name} {differs.target} on {target}."
    )


def _canonical(versions: Mapping[str, str]) -> dict[str, str]:
    return {canonicalize_name(name): version for name, version in sorted(versions.items())}


def _distance(start: Mapping[str, str], python: Python | None, candidate: Candidate) -> tuple[object, ...]:
    environment, pins = candidate
    differences = [_difference(start[name], pins.get(name)) for name in SIGNIFICANT_PACKAGES if name in start]
    counts = tuple(differences.count(part) for part in (MAJOR, MINOR, MICRO))
    return _python_distance(python, environment.python), counts, environment.python, environment.key


def _python_distance(python: Python | None, other: Python) -> tuple[int, int, bool]:
    """Return how many major and minor versions two Pythons are apart, and whether only one is free-threaded.

    Zero if the user's is unknown.
    """
    if python is None:
        return (0, 0, False)
    differs = python.free_threaded != other.free_threaded
    return (abs(python.major - other.major), abs(python.minor - other.minor), differs)


def _difference(version: str, other: str | None) -> int:
    """Return the first part in which two versions differ; MAJOR for a package that is missing."""
    if other is None:
        return MAJOR
    ours, theirs = version_of(version), version_of(other)
    if ours is None or theirs is None:
        return SAME if version == other else MAJOR
    if ours == theirs:
        return SAME
    if (ours.epoch, ours.major) != (theirs.epoch, theirs.major):
        return MAJOR
    return MINOR if ours.minor != theirs.minor else MICRO
