"""What rules of the mapping give people, and who is due for it."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "assigned_people",
        sa.Column("person", sa.String(32), nullable=False),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("rules", sa.Text, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("told_at", sa.BigInteger, nullable=False),
        sa.Column("retry_at", sa.BigInteger, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("lease", sa.String(32), nullable=False),
        sa.Column("lease_until", sa.BigInteger, nullable=False),
        sa.Column("error", sa.String(64), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("person", name="pk_assigned_people"),
    )
    op.create_index("ix_assigned_people_due_at", "assigned_people", ["due_at"])
    op.create_table(
        "assignments",
        sa.Column("person", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("on_lost", sa.String(8), nullable=False),
        sa.Column("is_wanted", sa.Boolean, nullable=False),
        sa.Column("target", sa.BigInteger, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("tried_at", sa.BigInteger, nullable=False),
        sa.Column("ours", sa.Boolean, nullable=False),
        sa.Column("error", sa.String(64), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("person", "kind", "name", name="pk_assignments"),
    )
    op.create_index("ix_assignments_user_id", "assignments", ["user_id", "kind", "target"])
