"""Read the files of a snapshot and locate those that are cached for it. Needs no database."""

from __future__ import annotations

import hashlib
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from dask_matrix.domain.errors import DaskMatrixError

HERE = Path(__file__).parents[1]
RECORDS, VERDICTS, HEAD = "records.jsonl.xz", "verdicts.json.xz", "snapshot.json"
UNPACKING = "dask-matrix: unpacking the snapshot for its first use; this takes some seconds, once."
DIGEST_LENGTH = 16
"""Characters of a snapshot's sha256 used in the names of its cached files."""
UNUSED = timedelta(days=30)
"""How long a file that other code, or another snapshot, left in the cache stays there without being read."""


class BadSnapshot(DaskMatrixError):
    """A folder contains no usable snapshot; the message says what is wrong with it."""


class Snapshot(BaseModel):
    """The content of snapshot.json. ``texts_of_passed`` tells whether the output of passing scenarios is included."""

    model_config = ConfigDict(frozen=True)

    v: Literal[1] = 1
    made_at: Annotated[AwareDatetime, AfterValidator(lambda moment: moment.astimezone(UTC))]
    commit: str | None = None
    tool: str
    host: str
    platforms: list[str]
    releases: list[str]
    first_result: datetime | None = None
    newest_result: datetime | None = None
    counts: dict[str, int]
    outcomes: dict[str, int]
    texts_of_passed: bool = True
    bytes: int
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


def read(folder: Path) -> Snapshot:
    """Return the content of a folder's snapshot.json; raise BadSnapshot if it is missing or not understood."""
    path = folder / HEAD
    try:
        return Snapshot.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise BadSnapshot(
            f"No snapshot in {folder}: {HEAD} is missing. Create one with `nox -s snapshot`, or use your own evidence: `dask-matrix run`."
        ) from None
    except OSError as error:
        raise BadSnapshot(f"Cannot read {path}: {error.strerror}.") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(map(str, first["loc"])) or "the file"
        raise BadSnapshot(
            f"{path}: not a snapshot that this version of dask-matrix can read: {field}: {first['msg']}."
        ) from None


def verified_records(folder: Path, head: Snapshot) -> bytes:
    """Return the packed records; raise BadSnapshot unless their sha256 is the one in snapshot.json."""
    path = folder / RECORDS
    try:
        packed = path.read_bytes()
    except OSError as error:
        raise BadSnapshot(f"Cannot read {path}: {error.strerror}.") from None
    if hashlib.sha256(packed).hexdigest() != head.sha256:
        raise BadSnapshot(
            f"{path} is damaged or does not belong to {HEAD}: its sha256 differs from the one recorded there. "
            "Download the folder again, or generate it with `nox -s snapshot`."
        )
    return packed


def cached(head: Snapshot, cache: Path, form: str) -> Path:
    """Return the path of a file derived from a snapshot; ``form`` is its suffix."""
    return cache / f"snapshot-{head.sha256[:DIGEST_LENGTH]}-{_code_digest()}.{form}"


def discard_unused(path: Path) -> None:
    """Remove files beside a cached one that are derived from snapshots too and that nobody has read for a month."""
    oldest = time.time() - UNUSED.total_seconds()
    for each in path.parent.glob("snapshot-*"):
        with suppress(OSError):  # another process may remove it at the same time
            used = each.stat()
            if max(used.st_atime, used.st_mtime) < oldest and not each.name.startswith(path.stem):
                each.unlink()


def _code_digest() -> str:
    """Return a digest of the code that derives cached files from records, so that other versions do not share them."""
    digest = hashlib.sha256()
    for path in sorted([*HERE.rglob("*.py"), *HERE.parent.joinpath("domain").rglob("*.py")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:8]
