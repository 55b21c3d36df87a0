"""What a reader that has read all before needs: which verdicts are new, what was warned of, how much there is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from dask_matrix.domain.verdicts.deprecations import deprecations

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

LONG_AGO = "1970-01-01 00:00:00"
SPANS = """
INSERT INTO spans (environment, results, oldest, newest, at, revision)
SELECT environment, count(*), min(started), max(started), max(at), (SELECT number FROM revision) FROM results GROUP BY environment
"""
NEWEST = """
UPDATE verdicts SET
    revision = (SELECT number FROM revision),
    newest = (
        SELECT max(at) FROM results
        WHERE results.scenario = verdicts.scenario AND results.environment = verdicts.environment
    )
"""
WARNED = "UPDATE verdicts SET warned = :warned WHERE scenario = :scenario AND environment = :environment"
VERDICTS = sa.table("verdicts", sa.column("scenario"), sa.column("environment"), sa.column("result"))
RESULTS = sa.table("results", sa.column("id"), sa.column("evidence", sa.JSON()))


def upgrade() -> None:
    """Go to this schema, and fill in what follows from the results."""
    op.create_table(
        "spans",
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("results", sa.Integer(), nullable=False),
        sa.Column("oldest", sa.DateTime(timezone=True), nullable=False),
        sa.Column("newest", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("environment"),
    )
    moment = sa.DateTime(timezone=True)
    for name, kind, default in (
        ("warned", sa.Text(), ""),
        ("newest", moment, LONG_AGO),
        ("revision", sa.Integer(), "0"),
    ):
        op.add_column("verdicts", sa.Column(name, kind, nullable=False, server_default=default))
    for name in ("shape", "removed"):
        op.add_column("revision", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    _fill(op.get_bind())
    op.create_index("verdicts_by_revision", "verdicts", ["revision"], unique=False)
    op.create_index("verdicts_by_environment", "verdicts", ["environment"], unique=False)


def _fill(connection: sa.Connection) -> None:
    connection.execute(sa.text(SPANS))
    connection.execute(sa.text(NEWEST))
    connection.execute(sa.text("UPDATE revision SET shape = number, removed = number"))
    query = sa.select(VERDICTS.c.scenario, VERDICTS.c.environment, RESULTS.c.evidence["warnings"]).where(
        VERDICTS.c.result == RESULTS.c.id
    )
    rows = []
    for scenario, environment, given in connection.execute(query):
        if warned := deprecations((each["category"], each["message"], each["where"]) for each in given or ()):
            rows.append({"scenario": scenario, "environment": environment, "warned": " ".join(warned)})
    if rows:
        connection.execute(sa.text(WARNED), rows)


def downgrade() -> None:
    """Go back."""
    op.drop_index("verdicts_by_environment", table_name="verdicts")
    op.drop_index("verdicts_by_revision", table_name="verdicts")
    for table, names in (("verdicts", ("warned", "newest", "revision")), ("revision", ("shape", "removed"))):
        with op.batch_alter_table(table) as batch:
            for name in names:
                batch.drop_column(name)
    op.drop_table("spans")
