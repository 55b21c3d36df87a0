"""What a snapshot says of itself, and where what is made of it is cached. No database is needed for either."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from dask_matrix.domain.errors import DaskMatrixError

HERE = Path(__file__).parents[1]
RECORDS, HEAD = "records.jsonl.xz", "snapshot.json"
NAMING = 16
"""Characters of a digest that name a database in the cache."""


class BadSnapshot(DaskMatrixError):
    """A folder holds no snapshot that can be shown; the message says what is wrong with it."""


class Snapshot(BaseModel):
    """What snapshot.json says of the records beside it. ``texts_of_passed`` are what passing scenarios printed."""

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
    """Return what a folder's snapshot says of itself; raise BadSnapshot if there is none, or none that is known."""
    path = folder / HEAD
    try:
        return Snapshot.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise BadSnapshot(
            f"No snapshot in {folder}: there is no {HEAD}. `nox -s snapshot` makes one, `dask-matrix run` evidence of your own."
        ) from None
    except OSError as error:
        raise BadSnapshot(f"Cannot read {path}: {error.strerror}.") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        told = ".".join(map(str, first["loc"])) or "the file"
        raise BadSnapshot(
            f"{path} is of no snapshot that this version of dask-matrix knows: {told}: {first['msg']}."
        ) from None


def cached(head: Snapshot, cache: Path, form: str) -> Path:
    """Return where something made of a snapshot is cached; ``form`` is the file's ending."""
    return cache / f"snapshot-{head.sha256[:NAMING]}-{_made_by()}.{form}"


def _made_by() -> str:
    """Return a digest of how what is cached follows from records, so that none of another version is taken for the same."""
    digest = hashlib.sha256()
    for path in sorted([*HERE.rglob("*.py"), *HERE.parent.joinpath("domain").rglob("*.py")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:8]
