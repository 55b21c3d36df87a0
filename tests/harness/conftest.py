"""Fixtures for tests of the harness: a test bench, target environments, and starts over the specimens."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from filelock import FileLock

from dask_matrix.collect.environments.installation import install_pytest
from dask_matrix.collect.index.settings import index_settings
from dask_matrix.collect.machine.interpreters import NoInterpreter, find
from dask_matrix.domain.environments.environment import Python
from dask_matrix.places import Places
from tests.harness.bench import Bench
from tests.harness.specimen_starts import Start, Target, start

#: Minor versions of Python, of which the first available one is used.
PYTHONS = {"oldest": (9,), "newest": (14, 13)}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """An empty folder of tests."""
    return Bench(tmp_path)


@pytest.fixture(scope="session")
def target(shared: Path) -> Callable[[str], Target]:
    """The oldest or newest Python that the harness supports, as an empty target environment."""

    @cache
    def target_of(age: str) -> Target:
        missing = []
        for minor in PYTHONS[age]:
            try:
                interpreter = find(Python(3, minor))
            except NoInterpreter as problem:
                missing.append(str(problem))
                continue
            folder = install_pytest(shared / f"pytest-{minor}", interpreter.path, index_settings())
            return Target(interpreter.path, str(folder))
        pytest.skip("; ".join(missing))

    return target_of


@pytest.fixture(scope="session")
def start_of(target: Callable[[str], Target], shared: Path) -> Callable[[str, str], Start]:
    """A start over all specimens, by Python and isolation; each is made once, by the first process that asks for it."""

    @cache
    def made(age: str, isolation: str) -> Start:
        python, folder = target(age), shared / f"specimens-{age}-{isolation}"
        kept = folder / "start.json"
        with FileLock(f"{folder}.lock"):
            if not kept.exists():
                folder.mkdir()
                kept.write_text(start(folder, python, isolation=isolation).as_json())
        return Start.from_json(kept.read_text())

    return made


@pytest.fixture(scope="session")
def dask_target(real_data: Path) -> Target:
    """An environment with a real Dask release."""
    places = Places(real_data)
    release, *_ = sorted(places.environments.glob("*/lib/python*/site-packages/dask-2025.2.0.dist-info"))
    lib = release.parents[1]
    return Target(lib.parents[1] / "bin" / "python", str(places.pytest / lib.name.removeprefix("python")))
