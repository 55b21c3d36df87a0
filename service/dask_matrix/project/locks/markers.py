"""Evaluate environment markers (PEP 508) and Python ranges for one Python and platform."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from packaging.markers import Marker, UndefinedEnvironmentName
from packaging.specifiers import SpecifierSet

from dask_matrix.domain.environments.environment import Python
from dask_matrix.domain.environments.release import version_of

if TYPE_CHECKING:
    from packaging.version import Version

PLATFORMS = {
    "linux": {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix", "platform_machine": "x86_64"},
    "darwin": {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix", "platform_machine": "arm64"},
    "win32": {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt", "platform_machine": "AMD64"},
}
"""The markers of the platforms that a lock can be for, if it is not for this machine's."""
EXTRA = re.compile(r"""\bextra\s*(==|!=)\s*("[^"]*"|'[^']*')""")
"""A comparison with one extra, as Poetry and uv write it: several extras can be installed at once."""

AMONG = re.compile(r"\bextras?\b|\bdependency_groups\b")
"""What a marker depends on besides Python and platform."""
NONE = (frozenset[str](), frozenset[str]())


@dataclass(frozen=True)
class MarkerEnvironment:
    """The Python and platform to evaluate markers for; ``known`` if the Python is the project's own.

    ``platform`` is a key of PLATFORMS, or empty for this machine's.
    """

    version: Version
    known: bool
    platform: str = ""

    @property
    def python(self) -> Python:
        """Its minor version."""
        return Python(self.version.major, self.version.minor)

    def __str__(self) -> str:
        assumed = "" if self.known else " (assumed; the project does not specify one)"
        return f"Python {self.python}{assumed} on {self.platform or sys.platform}"

    def is_any_true(
        self, markers: tuple[str, ...], extras: frozenset[str] = frozenset(), groups: frozenset[str] = frozenset()
    ) -> bool:
        """Whether one of the markers is true, or there are none; true if that cannot be decided."""
        names = (extras, groups)
        return not markers or any(
            _is_true(marker, self.version, self.platform, *(names if AMONG.search(marker) else NONE))
            for marker in markers
        )


@lru_cache(maxsize=4096)
def _is_true(marker: str, version: Version, platform: str, extras: frozenset[str], groups: frozenset[str]) -> bool:
    values: dict[str, str | frozenset[str]] = {
        "python_version": f"{version.major}.{version.minor}",
        "python_full_version": str(version),
        "extra": "",
        "extras": extras,
        "dependency_groups": groups,
        **PLATFORMS.get(platform, {}),
    }
    try:
        return _parsed(marker).evaluate(values, context="lock_file")
    except (ValueError, UndefinedEnvironmentName, RecursionError):  # an invalid marker, or one with unknown names
        return True


@lru_cache(maxsize=4096)
def _parsed(marker: str) -> Marker:
    """Return a marker with its extras as a set, as in PEP 751: ``extra == 'a'`` becomes ``'a' in extras``."""
    return Marker(EXTRA.sub(lambda found: f"{found[2]} {'in' if found[1] == '==' else 'not in'} extras", marker))


def allows(requires_python: str, version: Version) -> bool:
    """Whether ``requires-python`` allows this version; ``||`` separates alternatives, an invalid specifier allows all."""
    try:
        return any(SpecifierSet(each).contains(version, prereleases=True) for each in requires_python.split("||"))
    except ValueError:  # InvalidSpecifier is one; so is a number of thousands of digits
        return True


def allows_minor(requires_python: str, python: str) -> bool:
    """Whether ``requires-python`` allows any patch release of a Python minor version such as ``3.11``."""
    micros = (version_of(f"{python}.{micro}") for micro in range(100))
    return any(allows(requires_python, version) for version in micros if version)
