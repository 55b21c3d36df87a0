"""The verdicts that ship beside a snapshot's records, so that the first `check` neither parses nor judges them.

The file is the digest of the records, with the line number of each deciding result in place of its random id: ids hardly
compress, and the records have them.
"""

from __future__ import annotations

import json
import lzma
import re
from io import BytesIO
from typing import TYPE_CHECKING, Any

from dask_matrix import __version__
from dask_matrix.store.snapshots.location import VERDICTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from dask_matrix.store.snapshots.location import Snapshot

RESULT = 3
"""The place of the deciding result in a cell of a digest."""
_ID = re.compile(rb'\{"v": \d+, "id": "([^"\\]+)"')


def packed(digest: dict[str, Any], head: Snapshot, records: bytes) -> bytes:
    """Return the content of the file, from the digest of a snapshot's packed records."""
    numbers = {name: number for number, name in enumerate(_ids(records))}
    content = {**_valid_for(head), "digest": _with_results(digest, numbers.__getitem__)}
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=False)
    return lzma.compress(text.encode(), preset=lzma.PRESET_DEFAULT | lzma.PRESET_EXTREME)


def read(folder: Path, head: Snapshot) -> dict[str, Any] | None:
    """Return the digest with line numbers for results; None if there is none of these records by this dask-matrix."""
    try:
        content = json.loads(lzma.decompress((folder / VERDICTS).read_bytes()))
    except (OSError, EOFError, lzma.LZMAError, ValueError):
        return None
    is_valid = isinstance(content, dict) and content.items() >= _valid_for(head).items()
    return content["digest"] if is_valid else None


def with_ids(digest: dict[str, Any], records: bytes) -> dict[str, Any]:
    """Return a digest that was read, with the id of each result from the packed records."""
    return _with_results(digest, list(_ids(records)).__getitem__)


def _valid_for(head: Snapshot) -> dict[str, Any]:
    """Return what a digest depends on: the records, and the rules of a version of dask-matrix."""
    return {"v": 1, "records": head.sha256, "tool": __version__}


def _with_results(digest: dict[str, Any], replaced: Callable[[Any], Any]) -> dict[str, Any]:
    """Return a digest with the deciding result of each cell, if it has one, replaced."""
    cells = {
        key: [[*cell[:RESULT], _unless_none(cell[RESULT], replaced), *cell[RESULT + 1 :]] for cell in of]
        for key, of in digest["cells"].items()
    }
    return {**digest, "cells": cells}


def _unless_none(value: Any, replaced: Callable[[Any], Any]) -> Any:
    return None if value is None else replaced(value)


def _ids(records: bytes) -> Iterator[str]:
    """Yield the id of each packed record, without parsing those that dask-matrix wrote."""
    with lzma.open(BytesIO(records)) as lines:
        for line in lines:
            found = _ID.match(line)
            yield found[1].decode() if found else json.loads(line)["id"]
