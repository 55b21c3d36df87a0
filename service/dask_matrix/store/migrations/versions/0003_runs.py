"""What came of a run is counted, and results are numbered as they arrive."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BROKEN = sa.text("outcome NOT IN ('passed', 'skipped')")
OUTCOMES = ("passed", "failed", "timed-out", "crashed", "skipped", "errored")


def upgrade() -> None:
    """Go to this schema. How much a run had planned was not kept before: `dask-matrix rebuild` finds it in the records."""
    op.add_column("runs", sa.Column("environments", sa.Integer(), nullable=True))
    op.create_index("runs_by_time", "runs", ["at", "id"], unique=False)
    op.create_table(
        "run_parts",
        sa.Column("run", sa.Text(), nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("began", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last", sa.DateTime(timezone=True), nullable=True),
        sa.Column("planned", sa.Integer(), nullable=True),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("done", *map(_column, OUTCOMES))),
        sa.PrimaryKeyConstraint("run", "environment"),
    )
    op.add_column("results", sa.Column("number", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute(
        "UPDATE results SET number = ordered.place FROM "
        "(SELECT id, row_number() OVER (ORDER BY at, id) AS place FROM results) AS ordered WHERE results.id = ordered.id"
    )
    op.drop_index("results_by_run", table_name="results")
    op.create_index("results_by_run", "results", ["run", "number"], unique=False)
    told = ["run", "environment", "scenario", "started", "outcome"]
    op.create_index("results_broken", "results", told, unique=False, sqlite_where=BROKEN, postgresql_where=BROKEN)
    _count()


def _column(outcome: str) -> str:
    return outcome.replace("-", "_")


def _count() -> None:
    """Count the results there are."""
    counts = ", ".join(f"sum(CASE WHEN outcome = '{each}' THEN 1 ELSE 0 END)" for each in OUTCOMES)
    op.execute(
        f"INSERT INTO run_parts (run, environment, began, first, last, done, {', '.join(map(_column, OUTCOMES))}) "  # noqa: S608 - our own words
        f"SELECT run, environment, min(started), min(started), max(at), sum(CASE WHEN attempt = 1 THEN 1 ELSE 0 END), {counts} "
        "FROM results GROUP BY run, environment"
    )


def downgrade() -> None:
    """Go back."""
    op.drop_index("results_broken", table_name="results")
    op.drop_index("results_by_run", table_name="results")
    op.create_index("results_by_run", "results", ["run"], unique=False)
    op.drop_column("results", "number")
    op.drop_table("run_parts")
    op.drop_index("runs_by_time", table_name="runs")
    op.drop_column("runs", "environments")
