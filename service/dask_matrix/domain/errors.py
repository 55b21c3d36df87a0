"""The errors a user can mend: each message names what was wrong, where, and what to do."""

from __future__ import annotations


class DaskMatrixError(Exception):
    """A wrong input or a missing thing. The CLI prints it and exits with 2; the web answers with a problem document."""


class UnknownName(DaskMatrixError):
    """Something was asked for by a name that does not exist. ``what`` is the kind of thing, ``nearest`` the way out."""

    def __init__(self, what: str, name: str, nearest: list[str]) -> None:
        self.what, self.name, self.nearest = what, name, nearest
        hint = f" Nearest: {', '.join(nearest)}." if nearest else ""
        super().__init__(f"No {what} {name!r}.{hint}")


class EvidenceUnreachable(DaskMatrixError):
    """Nobody can be asked: no server answers, or there is neither a data folder with results nor a snapshot."""
