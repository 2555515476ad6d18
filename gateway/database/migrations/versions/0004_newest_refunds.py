"""Refunds have versions, may be void, and may name their payment in two ways."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the columns."""
    op.add_column("order_refunds", sa.Column("other", sa.Text, nullable=False, server_default=""))
    op.add_column("order_refunds", sa.Column("version", sa.BigInteger, nullable=False, server_default="0"))
    op.add_column("order_refunds", sa.Column("is_void", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_index("ix_order_refunds_other", "order_refunds", ["storefront", "other"])


def downgrade() -> None:
    """Remove the columns."""
    op.drop_index("ix_order_refunds_other", "order_refunds")
    for name in ("is_void", "version", "other"):
        op.drop_column("order_refunds", name)
