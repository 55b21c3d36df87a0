"""Opens what a user names as a lock file, and says in words why it cannot be read."""

from __future__ import annotations

import codecs
import json
import tomllib
from typing import TYPE_CHECKING, Any

from dask_matrix.project.locks.entries import UnreadableLock

if TYPE_CHECKING:
    from pathlib import Path

LIMIT = 32 * 2**20
"""Bytes read of a file: the locks of large projects have some MiB."""
DEPTH = 400
"""Levels of nesting in YAML; lock files have fewer than ten."""
MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
"""How a file begins -> its encoding. PowerShell writes UTF-16 where ``pip freeze`` is sent to a file."""


def text_of(path: Path) -> str:
    """Return the text of a file; raise UnreadableLock if it is none, is too large, or is not text."""
    try:
        if not path.is_file():
            raise UnreadableLock(f"{path} is {'not a file' if path.exists() else 'missing: there is no such file'}.")
        with path.open("rb") as file:
            content = file.read(LIMIT + 1)
    except OSError as error:
        raise UnreadableLock(f"Cannot read {path}: {error.strerror or error}.") from None
    if len(content) > LIMIT:
        raise UnreadableLock(f"{path} is larger than {LIMIT // 2**20} MiB: that is no lock file.")
    return _decoded(path, content)


def _decoded(path: Path, content: bytes) -> str:
    encoding = next((name for mark, name in MARKS.items() if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise UnreadableLock(f"{path} is not text. A lock file is text in UTF-8.")
    return text.replace("\r\n", "\n")


def toml(path: Path, text: str) -> dict[str, Any]:
    """Return a TOML file as tables; raise UnreadableLock naming the line where it is none."""
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableLock(f"{path}: not TOML: {_reason(error)}.") from None


def json_object(path: Path, text: str) -> dict[str, Any]:
    """Return a JSON file as its object; raise UnreadableLock naming the line where it is none."""
    try:
        return table(json.loads(text))
    except json.JSONDecodeError as error:
        raise UnreadableLock(f"{path}, line {error.lineno}: not JSON: {error.msg}.") from None
    except (ValueError, RecursionError) as error:
        raise UnreadableLock(f"{path}: not JSON: {_reason(error)}.") from None


def yaml_mapping(path: Path, text: str) -> dict[str, Any]:
    """Return a YAML file as its mapping, every scalar as the text it is written as (3.10 stays 3.10)."""
    import yaml  # noqa: PLC0415 - only where a file needs it

    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        if _too_deep(text, loader):
            raise UnreadableLock(f"{path}: not YAML: nested too deeply.")
        return table(yaml.load(text, Loader=loader))  # noqa: S506 - makes no objects
    except yaml.MarkedYAMLError as error:
        if "nesting" in str(error.problem):  # libyaml has a limit of its own
            raise UnreadableLock(f"{path}: not YAML: nested too deeply.") from None
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise UnreadableLock(f"{path}{line}: not YAML: {error.problem}.") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UnreadableLock(f"{path}: not YAML: {_reason(error)}.") from None


def _too_deep(text: str, loader: Any) -> bool:
    """Whether a YAML text nests deeper than can be composed: that recurses in C, and would end the process.

    Its events come one by one, without recursion, and take a tenth of the time of loading it.
    """
    import yaml  # noqa: PLC0415 - only where a file needs it

    depth = 0
    for event in yaml.parse(text, Loader=loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEPTH:
            return True
    return False


def _reason(error: Exception) -> str:
    return (
        "nested too deeply"
        if isinstance(error, RecursionError)
        else next(iter(str(error).splitlines()), "it cannot be read").rstrip(".")
    )


def table(value: object) -> dict[str, Any]:
    """Return a mapping with texts as keys; what is none is empty."""
    return {str(key): item for key, item in value.items()} if isinstance(value, dict) else {}


def tables(value: object) -> list[dict[str, Any]]:
    """Return the mappings of a list; what is no list is empty."""
    return [table(item) for item in value] if isinstance(value, list) else []


def word(value: object) -> str:
    """Return a text; what is none is empty."""
    return value if isinstance(value, str) else ""


def words(value: object) -> tuple[str, ...]:
    """Return the texts of a list, or a text alone."""
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else (word(value),)
