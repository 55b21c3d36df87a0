"""Where things are: the data folder's layout, and what a checkout or a wheel carries beside the package."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

DATA_VARIABLE = "DASK_MATRIX_DATA"
SNAPSHOT_VARIABLE = "DASK_MATRIX_SNAPSHOT"


def default_data() -> Path:
    """Return the data folder: ``$DASK_MATRIX_DATA``, else the user's data folder for this application."""
    return Path(os.environ.get(DATA_VARIABLE) or platformdirs.user_data_dir("dask-matrix", appauthor=False))


def bundled(name: str) -> Path:
    """Return a file or folder that comes with the package: from a wheel, or from the checkout it stands in."""
    package = Path(__file__).parent
    carried = package / "bundled" / name
    return carried if carried.exists() else package.parents[1] / name


def is_carried(path: Path) -> bool:
    """Whether a path is within what a wheel carries: part of an installation, nobody's to write to."""
    return Path(__file__).parent / "bundled" in path.parents


def scenarios() -> Path:
    """Return the folder of the scenario set that comes with the package; the harness lives in it too."""
    return bundled("scenarios")


def snapshot() -> Path:
    """Return the folder of the evidence that ships: ``$DASK_MATRIX_SNAPSHOT``, else what comes with the package."""
    return Path(os.environ.get(SNAPSHOT_VARIABLE) or bundled("snapshot"))


def cache() -> Path:
    """Return the folder of what can be made again at any time."""
    return Path(platformdirs.user_cache_dir("dask-matrix", appauthor=False))


@dataclass(frozen=True)
class Places:
    """The layout of one data folder. Properties are paths; folders are made when first written to."""

    data: Path

    @property
    def records(self) -> Path:
        """A folder for each run, in it a file of records for each environment. The truth."""
        return self.data / "records"

    @property
    def database(self) -> str:
        """The URL of the embedded database: an index of the records."""
        return f"sqlite:///{self.data / 'matrix.sqlite'}"

    @property
    def locks(self) -> Path:
        """Locks by content, and which request resolved to which."""
        return self.data / "locks"

    @property
    def environments(self) -> Path:
        """A folder for each installed environment, by key."""
        return self.data / "environments"

    @property
    def pytest(self) -> Path:
        """A folder that holds pytest for each Python minor."""
        return self.data / "pytest"

    @property
    def index(self) -> Path:
        """What the package index said last."""
        return self.data / "index"

    @property
    def mirrors(self) -> Path:
        """Copies of the repositories of dask and distributed."""
        return self.data / "git"

    @property
    def wheels(self) -> Path:
        """The wheels built of commits, by project and commit."""
        return self.data / "wheels"

    @property
    def scratch(self) -> Path:
        """Temporary files of running sessions."""
        return self.data / "scratch"
