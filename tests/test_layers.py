"""The rules of the house, held against the imports as they stand."""

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = {
    "domain": set(),
    "places": set(),
    "python_process": set(),
    "tell": {"domain"},
    "store": {"domain"},
    "project": {"domain"},
    "collect": {"domain", "store", "places", "python_process"},
    "web": {"domain", "store"},
    "site": {"domain", "web"},
    "client": {"domain"},
    "commands": {
        "domain",
        "store",
        "collect",
        "project",
        "tell",
        "web",
        "site",
        "client",
        "places",
        "python_process",
    },
    "cli": {"domain", "commands"},
    "__main__": {"cli", "python_process"},
}
"""What each room may import besides itself."""
ORDER = {
    "domain": (
        *("redaction", "errors", "issue", "patterns", "wording"),
        *("environments", "surface", "records", "verdicts", "matrix", "upgrades", "transitions", "bisection"),
    ),
    "collect": (
        *("files", "index", "machine", "scenario_set", "git", "workspace", "environments"),
        *("planning", "supervising", "running", "bisection"),
    ),
    "web": (
        *("links", "times", "path_parameters", "matrix_cache", "reader", "state", "dependencies"),
        *("repeat_commands", "cells", "columns", "http", "as_of", "drawing", "feeds", "about"),
        *("api", "pages", "openapi", "app"),
    ),
}
"""The rooms within a room: each imports itself and those before it."""
MOST_FILES = 16
"""Files of a room within domain, collect or web."""
KEEPERS = {
    "sqlalchemy": {"store"},
    "alembic": {"store"},
    "fastapi": {"web"},
    "starlette": {"web"},
    "jinja2": {"web"},
    "pygments": {"web"},
    "uvicorn": {"commands"},
    "typer": {"cli", "commands"},
    "rich": {"commands", "tell"},
    "httpx2": {"client"},
    "stamina": {"client", "commands"},
    "nox": {"collect"},
    "uv": {"collect"},
    "pypi_simple": {"collect"},
    "requests": {"collect"},
    "psutil": {"collect"},
    "subprocess": {"collect", "commands"},
    "sqlite3": {"store"},  # where a command must start quicker than SQLAlchemy does
}
"""Which rooms may import a library."""
PURE = {"packaging", "pydantic"}
"""What ``domain`` may import besides the standard library."""
PACKAGE = ROOT / "service" / "dask_matrix"
FILES = sorted(PACKAGE.rglob("*.py"))


@cache
def imported(path: Path) -> tuple[str, ...]:
    """Return the dotted names a file imports, wherever in it."""
    return tuple(_imported(path))


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                continue  # within its own package
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room(path: Path) -> str:
    """Return the room a file of the service is in."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def named(path: Path) -> str:
    """Return a file as a test id."""
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", FILES, ids=named)
def test_imports_run_downward(path: Path) -> None:
    """Commands over web and collect over store over domain; written in full, so that this can be read off."""
    tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    assert not any(isinstance(node, ast.ImportFrom) and node.level for node in tree)
    here = room(path)
    if here == "__init__":
        return
    others = {name.split(".")[1] for name in imported(path) if name.startswith("dask_matrix.")} - {here, "__version__"}
    assert others <= ROOMS[here], f"{here} imports {others - ROOMS[here]}"


@pytest.mark.parametrize("outer", ORDER)
def test_imports_run_one_way_within_a_room(outer: str) -> None:
    """From what stands later in ORDER to what stands earlier; every file is in one of them."""
    places = {name: place for place, name in enumerate(ORDER[outer])}
    for path in sorted((PACKAGE / outer).rglob("*.py")):
        here = path.relative_to(PACKAGE / outer).parts[0].removesuffix(".py")
        if here == "__init__":
            continue
        inner = {name.split(".")[2] for name in imported(path) if re.match(rf"dask_matrix\.{outer}\.\w", name)}
        up = {name for name in inner if name in places and places[name] > places[here]}
        assert not up, f"{named(path)} imports {up}"


@pytest.mark.parametrize("outer", ORDER)
def test_a_room_is_small_enough_to_see_from_ls(outer: str) -> None:
    """Folders of at most MOST_FILES files; their __init__ does not count."""
    for folder in (path for path in (PACKAGE / outer).rglob("*") if path.is_dir()):
        files = [path for path in folder.glob("*.py") if path.name != "__init__.py"]
        assert len(files) <= MOST_FILES, named(folder)


@pytest.mark.parametrize("path", FILES, ids=named)
def test_a_library_stays_in_its_room(path: Path) -> None:
    """Only store knows SQL, only web knows FastAPI, only collect starts processes or reaches an index."""
    for name in imported(path):
        keepers = KEEPERS.get(name.split(".")[0])
        assert keepers is None or room(path) in keepers, f"{named(path)} imports {name}"


@pytest.mark.parametrize("path", sorted((PACKAGE / "domain").rglob("*.py")), ids=named)
def test_the_domain_is_pure(path: Path) -> None:
    """The standard library, itself, and two libraries of values."""
    for name in imported(path):
        top = name.split(".")[0]
        assert top in sys.stdlib_module_names | PURE or name.startswith("dask_matrix.domain"), (
            f"{named(path)} imports {name}"
        )
        assert top not in {"os", "pathlib", "io", "socket", "tempfile", "shutil"}, f"{named(path)} reaches outside"


def test_the_two_sides_never_import_each_other() -> None:
    """The record is the whole contract."""
    for path in FILES:
        assert not any(name.split(".")[0] in {"scenarios", "dask_matrix_harness"} for name in imported(path)), named(
            path
        )
    for path in (ROOT / "scenarios").rglob("*.py"):
        assert not any(name.split(".")[0] == "dask_matrix" for name in imported(path)), named(path)


def test_the_target_side_needs_only_pytest_and_what_is_under_test() -> None:
    """Nothing else is installed there."""
    given = sys.stdlib_module_names | {"pytest", "_pytest", "packaging", "dask_matrix_harness"}
    for path in (ROOT / "scenarios" / "dask_matrix_harness").rglob("*.py"):
        assert not {name.split(".")[0] for name in imported(path) if name} - given, named(path)


@pytest.mark.parametrize("path", sorted((ROOT / "scenarios").rglob("*.py")), ids=named)
def test_the_target_side_parses_as_python_3_9(path: Path) -> None:
    """The oldest Python that a release is run on."""
    ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 9))


def test_no_circle_of_imports() -> None:
    """Not even a lazy one within a room."""
    graph = {
        named(path).removeprefix("service/").removesuffix(".py").replace("/", "."): set(imported(path))
        for path in FILES
    }
    edges = {module: {name for name in names if name in graph and name != module} for module, names in graph.items()}
    while leaves := [module for module, needs in edges.items() if not needs]:
        for leaf in leaves:
            del edges[leaf]
        for needs in edges.values():
            needs.difference_update(leaves)
    assert not edges, f"in or above a circle: {sorted(edges)}"


def test_the_protocol_of_the_harness_is_the_one_in_every_fingerprint() -> None:
    """Both sides name it, neither imports it."""

    def constant(path: Path, name: str) -> object:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.Assign | ast.AnnAssign):
                target = node.targets[0] if isinstance(node, ast.Assign) else node.target
                if isinstance(target, ast.Name) and target.id == name and isinstance(node.value, ast.Constant):
                    return node.value.value
        return None

    harness = {constant(path, "PROTOCOL") for path in (ROOT / "scenarios" / "dask_matrix_harness").glob("*.py")} - {
        None
    }
    assert harness == {constant(PACKAGE / "collect" / "scenario_set" / "catalog.py", "PROTOCOL")}


@pytest.mark.parametrize("path", [*FILES, *sorted((ROOT / "scenarios").rglob("*.py"))], ids=named)
def test_no_file_is_over_400_lines(path: Path) -> None:
    """What is longer is two things."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400
