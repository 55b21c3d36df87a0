"""The modules beside a test file: `import helper` finds them, and so does the second folder that has a `helper`.

Test files are imported as pytest's import mode `append` does: under their plain name, with their folder at the end of
`sys.path`. Functions of theirs can then be pickled by reference and found by a worker process. Two files or helpers of
one name in two folders would meet in `sys.modules`; so whoever enters a folder finds that folder's modules there.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from _pytest.config import ConftestImportFailure

from .importing import EndsTheHarness, Importing
from .scenario import Settled


class Neighbours:
    """Keeps `sys.path` and `sys.modules` as the tests of the folder entered last need them."""

    def __init__(self, tests: Path) -> None:
        self._tests = tests
        self._known: dict[Path, dict[str, ModuleType]] = {}
        self._paths: list[str] = []

    def enter(self, folder: Path) -> None:
        """From now on a plain import looks into `folder` before other folders of tests."""
        roots = list(_import_roots(folder))
        self._paths.extend(str(root) for root in roots if str(root) not in self._paths)
        others = [path for path in sys.path if path not in self._paths]
        theirs = [path for path in self._paths if path not in map(str, roots)]
        sys.path[:] = [*others, *map(str, roots), *theirs]
        for root in roots:
            self._remove_foreign(root)
            sys.modules.update(self._known.get(root, {}))

    def remember(self, folder: Path) -> None:
        """Note the modules of `folder` that are imported now, to have them back when it is entered again."""
        for root in _import_roots(folder):
            self._known.setdefault(root, {}).update(_imported(set(_offered(root)), root))

    def enter_for_conftests(self, manager: pytest.PytestPluginManager, importing: Importing) -> None:
        """Enter a folder before its conftest.py is imported. pytest has no hook for that, so its method is wrapped."""
        load = manager._importconftest  # noqa: SLF001 - see above

        def enter_and_load(path: Path, *arguments: Any, **keywords: Any) -> ModuleType:
            _refuse(importing.settled(path), path)
            self.enter(path.parent)
            try:
                with importing.of(path):
                    return load(path, *arguments, **keywords)
            finally:
                self.remember(path.parent)

        manager._importconftest = enter_and_load  # type: ignore[assignment]  # noqa: SLF001

    def _remove_foreign(self, root: Path) -> None:
        """Forget modules of the tests that hide one of `root` by their name."""
        for name in _imported(set(_offered(root)), self._tests):
            if name not in _imported({name.partition(".")[0]}, root):
                del sys.modules[name]


def _refuse(settled: Settled | None, path: Path) -> None:
    if settled is not None:
        try:
            raise EndsTheHarness(f"{settled.reason}\n{settled.traceback}")  # noqa: TRY301 - pytest wants it raised
        except EndsTheHarness as ended:
            raise ConftestImportFailure(path, cause=ended) from ended


def _import_roots(folder: Path) -> Iterator[Path]:
    """The folder that pytest puts on `sys.path` for a test of `folder`, and `folder` itself."""
    package = folder
    while (package / "__init__.py").is_file():
        package = package.parent
    yield package
    if package != folder:
        yield folder


def _offered(folder: Path) -> Iterator[str]:
    """Names that can be imported from `folder`."""
    for path in folder.iterdir():
        if path.suffix == ".py" and path.stem != "__init__":
            yield path.stem
        elif (path / "__init__.py").is_file():
            yield path.name


def _imported(names: set[str], folder: Path) -> dict[str, ModuleType]:
    """Imported modules, and submodules, of these top-level `names` that come from somewhere in `folder`."""
    found = {name: module for name, module in sys.modules.items() if name.partition(".")[0] in names}
    return {name: module for name, module in found.items() if _is_within(module, folder)}


def _is_within(module: ModuleType, folder: Path) -> bool:
    file = getattr(module, "__file__", None)
    return file is not None and folder in Path(file).resolve().parents
