"""Errors that a user can fix: each message says what was wrong, where, and what to do."""

from __future__ import annotations

from dask_matrix.domain.redaction import without_secrets


class DaskMatrixError(Exception):
    """Invalid input or something missing. The CLI prints it and exits with 2; the web answers with a problem document.

    Whatever it quotes, its message has no credentials of addresses in it.
    """

    def __str__(self) -> str:
        return without_secrets(super().__str__())

    exit_code = 2


class UnknownName(DaskMatrixError):
    """A name that does not exist. ``what`` is the kind of thing it names, ``nearest`` are suggestions."""

    def __init__(self, what: str, name: str, nearest: list[str]) -> None:
        self.what, self.name, self.nearest = what, name, nearest
        hint = f" Nearest: {', '.join(nearest)}." if nearest else ""
        super().__init__(f"No {what} {name!r}.{hint}")


class EvidenceUnreachable(DaskMatrixError):
    """No source of evidence: no server answers, or there is neither a data folder with results nor a snapshot."""
