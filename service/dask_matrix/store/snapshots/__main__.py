"""Write the verdicts of a snapshot again, from its records: `nox -s verdicts`."""

from __future__ import annotations

import sys
from pathlib import Path

from dask_matrix.store.snapshots.location import BadSnapshot
from dask_matrix.store.snapshots.snapshot import write_verdicts


def main() -> None:
    """Write the verdicts in the folder that is given."""
    try:
        write_verdicts(Path(sys.argv[1]))
    except BadSnapshot as error:
        sys.exit(f"dask-matrix: {error}")


if __name__ == "__main__":
    main()
