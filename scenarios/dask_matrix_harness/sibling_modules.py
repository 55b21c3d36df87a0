"""Make a test file's sibling modules importable (`import helper`), even if several folders have a `helper`.

Test files are imported as in pytest's import mode `append`: under their plain name, with their folder at the end of
`sys.path`, so that their functions can be pickled by reference and found by worker processes. As modules of the
same name in two folders would collide in `sys.modules`, entering a folder puts that folder's modules there.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from _pytest.config import ConftestImportFailure

from .import_guard import FileNotImported, ImportGuard
from .scenario import PresetResult


@dataclass(frozen=True)
class Entry:
    """What entering a folder changes: the whole of `sys.path`, and of `sys.modules` what goes and what comes.

    A fork enters with one that its parent made: looking for what changes would touch, and so copy, every module's page.
    """

    path: list[str]
    gone: list[str]
    come: dict[str, ModuleType]

    def enter(self) -> None:
        """Make the changes."""
        sys.path[:] = self.path
        for name in self.gone:
            sys.modules.pop(name, None)
        sys.modules.update(self.come)


class SiblingModules:
    """Switches `sys.path` and `sys.modules` between folders of tests."""

    def __init__(self, tests: Path) -> None:
        self._tests = tests
        self._known: dict[Path, dict[str, ModuleType]] = {}
        self._paths: list[str] = []

    def enter(self, folder: Path) -> None:
        """Make imports search `folder` before other folders of tests."""
        self.entry(folder).enter()

    def entry(self, folder: Path) -> Entry:
        """What entering `folder` would change now."""
        roots = list(_import_roots(folder))
        self._paths.extend(str(root) for root in roots if str(root) not in self._paths)
        others = [path for path in sys.path if path not in self._paths]
        other_roots = [path for path in self._paths if path not in map(str, roots)]
        modules = dict(sys.modules)
        for root in roots:
            self._remove_shadowing(modules, root)
            modules.update(self._known.get(root, {}))
        gone = [name for name in sys.modules if name not in modules]
        come = {name: module for name, module in modules.items() if sys.modules.get(name) is not module}
        return Entry([*others, *map(str, roots), *other_roots], gone, come)

    def remember(self, folder: Path) -> None:
        """Remember the imported modules of `folder`, to restore them when it is entered again."""
        for root in _import_roots(folder):
            self._known.setdefault(root, {}).update(_imported(sys.modules, set(_module_names(root)), root))

    def enter_for_conftests(self, manager: pytest.PytestPluginManager, import_guard: ImportGuard) -> None:
        """Enter a folder before its conftest.py is imported. pytest has no hook for that, so its method is wrapped."""
        load = manager._importconftest  # noqa: SLF001 - see above

        def enter_and_load(path: Path, *arguments: Any, **keywords: Any) -> ModuleType:
            _raise_if_preset(import_guard.preset(path), path)
            self.enter(path.parent)
            try:
                with import_guard.of(path):
                    return load(path, *arguments, **keywords)
            finally:
                self.remember(path.parent)

        manager._importconftest = enter_and_load  # type: ignore[assignment]  # noqa: SLF001

    def _remove_shadowing(self, modules: dict[str, ModuleType], root: Path) -> None:
        """Remove modules of other folders that have the same name as one of `root`."""
        for name, module in _imported(modules, set(_module_names(root)), self._tests).items():
            if not _is_within(module, root):
                del modules[name]


def _raise_if_preset(preset: PresetResult | None, path: Path) -> None:
    if preset is not None:
        try:
            raise FileNotImported(f"{preset.reason}\n{preset.traceback}")  # noqa: TRY301 - pytest wants it raised
        except FileNotImported as ended:
            raise ConftestImportFailure(path, cause=ended) from ended


def _import_roots(folder: Path) -> Iterator[Path]:
    """The folder that pytest puts on `sys.path` for a test of `folder`, and `folder` itself."""
    package = folder
    while (package / "__init__.py").is_file():
        package = package.parent
    yield package
    if package != folder:
        yield folder


def _module_names(folder: Path) -> Iterator[str]:
    """The names of modules in `folder`."""
    for path in folder.iterdir():
        if path.suffix == ".py" and path.stem != "__init__":
            yield path.stem
        elif (path / "__init__.py").is_file():
            yield path.name


def _imported(modules: dict[str, ModuleType], names: set[str], folder: Path) -> dict[str, ModuleType]:
    """Those of `modules` (and submodules) with these top-level `names` from anywhere in `folder`."""
    found = {name: module for name, module in modules.items() if name.partition(".")[0] in names}
    return {name: module for name, module in found.items() if _is_within(module, folder)}


def _is_within(module: ModuleType, folder: Path) -> bool:
    file = getattr(module, "__file__", None)
    return file is not None and folder in Path(file).resolve().parents
