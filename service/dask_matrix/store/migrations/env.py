"""Run migrations on the connection that `migrate` passes in (not meant for the `alembic` command)."""

from __future__ import annotations

from alembic import context

from dask_matrix.store.models import Table

context.configure(
    connection=context.config.attributes["connection"], target_metadata=Table.metadata, render_as_batch=True
)
context.run_migrations()
