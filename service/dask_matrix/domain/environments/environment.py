"""Environments: release x Python x lane x platform, resolved to one exact lock."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from dask_matrix.domain.environments.release import Release
from dask_matrix.domain.errors import DaskMatrixError


class Lane(StrEnum):
    """How the dependencies other than Dask are chosen."""

    AS_RELEASED = "as-released"
    LATEST = "latest"
    LOWEST_DIRECT = "lowest-direct"


class InvalidPython(DaskMatrixError):
    """The text is not a Python minor version."""


class InvalidEnvironment(DaskMatrixError):
    """The text does not name release, Python and lane."""


@dataclass(frozen=True, order=True)
class Python:
    """A Python minor version, ordered as numbers: 3.9 < 3.10 < 3.14 < 3.14t, the free-threaded build of 3.14."""

    major: int
    minor: int
    free_threaded: bool = False

    @classmethod
    def parse(cls, text: str) -> Python:
        """Read ``3.11`` or ``3.14t`` (or ``py311``, as session names write it); raise InvalidPython otherwise."""
        found = re.fullmatch(r"(?:py)?(\d)\.?(\d{1,2})(t?)", text.strip())
        if not found:
            raise InvalidPython(f"{text!r} is not a Python version. Write one such as 3.11 or 3.14t.")
        return cls(int(found[1]), int(found[2]), bool(found[3]))

    @property
    def tag(self) -> str:
        """The compact spelling of wheels and session names: ``311``, ``314t``."""
        return f"{self.major}{self.minor}{self.abi_flag}"

    @property
    def number(self) -> str:
        """The version of the language, which ``requires-python`` and markers speak of: ``3.14`` of ``3.14t``."""
        return f"{self.major}.{self.minor}"

    @property
    def abi_flag(self) -> str:
        """The letter that tells a free-threaded build: ``t``, else empty."""
        return "t" if self.free_threaded else ""

    def __str__(self) -> str:
        return f"{self.number}{self.abi_flag}"


@dataclass(frozen=True, order=True)
class EnvironmentSpec:
    """An environment before it is resolved: release, Python and lane, on this machine's platform."""

    release: Release
    python: Python
    lane: Lane

    @classmethod
    def parse(cls, label: str) -> EnvironmentSpec:
        """Read the label of a published release; raise InvalidEnvironment, InvalidPython or InvalidRelease."""
        release, python, lane = label_parts(label)
        return cls(Release.parse(release), python, lane)

    @cached_property
    def label(self) -> str:
        """The readable name, as nox lists it: ``2025.2.0, py311, as-released``."""
        return f"{self.release.text}, py{self.python.tag}, {self.lane}"

    @property
    def slug(self) -> str:
        """The label as a file name: ``2025.2.0-py311-as-released``."""
        return self.label.replace(", ", "-")


def lane_and_python_options(lane: Lane, python: Python | None) -> list[str]:
    """Return the command-line options for a lane, unless it is the default, and for a Python, if any."""
    options = [] if lane is Lane.AS_RELEASED else ["--lane", lane.value]
    return [*options, *(["--python", str(python)] if python else [])]


def label_parts(label: str) -> tuple[str, Python, Lane]:
    """Return the parts of a label: release or refs as text, Python and lane.

    Raises InvalidEnvironment, and InvalidPython.
    """
    parts = [part.strip() for part in label.split(",")]
    if len(parts) != len(("release", "python", "lane")) or parts[2] not in set(Lane):
        raise InvalidEnvironment(f"{label!r} is not an environment. Write one such as 2025.2.0, py311, as-released.")
    return parts[0], Python.parse(parts[1]), Lane(parts[2])


def environment_key(python: Python, platform: str, lock: str, spec: EnvironmentSpec) -> str:
    """Return the identity of an environment: 16 hex digits of a hash of Python, platform and lock.

    Without a lock (nothing could be resolved) the spec replaces it, so that such a column has a key too.
    """
    content = lock or f"unresolved {spec.label}"
    return hashlib.sha256("\n".join([str(python), platform, content]).encode()).hexdigest()[:16]


def packages(lock: str) -> dict[str, str]:
    """Return name -> version of the pins in a lock."""
    pins = re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", lock, flags=re.MULTILINE)
    return dict(pins)
