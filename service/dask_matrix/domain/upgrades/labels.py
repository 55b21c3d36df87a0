"""Convert environments and known failures to their form in an upgrade answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

from dask_matrix.domain.upgrades.answer import Column, ListedFailure

if TYPE_CHECKING:
    from dask_matrix.domain.matrix.rows_and_columns import Environment
    from dask_matrix.domain.verdicts.known_failures import KnownFailure


@overload
def column(environment: Environment) -> Column: ...


@overload
def column(environment: None) -> None: ...


@overload
def column(environment: Environment | None) -> Column | None: ...


def column(environment: Environment | None) -> Column | None:
    """Return an environment as it appears in an answer."""
    if environment is None:
        return None
    return Column(
        key=environment.key,
        release=str(environment.release),
        pair=environment.pair.short if environment.pair else "",
        python=str(environment.python),
        lane=environment.lane,
        platform=environment.platform,
        released_at=environment.released_at,
        installs=environment.refusal is None,
        refusal=environment.refusal.message if environment.refusal else "",
    )


def listed(entry: KnownFailure | None) -> ListedFailure | None:
    """Return an entry of known.toml as it appears in an answer."""
    return ListedFailure(issue=entry.issue, reason=entry.reason, expires=str(entry.expires)) if entry else None
