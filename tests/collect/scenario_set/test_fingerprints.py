"""The fingerprints of our own scenarios: whoever changes one sees in review which rows run again everywhere.

After an edit that is meant to run them again: `python -m tests.collect.scenario_set.test_fingerprints`.
"""

import json
from pathlib import Path

import pytest

from dask_matrix import places
from dask_matrix.collect.scenario_set import catalog

RECORDED = Path(__file__).with_name("fingerprints.json")


@pytest.mark.slow
def test_no_fingerprint_changes_unnoticed() -> None:
    """Not by a change of the code that computes them either: these are those of 0.1.0, before everything was moved."""
    assert catalog.read(places.scenarios()).functions == json.loads(RECORDED.read_text(encoding="utf-8"))


if __name__ == "__main__":
    found = catalog.read(places.scenarios()).functions
    RECORDED.write_text(json.dumps(found, indent=0) + "\n", encoding="utf-8")
