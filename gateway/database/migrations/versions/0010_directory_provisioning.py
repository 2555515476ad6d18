"""What a directory gives people apart from their sign-ins, and whose account was deactivated for it."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the columns."""
    op.add_column("assigned_people", sa.Column("directory_digest", sa.String(64), nullable=False, server_default=""))
    op.add_column("assigned_people", sa.Column("inactive_user_id", sa.BigInteger, nullable=False, server_default="0"))
    op.add_column("assignments", sa.Column("origin", sa.String(16), nullable=False, server_default="sign_in"))
