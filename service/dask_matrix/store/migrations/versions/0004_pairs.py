"""Environments made of two commits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this schema."""
    op.add_column("environments", sa.Column("pair", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("environments") as batch:
        batch.drop_column("pair")
