"""Which tested environment of a release stands nearest to a user's own, and what still differs between the two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from dask_matrix.domain.environments.release import version_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dask_matrix.domain.environments.environment import Python
    from dask_matrix.domain.matrix.rows_and_columns import Environment

COMPARED = {"pandas": "pandas", "numpy": "NumPy", "pyarrow": "pyarrow"}
"""The packages that decide how Dask behaves beside Dask itself: canonical name -> how it is written in a sentence."""

SAME, MICRO, MINOR, MAJOR = range(4)
"""How far two versions of a package are apart: the first part of the version that differs."""

Candidate = tuple["Environment", "Mapping[str, str]"]
"""An environment that was tested, and the pins of its lock."""


@dataclass(frozen=True)
class Nearest:
    """The environment whose evidence says most of the user's own, None if none was tested; and what differs."""

    environment: Environment | None
    caveats: tuple[str, ...]


def nearest(
    start_packages: Mapping[str, str],
    python: Python | None,
    candidates: Sequence[tuple[Environment, Mapping[str, str]]],
) -> Nearest:
    """Return the candidate nearest to a user's packages (name, however it is spelled -> version) and Python.

    The same Python minor counts most, then the fewest packages that differ in their major version, in their minor, in
    less than that. What is equally near is decided by Python, then by key: never by the order of candidates.
    """
    if not candidates:
        return Nearest(None, ())
    start: dict[str, str] = {canonicalize_name(name): version for name, version in sorted(start_packages.items())}
    environment, pins = min(candidates, key=lambda candidate: _distance(start, python, candidate))
    return Nearest(environment, _caveats(start, python, (environment, pins)))


def _distance(start: Mapping[str, str], python: Python | None, candidate: Candidate) -> tuple[object, ...]:
    environment, pins = candidate
    apart = [_apart(start[name], pins.get(name)) for name in COMPARED if name in start]
    counts = tuple(apart.count(part) for part in (MAJOR, MINOR, MICRO))
    return _minors_apart(python, environment.python), counts, environment.python, environment.key


def _minors_apart(python: Python | None, other: Python) -> tuple[int, int]:
    """Return how far two Pythons are apart; nothing where the user's is not known."""
    if python is None:
        return (0, 0)
    return (abs(python.major - other.major), abs(python.minor - other.minor))


def _apart(version: str, other: str | None) -> int:
    """Return which part of two versions differs first. A package that was not there at all is as far as can be."""
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
    """Return a sentence for each difference in what is known of both sides."""
    environment, pins = candidate
    told = []
    if python is not None and python != environment.python:
        told.append(_caveat("Python", str(python), str(environment.python)))
    for name, written in COMPARED.items():
        if name in start and name in pins and _apart(start[name], pins[name]) != SAME:
            told.append(_caveat(written, start[name], pins[name]))
    return tuple(told)


def _caveat(what: str, yours: str, evidence: str) -> str:
    return f"You have {what} {yours}; the evidence was made with {what} {evidence}."
