"""Environments and known failures as answers tell them."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

from dask_matrix.domain.upgrades.answer import Column, Listed

if TYPE_CHECKING:
    from dask_matrix.domain.matrix.rows_and_columns import Environment
    from dask_matrix.domain.verdicts.known_failures import Known


@overload
def column(environment: Environment) -> Column: ...


@overload
def column(environment: None) -> None: ...


@overload
def column(environment: Environment | None) -> Column | None: ...


def column(environment: Environment | None) -> Column | None:
    """Return what an answer tells of an environment."""
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


def listed(entry: Known | None) -> Listed | None:
    """Return what an answer tells of an entry of known.toml."""
    return Listed(issue=entry.issue, reason=entry.reason, expires=str(entry.expires)) if entry else None
