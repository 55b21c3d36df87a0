"""Open and parse a lock file as text, TOML, JSON or YAML; every failure is an UnreadableLock."""

from __future__ import annotations

import codecs
import json
import tomllib
from typing import TYPE_CHECKING, Any

from dask_matrix.project.locks.entries import UnreadableLock

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 32 * 2**20
"""Maximum size of a file in bytes: the locks of large projects have some MiB."""
MAX_DEPTH = 400
"""Maximum levels of nesting in YAML; lock files have fewer than ten."""
BYTE_ORDER_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
"""Byte order mark -> encoding. PowerShell writes UTF-16 if ``pip freeze`` is redirected to a file."""


def read_text(path: Path) -> str:
    """Return the text of a file; raise UnreadableLock if it does not exist, is too large, or is not text."""
    try:
        if not path.is_file():
            raise UnreadableLock(f"{path} is not a file." if path.exists() else f"{path}: no such file.")
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UnreadableLock(f"Cannot read {path}: {error.strerror or error}.") from None
    if len(content) > MAX_BYTES:
        raise UnreadableLock(f"{path} is larger than {MAX_BYTES // 2**20} MiB, too large for a lock file.")
    return _decoded(path, content)


def _decoded(path: Path, content: bytes) -> str:
    encoding = next((name for mark, name in BYTE_ORDER_MARKS.items() if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise UnreadableLock(f"{path} is not a text file. Lock files are UTF-8 text.")
    return text.replace("\r\n", "\n")


def toml(path: Path, text: str) -> dict[str, Any]:
    """Return the content of a TOML file; raise UnreadableLock with the line if it is invalid."""
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableLock(f"{path}: invalid TOML: {_reason(error)}.") from None


def pyproject(folder: Path) -> dict[str, Any]:
    """Return the content of a folder's pyproject.toml; empty if there is none that can be read."""
    path = folder / "pyproject.toml"
    try:
        return toml(path, read_text(path))
    except UnreadableLock:
        return {}


def json_object(path: Path, text: str) -> dict[str, Any]:
    """Return the object in a JSON file; raise UnreadableLock with the line if it is invalid."""
    try:
        return table(json.loads(text))
    except json.JSONDecodeError as error:
        raise UnreadableLock(f"{path}, line {error.lineno}: invalid JSON: {error.msg}.") from None
    except (ValueError, RecursionError) as error:
        raise UnreadableLock(f"{path}: invalid JSON: {_reason(error)}.") from None


def yaml_mapping(path: Path, text: str) -> dict[str, Any]:
    """Return the mapping in a YAML file, every scalar as the text it is written as (3.10 stays 3.10)."""
    import yaml  # noqa: PLC0415 - only where a file needs it

    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        if _too_deep(text, loader):
            raise UnreadableLock(f"{path}: invalid YAML: nested too deeply.")
        return table(yaml.load(text, Loader=loader))  # noqa: S506 - makes no objects
    except yaml.MarkedYAMLError as error:
        if "nesting" in str(error.problem):  # libyaml has a limit of its own
            raise UnreadableLock(f"{path}: invalid YAML: nested too deeply.") from None
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise UnreadableLock(f"{path}{line}: invalid YAML: {error.problem}.") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UnreadableLock(f"{path}: invalid YAML: {_reason(error)}.") from None


def _too_deep(text: str, loader: Any) -> bool:
    """Whether a YAML text is nested too deeply to load: loading recurses in C and would crash the process.

    Parsing its events does not recurse, and takes a tenth of the time of loading it.
    """
    import yaml  # noqa: PLC0415 - only where a file needs it

    depth = 0
    for event in yaml.parse(text, Loader=loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            return True
    return False


def _reason(error: Exception) -> str:
    return (
        "nested too deeply"
        if isinstance(error, RecursionError)
        else next(iter(str(error).splitlines()), "unknown error").rstrip(".")
    )


def table(value: object) -> dict[str, Any]:
    """Return a mapping with its keys as strings; anything else becomes an empty one."""
    return {str(key): item for key, item in value.items()} if isinstance(value, dict) else {}


def tables(value: object) -> list[dict[str, Any]]:
    """Return the items of a list as mappings; anything else becomes an empty list."""
    return [table(item) for item in value] if isinstance(value, list) else []


def string(value: object) -> str:
    """Return a string; anything else becomes an empty one."""
    return value if isinstance(value, str) else ""


def strings(value: object) -> tuple[str, ...]:
    """Return the strings in a list, or a single string as the only one."""
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else (string(value),)
