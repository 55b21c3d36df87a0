"""Load the evidence for upgrade questions from a snapshot without a database, so that `check` starts fast.

What its verdicts and records say is cached as one JSON file. Without usable verdicts, it is made from the database.
"""

from __future__ import annotations

import json
import logging
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from dask_matrix.store.snapshots.digest import evidence_of
from dask_matrix.store.snapshots.location import UNPACKING, cached, discard_unused, read, verified_records

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from dask_matrix.domain.upgrades.columns import ColumnSets
    from dask_matrix.domain.upgrades.context import Context
    from dask_matrix.domain.upgrades.upgrade import UpgradeEvidence
    from dask_matrix.store.snapshots.location import Snapshot

log = logging.getLogger(__name__)


def load_upgrade_evidence(
    folder: Path, cache: Path, context: Context, day: date
) -> tuple[ColumnSets, UpgradeEvidence, Snapshot]:
    """Return a snapshot's column sets, evidence and summary; the JSON file is made if missing. Raises BadSnapshot."""
    head = read(folder)
    path = cached(head, cache, "json")
    try:
        found = evidence_of(json.loads(path.read_bytes()), context, day)
    except (OSError, ValueError, LookupError, TypeError):  # missing or damaged; a second failure is a bug
        found = evidence_of(json.loads(_make(path, folder, head)), context, day)
    return *found, head


def _make(path: Path, folder: Path, head: Snapshot) -> str:
    """Write the file, if the cache can be written; return its content."""
    digest = _shipped_digest(folder, head) or _digest_of_database(folder, path.parent)
    text = json.dumps(digest, separators=(",", ":"), ensure_ascii=False)
    with suppress(OSError):  # the next answer is only slower
        _keep(path, text)
    discard_unused(path)
    return text


def _keep(path: Path, text: str) -> None:
    """Write a file atomically; safe when several processes do so at once."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.parent.mkdir(parents=True, exist_ok=True)
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _shipped_digest(folder: Path, head: Snapshot) -> dict[str, Any] | None:
    from dask_matrix.store.snapshots import verdicts

    records = verified_records(folder, head)
    if (digest := verdicts.read(folder, head)) is None:
        return None
    log.warning(UNPACKING)
    return verdicts.with_ids(digest, records)


def _digest_of_database(folder: Path, cache: Path) -> dict[str, Any]:
    from dask_matrix.store.snapshots.digest import digest
    from dask_matrix.store.snapshots.snapshot import database
    from dask_matrix.store.store import Store

    path, _ = database(folder, cache)
    with Store.open(path) as store:
        return digest(store)
