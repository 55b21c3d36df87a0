"""Find the tested environment of a release that is most like the user's own, and what still differs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from dask_matrix.domain.environments.release import version_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dask_matrix.domain.environments.environment import Python
    from dask_matrix.domain.matrix.rows_and_columns import Environment

SIGNIFICANT_PACKAGES = {"pandas": "pandas", "numpy": "NumPy", "pyarrow": "pyarrow"}
"""The dependencies that affect Dask's behaviour most: canonical name -> its spelling in messages."""

SAME, MICRO, MINOR, MAJOR = range(4)
"""How much two versions of a package differ: the first part of the version that differs."""

Candidate = tuple["Environment", "Mapping[str, str]"]
"""A tested environment, and the pins of its lock."""


@dataclass(frozen=True)
class Nearest:
    """The tested environment most like the user's own, None if there is none, and the differences as sentences."""

    environment: Environment | None
    caveats: tuple[str, ...]


def nearest(
    start_packages: Mapping[str, str],
    python: Python | None,
    candidates: Sequence[tuple[Environment, Mapping[str, str]]],
) -> Nearest:
    """Return the candidate most like a user's packages (name in any spelling -> version) and Python.

    The nearest Python minor version wins, then the fewest packages that differ in their major version, in their minor
    version, in the rest. Ties are broken by Python, then by key: never by the order of candidates.
    """
    if not candidates:
        return Nearest(None, ())
    start: dict[str, str] = {canonicalize_name(name): version for name, version in sorted(start_packages.items())}
    environment, pins = min(candidates, key=lambda candidate: _distance(start, python, candidate))
    return Nearest(environment, _caveats(start, python, (environment, pins)))


def _distance(start: Mapping[str, str], python: Python | None, candidate: Candidate) -> tuple[object, ...]:
    environment, pins = candidate
    differences = [_difference(start[name], pins.get(name)) for name in SIGNIFICANT_PACKAGES if name in start]
    counts = tuple(differences.count(part) for part in (MAJOR, MINOR, MICRO))
    return _python_distance(python, environment.python), counts, environment.python, environment.key


def _python_distance(python: Python | None, other: Python) -> tuple[int, int]:
    """Return how many major and minor versions two Pythons are apart; zero if the user's is unknown."""
    if python is None:
        return (0, 0)
    return (abs(python.major - other.major), abs(python.minor - other.minor))


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


def _caveats(start: Mapping[str, str], python: Python | None, candidate: Candidate) -> tuple[str, ...]:
    """Return a sentence for each version that is known on both sides and differs."""
    environment, pins = candidate
    found = []
    if python is not None and python != environment.python:
        found.append(_caveat("Python", str(python), str(environment.python)))
    for name, spelling in SIGNIFICANT_PACKAGES.items():
        if name in start and name in pins and _difference(start[name], pins[name]) != SAME:
            found.append(_caveat(spelling, start[name], pins[name]))
    return tuple(found)


def _caveat(name: str, yours: str, tested: str) -> str:
    return f"You have {name} {yours}; the tests ran with {name} {tested}."
