"""Learners who were erased from an order, by keyed hashes of their addresses."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "erased_learners",
        sa.Column("storefront", sa.Text, nullable=False),
        sa.Column("order_id", sa.Text, nullable=False),
        sa.Column("address_hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("storefront", "order_id", "address_hash", name="pk_erased_learners"),
    )
