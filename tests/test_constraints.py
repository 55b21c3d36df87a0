"""What the test command and CI install is locked, and says so of everything that pyproject.toml asks for."""

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"].values()
DIRECT = sorted({*PROJECT["dependencies"], *(each for extra in EXTRAS for each in extra)})
LOCKED = [Requirement(line) for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("text", DIRECT)
def test_a_direct_dependency_is_locked_to_a_version_that_it_allows(text: str) -> None:
    """Run ``nox -s lock`` after a change of pyproject.toml."""
    wanted = Requirement(text)
    locked = [each for each in LOCKED if canonicalize_name(each.name) == canonicalize_name(wanted.name)]
    versions = [str(each.specifier).removeprefix("==") for each in locked]
    assert versions
    assert all(wanted.specifier.contains(version) for version in versions)


@pytest.mark.parametrize("text", DIRECT)
def test_a_direct_dependency_has_a_lower_bound(text: str) -> None:
    """The oldest that ``nox -s oldest`` tests."""
    assert any(each.operator == ">=" for each in Requirement(text).specifier)


def test_a_lock_is_exact() -> None:
    """One version for each Python and platform, and no address of an index."""
    assert [str(each) for each in LOCKED if not str(each.specifier).startswith("==") or each.url] == []
