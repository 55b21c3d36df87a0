"""The surface is what can be imported from where; a module that misbehaves at import costs itself alone."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from tests.harness.bench import Bench

#: Takes the surface of whatever is named `dask` on the path.
TAKE = """
    import json, sys
    from pathlib import Path
    from dask_matrix_harness.surface.observe import observe
    folder = Path(sys.argv[1])
    print(json.dumps(observe(folder, float(sys.argv[2]))))
"""
PACKAGE = {
    "dask/__init__.py": """
        from functools import reduce
        from dask.core import get, LIMIT
        __all__ = ["get"]
        def __getattr__(name):
            if name == "old":
                import warnings
                warnings.warn("dask.old is deprecated, use get", FutureWarning)
                return get
            raise AttributeError(name)
    """,
    "dask/core.py": """
        import warnings
        from functools import partialmethod, wraps

        LIMIT = 3

        def get(x, /, y=(1, "a"), *args, key=LIMIT, where=object(), **kwargs):
            "Get."

        def _deprecated(message, category=FutureWarning):
            def decorate(function):
                @wraps(function)
                def wrapper(*args, **kwargs):
                    warnings.warn(message, category)
                    return function(*args, **kwargs)
                return wrapper
            return decorate

        @_deprecated("put is deprecated")
        def put(x):
            pass

        class Base:
            def base(self): ...

        class Frame(Base, dict):
            size: int = 1

            def __init__(self, name): ...
            def sum(self, axis=None): ...
            def mean(self):
                '''.. deprecated:: 2.0'''
            total = partialmethod(sum)
            @property
            def shape(self): ...
            @classmethod
            def make(cls, n): ...
            @staticmethod
            def help(n=0): ...
    """,
    "dask/lazy.py": "X = 1",
    "dask/needs.py": "import a_package_that_is_not_there",
    "dask/moved.py": "raise ImportError('dask.moved has moved to dask.core')",
    "dask/tests/test_it.py": "raise SystemExit('tests are left out')",
}


class Made:
    """A made-up package in Dask's place."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.scratch = folder / "scratch"
        self.scratch.mkdir()
        self.add(**PACKAGE)

    def add(self, **files: str) -> None:
        """Write modules."""
        for name, text in files.items():
            path = self.folder / "site" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text), encoding="utf-8")

    def surface(self, deadline: float = 20) -> dict[str, Any]:
        """Take the surface in a fresh interpreter."""
        path = f"{self.folder / 'site'}:{Path(__file__).parents[2] / 'scenarios'}"
        command = [sys.executable, "-c", textwrap.dedent(TAKE), str(self.scratch), str(deadline)]
        ended = subprocess.run(command, env={"PYTHONPATH": path}, capture_output=True, text=True, check=False)
        assert not ended.returncode, ended.stderr
        found: dict[str, Any] = json.loads(ended.stdout)
        return found


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """A made-up package."""
    return Made(tmp_path)


def test_names_have_a_home_a_kind_and_a_signature(made: Made) -> None:
    """Also constants, which do not tell where they come from."""
    found = made.surface()
    names = found["modules"]["dask"]["names"]
    assert names == names | {"LIMIT": "dask.core.LIMIT", "core": "", "get": "dask.core.get", "lazy": ""}
    assert names["reduce"] in ("functools.reduce", "_functools.reduce")
    assert found["modules"]["dask"]["all"] == ["get"]
    assert found["objects"]["dask.core.get"] == {
        "kind": "function",
        "doc": True,
        "signature": "(x, /, y=(1, 'a'), *args, key=3, where=object(...), **kwargs)",
    }
    assert found["objects"]["dask.core.LIMIT"] == {"kind": "data", "type": "int", "value": "3"}


def test_members_are_those_that_the_class_itself_defines_with_its_bases_beside_them(made: Made) -> None:
    """The rest is derived by the service."""
    found = made.surface()
    frame = found["objects"]["dask.core.Frame"]
    assert frame["mro"] == ["dask.core.Base", "builtins.dict"]
    assert frame["members"] == {
        "__init__": "(self, name)",
        "help": "static (n=0)",
        "make": "class (cls, n)",
        "mean": "(self)",
        "shape": "property",
        "size": "attribute",
        "sum": "(self, axis=None)",
        "total": "method",
    }
    assert "items" in found["foreign"]["builtins.dict"]


def test_what_is_deprecated_is_told_by_decorator_docstring_and_access(made: Made) -> None:
    """Each in its own way."""
    found = made.surface()
    assert found["objects"]["dask.core.put"]["deprecated"] == "put is deprecated"
    assert found["objects"]["dask.core.Frame"]["deprecated_members"] == {"mean": "since 2.0"}
    assert found["modules"]["dask"]["lazy"] == {"old": {"deprecated": "dask.old is deprecated, use get"}}


def test_a_module_that_does_not_import_is_unknown_with_what_is_missing_or_where_it_went(made: Made) -> None:
    """Never absent; tests are left out."""
    modules = made.surface()["modules"]
    assert modules["dask.needs"]["unknown"]["missing"] == "a_package_that_is_not_there"
    assert modules["dask.moved"]["unknown"]["moved"] == "dask.core"
    assert not any("tests" in name for name in modules)


def test_sub_modules_that_only_their_own_import_makes_present_are_told(made: Made) -> None:
    """`import dask` alone does not make them attributes."""
    assert made.surface()["modules"]["dask"]["by_import"] == ["lazy"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("import time; time.sleep(60)", "no end within 1.5 s"),
        ("import os; os._exit(3)", "exit code 3"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", "signal SIGTERM"),
    ],
)
def test_an_import_that_hangs_or_ends_its_process_costs_that_module_alone(made: Made, text: str, told: str) -> None:
    """All else is observed by another process."""
    made.add(**{"dask/bad.py": text})
    found = made.surface(deadline=1.5)
    assert found["modules"]["dask.bad"] == {"unknown": {"exception": told}}
    assert "names" in found["modules"]["dask.core"]
    assert "dask.core.get" in found["objects"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("print('x' * 2**20)", "its import prints 1048577 bytes"),
        (
            "import threading, time; threading.Thread(target=time.sleep, args=(60,)).start()",
            "its import starts 1 thread",
        ),
    ],
)
def test_an_import_that_prints_a_megabyte_or_starts_a_thread_is_told(made: Made, text: str, told: str) -> None:
    """It is observed all the same."""
    made.add(**{"dask/noisy.py": text})
    assert made.surface()["modules"]["dask.noisy"]["notes"] == [told]


def test_a_start_records_the_surface_and_which_environment_has_it(
    bench: Bench, made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two records, the first by content."""
    bench.write("test_it.py", "def test_it(): pass")
    monkeypatch.setenv("PYTHONPATH", str(made.folder / "site"))
    assert bench.run(surface=True) == 0
    (surface,), (observation,) = (bench.records(kind) for kind in ("surface", "observation"))
    assert observation["surface"] == surface["id"]
    assert (observation["environment"], observation["config"], observation["version"]) == (
        bench.job["environment"],
        "",
        3,
    )
    assert surface["content"]["modules"].keys() >= {"dask", "dask.core"}


def test_a_start_that_is_not_asked_for_the_surface_or_has_no_dask_records_none(bench: Bench) -> None:
    """Scenarios may be about anything."""
    bench.write("test_it.py", "def test_it(): pass")
    assert [bench.run(surface=surface) for surface in (False, True)] == [0, 0]
    assert bench.records("surface") == []
