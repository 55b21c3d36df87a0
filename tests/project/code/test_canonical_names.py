"""Every public thing of Dask's has one spelling: the one in which scenarios say what they cover."""

import ast
from pathlib import Path

import pytest

from dask_matrix.project.code.canonical_names import PUBLIC, SPELT, canonical

SCENARIOS = Path(__file__).parents[3] / "scenarios"


def covered() -> set[str]:
    """Return every name that scenarios say they cover."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in SCENARIOS.rglob("test_*.py")]
    words = [
        node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg == "covers"
    ]
    constants = [node for word in words for node in ast.walk(word.value) if isinstance(node, ast.Constant)]
    return {str(node.value) for node in constants}


def test_the_scenarios_spelling_is_the_canonical_one() -> None:
    """So that what code uses and what scenarios cover meet."""
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
def test_a_name_has_one_spelling(name: str, spelt: str) -> None:
    """As short as Dask exports it, else as scenarios spell it."""
    assert canonical(name) == spelt


@pytest.mark.parametrize(
    "name", sorted({*SPELT, *SPELT.values(), *(f"{p}.{n}" for p, ns in PUBLIC.items() for n in ns.split())})
)
def test_the_canonical_spelling_of_a_canonical_spelling_is_itself(name: str) -> None:
    """However often it is asked for."""
    assert canonical(canonical(name)) == canonical(name)
