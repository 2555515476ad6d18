"""Account links, sign-ups under way and failed proofs."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "account_links",
        sa.Column("person", sa.String(32), nullable=False),
        sa.Column("issuer", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("login", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("profile", sa.String(64), nullable=False),
        sa.Column("password_key", sa.String(64), nullable=False),
        sa.Column("pending", sa.Boolean, nullable=False),
        sa.Column("linked_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("person", name="pk_account_links"),
    )
    op.create_index("uq_account_links_user_id", "account_links", ["user_id"], unique=True)
    op.create_index("ix_account_links_email", "account_links", ["email"])
    op.create_index("ix_account_links_login", "account_links", ["login"])
    op.create_table(
        "sign_ups",
        sa.Column("person", sa.String(32), nullable=False),
        sa.Column("login", sa.Text, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("person", name="pk_sign_ups"),
    )
    op.create_index("ix_sign_ups_expires_at", "sign_ups", ["expires_at"])
    op.create_table(
        "failed_proofs",
        sa.Column("person", sa.String(32), nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("person", name="pk_failed_proofs"),
    )
    op.create_index("ix_failed_proofs_expires_at", "failed_proofs", ["expires_at"])


def downgrade() -> None:
    """Remove the tables."""
    for table in ("failed_proofs", "sign_ups", "account_links"):
        op.drop_table(table)
