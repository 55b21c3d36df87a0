"""The evidence that ships: records that count as one compressed file, what they are, and a database made of them."""

from __future__ import annotations

import hashlib
import lzma
import platform
import re
from collections import Counter
from datetime import UTC, datetime
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING

from filelock import FileLock

from service.domain.outcome import Outcome
from service.domain.records import BisectRecord, RefusalRecord, Rejection, ResultRecord, parse_lines
from service.store.counts import counting
from service.store.shipped import HEAD, RECORDS, BadSnapshot, Snapshot, cached, read
from service.store.snapshot_readme import readme
from service.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from service.domain.records import Record
    from service.store.counts import Counting

README = "README.md"
AIM = 3_000_000
"""Bytes of the compressed records beyond which texts of results that passed are left out."""
TEXTS = ("stdout", "stderr", "log", "traceback")
_PLACES = re.compile(rb"(?:/[\w.+@-]+)+/(?=lib/python3|bin/python|pytest/3|scenarios/|scratch/\d)")
BATCH = 5_000
"""Records taken in at a time, so that not all are in memory at once."""


def write(
    folder: Path, root: Path, present: Mapping[str, str], *, commit: str | None, tool: str, aim: int = AIM
) -> Snapshot:
    """Write what counts of the record files below ``root`` as a snapshot; raise BadSnapshot if that is nothing.

    ``present`` are the fingerprints of the scenario set, ``commit`` is where it stands, ``tool`` the version that writes.
    """
    found = counting(_records(root), present)
    if not found.results:
        raise BadSnapshot(
            f"No result below {root} is of the scenarios as they are now. `dask-matrix run` makes some; nothing was written."
        )
    packed, whole = _packed(found.all()), True
    if len(packed) > aim:
        packed, whole = _packed(map(_without_texts, found.all())), False
    head = _head(found, packed, commit=commit, tool=tool, whole=whole)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / HEAD).unlink(missing_ok=True)  # until all is there, it is no snapshot
    (folder / RECORDS).write_bytes(packed)
    (folder / README).write_text(readme(head.model_dump()), encoding="utf-8")
    (folder / HEAD).write_text(head.model_dump_json(indent=1) + "\n", encoding="utf-8")
    return head


def database(folder: Path, cache: Path) -> tuple[str, Snapshot]:
    """Return the URL of a database that holds a folder's snapshot, and what it is; made in the cache where needed.

    Several processes may ask at once. Raises BadSnapshot.
    """
    head = read(folder)
    path = cached(head, cache, "sqlite")
    if not path.exists():
        packed = _checked(folder, head)
        cache.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{path}.lock"):
            if not path.exists():
                _fill(path, packed, folder)
    return f"sqlite:///{path}", head


def _fill(path: Path, packed: bytes, folder: Path) -> None:
    """Make a database of packed records: beside its place, then moved there whole."""
    part = path.with_name(f"{path.name}.part")
    for left in path.parent.glob(f"{part.name}*"):
        left.unlink()
    with Store.open(f"sqlite:///{part}") as store, lzma.open(BytesIO(packed)) as lines:
        records = parse_lines(lines)
        try:
            while batch := list(islice(records, BATCH)):
                if rejected := store.take(batch).rejected:
                    raise BadSnapshot(f"{folder / RECORDS} holds what is no record: {rejected[0]}.")
        except (lzma.LZMAError, EOFError) as error:
            raise BadSnapshot(f"{folder / RECORDS} cannot be unpacked: {error}.") from None
    part.replace(path)


def _checked(folder: Path, head: Snapshot) -> bytes:
    """Return the packed records, if they are those that were written."""
    path = folder / RECORDS
    try:
        packed = path.read_bytes()
    except OSError as error:
        raise BadSnapshot(f"Cannot read {path}: {error.strerror}.") from None
    if hashlib.sha256(packed).hexdigest() != head.sha256:
        raise BadSnapshot(
            f"{path} is damaged, or of another snapshot than {HEAD}: its sha256 is not the one noted there. "
            "Get the folder anew, or write it with `nox -s snapshot`."
        )
    return packed


def _records(root: Path) -> Iterator[Record]:
    """Yield the records of all files below a folder; a line that is none was told when it was taken in."""
    for path in sorted(root.rglob("*.jsonl")):
        with path.open("rb") as lines:
            yield from (each for each in parse_lines(lines) if not isinstance(each, Rejection))


def _packed(records: Iterable[Record]) -> bytes:
    text = b"".join(_without_places(record) for record in records)
    return lzma.compress(text, preset=9 | lzma.PRESET_EXTREME)


def _without_places(record: Record) -> bytes:
    """Write a record; in what an execution, a refusal or a bisection says, paths begin where they would on any machine."""
    told = record.encode()
    return _PLACES.sub(b"", told) if isinstance(record, ResultRecord | RefusalRecord | BisectRecord) else told


def _without_texts(record: Record) -> Record:
    passed = isinstance(record, ResultRecord) and record.outcome is Outcome.PASSED
    return record.model_copy(update=dict.fromkeys(TEXTS, "")) if passed else record


def _head(found: Counting, packed: bytes, *, commit: str | None, tool: str, whole: bool) -> Snapshot:
    outcomes = Counter(each.outcome.value for each in found.results)
    moments = sorted(each.at for each in found.results)
    released = [each for each in found.environments if each.pair is None] or found.environments
    return Snapshot(
        made_at=datetime.now(UTC).replace(microsecond=0),
        commit=commit,
        tool=tool,
        host=platform.platform(),
        platforms=sorted({each.platform for each in found.environments}),
        releases=list(dict.fromkeys(each.release for each in released)),
        first_result=moments[0],
        newest_result=moments[-1],
        counts={name: len(each) for name, each in vars(found).items()},
        outcomes={each.value: outcomes[each] for each in Outcome if outcomes[each]},
        texts_of_passed=whole,
        bytes=len(packed),
        sha256=hashlib.sha256(packed).hexdigest(),
    )
