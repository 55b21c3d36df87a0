"""Runs migrations on the connection that the store hands over (`alembic` alone is not meant to be used here)."""

from __future__ import annotations

from alembic import context

from dask_matrix.store.models import Table

context.configure(
    connection=context.config.attributes["connection"], target_metadata=Table.metadata, render_as_batch=True
)
context.run_migrations()
