"""Every public name of Dask has one spelling: the one in the ``covers=`` of scenarios."""

import ast
from pathlib import Path

import pytest

from dask_matrix.project.code.canonical_names import ALIASES, PUBLIC, canonical

SCENARIOS = Path(__file__).parents[3] / "scenarios"


def covered() -> set[str]:
    """Return every name that scenarios cover."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in SCENARIOS.rglob("test_*.py")]
    words = [
        node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg == "covers"
    ]
    constants = [node for word in words for node in ast.walk(word.value) if isinstance(node, ast.Constant)]
    return {str(node.value) for node in constants}


def test_scenarios_use_canonical_names() -> None:
    """So that the names that code uses match those that scenarios cover."""
    assert {name: canonical(name) for name in covered() if canonical(name) != name} == {}


@pytest.mark.parametrize(
    ("name", "spelt"),
    [
        ("dask.distributed.Client.submit", "distributed.Client.submit"),
        ("distributed.client.Client", "distributed.Client"),
        ("distributed.SpecCluster.scale", "distributed.LocalCluster.scale"),
        ("distributed.deploy.spec.SpecCluster", "distributed.SpecCluster"),
        ("distributed.Security", "distributed.security.Security"),
        ("distributed.diagnostics.plugin.WorkerPlugin.setup", "distributed.WorkerPlugin.setup"),
        ("distributed.diagnostics.progressbar.progress", "distributed.progress"),
        ("dask.tokenize", "dask.base.tokenize"),
        ("dask.base.compute", "dask.compute"),
        ("dask.dataframe.core.DataFrame.groupby", "dask.dataframe.DataFrame.groupby"),
        ("dask.dataframe.io.parquet.core.read_parquet", "dask.dataframe.read_parquet"),
        ("dask_expr._collection.DataFrame", "dask.dataframe.DataFrame"),
        ("dask.dataframe.dask_expr.from_pandas", "dask.dataframe.from_pandas"),
        ("dask.array.blockwise.blockwise", "dask.array.blockwise"),
        ("dask.array.core.normalize_chunks", "dask.array.core.normalize_chunks"),
        ("dask.array.linalg.norm", "dask.array.linalg.norm"),
        ("config:a.b_c", "config:a.b-c"),
        ("numpy.array", "numpy.array"),
    ],
)
def test_name_has_one_spelling(name: str, spelt: str) -> None:
    """As short as Dask exports it, or else as in scenarios."""
    assert canonical(name) == spelt


@pytest.mark.parametrize(
    "name", sorted({*ALIASES, *ALIASES.values(), *(f"{p}.{n}" for p, ns in PUBLIC.items() for n in ns.split())})
)
def test_canonical_is_idempotent(name: str) -> None:
    """However often it is applied."""
    assert canonical(canonical(name)) == canonical(name)
