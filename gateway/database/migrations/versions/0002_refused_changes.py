"""When a change of an account that TalentLMS has refused is told again."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the column."""
    op.add_column("account_links", sa.Column("retry_at", sa.BigInteger, nullable=False, server_default="0"))


def downgrade() -> None:
    """Remove the column."""
    op.drop_column("account_links", "retry_at")
