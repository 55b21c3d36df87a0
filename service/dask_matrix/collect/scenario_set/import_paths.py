"""Find where a scenario set imports its own modules from: the project's root, pytest's `pythonpath`, `PYTHONPATH`."""

from __future__ import annotations

import configparser
import os
import shlex
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dask_matrix import places
from dask_matrix.domain.errors import DaskMatrixError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TABLES = {
    "pytest.toml": ("pytest",),
    ".pytest.toml": ("pytest",),
    "pytest.ini": ("pytest",),
    ".pytest.ini": ("pytest",),
    "pyproject.toml": ("tool.pytest", "tool.pytest.ini_options"),
    "tox.ini": ("pytest",),
    "setup.cfg": ("tool:pytest",),
}
"""Files that pytest reads settings from, in its order (https://docs.pytest.org/en/stable/reference/customize.html)."""
ROOT_MARKERS = (*TABLES, "setup.py", ".git")
"""Files that mark a project's root."""


class UnreadableSettings(DaskMatrixError):
    """A file with pytest settings cannot be parsed."""


def import_paths(tests: Path, environ: Mapping[str, str] = os.environ) -> tuple[Path, ...]:
    """Return the folders that tests import local modules from, besides their own; none for the bundled set.

    Relative entries of `PYTHONPATH` start at the current folder, those of `pythonpath` at the project's root.
    Raises UnreadableSettings.
    """
    tests = tests.resolve()
    if tests == places.scenarios().resolve():
        return ()
    found = [Path(text) for text in environ.get("PYTHONPATH", "").split(os.pathsep) if text]
    if root := project_root(tests):
        found += [*(root / text for text in _pythonpath(root)), root]
    folders = dict.fromkeys(path.resolve() for path in found if path.is_dir())
    return tuple(path for path in folders if path != tests)


def project_root(tests: Path) -> Path | None:
    """Return the nearest folder, at or above the tests, that is a project's root."""
    return next(
        (each for each in (tests, *tests.parents) if any((each / mark).exists() for mark in ROOT_MARKERS)), None
    )


def _pythonpath(root: Path) -> Iterator[str]:
    """Yield the entries of `pythonpath` in the first file with pytest settings."""
    for name, tables in TABLES.items():
        path = root / name
        if not path.is_file():
            continue
        read = _read_toml if path.suffix == ".toml" else _read_ini
        settings = {key: value for table in tables for key, value in read(path, table).items()}
        if settings:
            yield from _folders(path, settings.get("pythonpath", []))
            return


def _folders(path: Path, value: object) -> list[str]:
    """Return the entries of a `pythonpath` setting: a list, or words that are split as in a shell."""
    try:
        entries = shlex.split(value) if isinstance(value, str) else value
    except ValueError as error:
        raise UnreadableSettings(f"{path}: pythonpath: {error}.") from None
    if not isinstance(entries, list) or not all(isinstance(each, str) for each in entries):
        raise UnreadableSettings(f"{path}: pythonpath: {value!r} is not a list of folders.")
    return entries


def _read_toml(path: Path, table: str) -> dict[str, Any]:
    try:
        values: Any = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UnreadableSettings(f"{path}: invalid TOML: {error}.") from None
    for key in table.split("."):
        values = values.get(key, {}) if isinstance(values, dict) else {}
    return values if isinstance(values, dict) else {}


def _read_ini(path: Path, section: str) -> dict[str, Any]:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read(path, encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError) as error:
        raise UnreadableSettings(f"{path}: invalid INI file: {' '.join(str(error).split())}.") from None
    return dict(parser[section]) if parser.has_section(section) else {}
