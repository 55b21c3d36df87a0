"""The rules of the house, held against the imports as they stand."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = {
    "domain": set(),
    "places": set(),
    "tell": {"domain"},
    "store": {"domain"},
    "project": {"domain"},
    "collect": {"domain", "store", "places"},
    "web": {"domain", "store"},
    "site": {"domain", "web"},
    "serving": {"domain"},
    "terminal": {"domain", "collect"},
    "conclude": {"domain", "collect", "serving", "terminal"},
    "options": {"domain", "collect"},
    "driving": {"domain", "store", "collect", "conclude", "terminal"},
    "showing": {"domain", "store", "collect", "places"},
    "shipping": {"store", "collect"},
    "exporting": {"domain", "options", "driving", "showing", "shipping", "serving", "places", "site", "web"},
    "client": {"domain"},
    "sources": {"domain", "store", "collect", "places", "client"},
    "checking": {"domain", "options", "sources", "project", "tell"},
    "authoring": {"domain", "collect", "places", "conclude", "driving", "options"},
    "bisecting": {"domain", "collect", "options", "driving", "terminal", "tell"},
    "cli": {
        "domain",
        "store",
        "collect",
        "web",
        "places",
        "serving",
        "terminal",
        "conclude",
        "options",
        "driving",
        "showing",
        "exporting",
        "authoring",
        "checking",
        "bisecting",
    },
}
"""What each room may import besides itself."""
KEEPERS = {
    "sqlalchemy": {"store"},
    "alembic": {"store"},
    "fastapi": {"web"},
    "starlette": {"web"},
    "jinja2": {"web"},
    "pygments": {"web"},
    "uvicorn": {"cli"},
    "typer": {"cli", "options", "authoring", "checking", "exporting", "bisecting"},
    "rich": {"terminal", "cli", "driving", "checking", "exporting", "tell"},
    "httpx2": {"client"},
    "stamina": {"client", "sources"},
    "nox": {"collect"},
    "uv": {"collect"},
    "pypi_simple": {"collect"},
    "requests": {"collect"},
    "psutil": {"collect"},
    "subprocess": {"collect", "serving"},
    "sqlite3": set(),
}
"""Which rooms may import a library."""
PURE = {"packaging", "pydantic"}
"""What ``domain`` may import besides the standard library."""
FILES = sorted((ROOT / "service").rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """Yield the dotted names a file imports, wherever in it."""
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
    return path.relative_to(ROOT / "service").parts[0].removesuffix(".py")


def named(path: Path) -> str:
    """Return a file as a test id."""
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", FILES, ids=named)
def test_imports_run_downward(path: Path) -> None:
    """Cli over web and collect over store over domain; written in full, so that this can be read off."""
    tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    assert not any(isinstance(node, ast.ImportFrom) and node.level for node in tree)
    here = room(path)
    if here == "__init__":
        return
    others = {name.split(".")[1] for name in imported(path) if name.startswith("service.")} - {here}
    assert others <= ROOMS[here] | {"__init__"}, f"{here} imports {others - ROOMS[here]}"


@pytest.mark.parametrize("path", FILES, ids=named)
def test_a_library_stays_in_its_room(path: Path) -> None:
    """Only store knows SQL, only web knows FastAPI, only collect starts processes or reaches an index."""
    for name in imported(path):
        keepers = KEEPERS.get(name.split(".")[0])
        assert keepers is None or room(path) in keepers, f"{named(path)} imports {name}"


@pytest.mark.parametrize("path", sorted((ROOT / "service" / "domain").glob("*.py")), ids=named)
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
        assert not any(name.split(".")[0] in {"scenarios", "harness"} for name in imported(path)), named(path)
    for path in (ROOT / "scenarios").rglob("*.py"):
        assert not any(name.split(".")[0] == "service" for name in imported(path)), named(path)


def test_the_target_side_needs_only_pytest_and_what_is_under_test() -> None:
    """Nothing else is installed there."""
    given = sys.stdlib_module_names | {"pytest", "_pytest", "packaging", "harness"}
    for path in (ROOT / "scenarios" / "harness").rglob("*.py"):
        assert not {name.split(".")[0] for name in imported(path) if name} - given, named(path)


@pytest.mark.parametrize("path", sorted((ROOT / "scenarios").rglob("*.py")), ids=named)
def test_the_target_side_parses_as_python_3_9(path: Path) -> None:
    """The oldest Python that a release is run on."""
    ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 9))


def test_no_circle_of_imports() -> None:
    """Not even a lazy one within a room."""
    graph = {named(path).removesuffix(".py").replace("/", "."): set(imported(path)) for path in FILES}
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

    harness = {constant(path, "PROTOCOL") for path in (ROOT / "scenarios" / "harness").glob("*.py")} - {None}
    assert harness == {constant(ROOT / "service" / "collect" / "catalog.py", "PROTOCOL")}


@pytest.mark.parametrize("path", [*FILES, *sorted((ROOT / "scenarios").rglob("*.py"))], ids=named)
def test_no_file_is_over_400_lines(path: Path) -> None:
    """What is longer is two things."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400
