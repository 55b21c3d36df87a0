"""Paths: the layout of the data folder, and the files bundled with the package."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

DATA_VARIABLE = "DASK_MATRIX_DATA"
SNAPSHOT_VARIABLE = "DASK_MATRIX_SNAPSHOT"


def default_data() -> Path:
    """Return the default data folder: ``$DASK_MATRIX_DATA``, else the platform's user data folder."""
    return Path(os.environ.get(DATA_VARIABLE) or platformdirs.user_data_dir("dask-matrix", appauthor=False))


def bundled(name: str) -> Path:
    """Return a file or folder bundled with the package, in an installed wheel or in a checkout."""
    package = Path(__file__).parent
    in_wheel = package / "bundled" / name
    return in_wheel if in_wheel.exists() else package.parents[1] / name


def is_bundled(path: Path) -> bool:
    """Whether a path is part of the installed package, and so must not be written to."""
    return Path(__file__).parent / "bundled" in path.parents


def scenarios() -> Path:
    """Return the folder of the bundled scenario set, which also contains the harness."""
    return bundled("scenarios")


def snapshot() -> Path:
    """Return the folder of the snapshot: ``$DASK_MATRIX_SNAPSHOT``, else the bundled one."""
    return Path(os.environ.get(SNAPSHOT_VARIABLE) or bundled("snapshot"))


def cache() -> Path:
    """Return the cache folder; its contents can be deleted at any time."""
    return Path(platformdirs.user_cache_dir("dask-matrix", appauthor=False))


@dataclass(frozen=True)
class Places:
    """The layout of one data folder; folders are created when first written to."""

    data: Path

    @property
    def records(self) -> Path:
        """One folder per run with one file of records per environment: the source of truth."""
        return self.data / "records"

    @property
    def database(self) -> Path:
        """The SQLite database, an index of the records."""
        return self.data / "matrix.sqlite"

    @property
    def locks(self) -> Path:
        """The lock cache: locks by hash, and which request resolved to which."""
        return self.data / "locks"

    @property
    def environments(self) -> Path:
        """The installed environments, one folder per key."""
        return self.data / "environments"

    @property
    def pytest(self) -> Path:
        """pytest, one folder per Python version."""
        return self.data / "pytest"

    @property
    def index(self) -> Path:
        """The cache of the package index."""
        return self.data / "index"

    @property
    def mirrors(self) -> Path:
        """Mirrors of the dask and distributed repositories."""
        return self.data / "git"

    @property
    def wheels(self) -> Path:
        """Wheels built from commits, by project and commit."""
        return self.data / "wheels"

    @property
    def scratch(self) -> Path:
        """Temporary files of runs in progress."""
        return self.data / "scratch"
