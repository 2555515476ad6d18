"""Enrolments by a storefront's launch, and what keeps failing of an order."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "launched_enrolments",
        sa.Column("storefront", sa.Text, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("course_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("begun_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("storefront", "user_id", "course_id", name="pk_launched_enrolments"),
    )
    op.create_table(
        "order_faults",
        sa.Column("storefront", sa.Text, nullable=False),
        sa.Column("order_id", sa.Text, nullable=False),
        sa.Column("line_id", sa.Text, nullable=False),
        sa.Column("seat", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("storefront", "order_id", "line_id", "seat", name="pk_order_faults"),
    )
