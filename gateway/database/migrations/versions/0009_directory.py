"""The directory that identity providers push: people, groups, and who is in which."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "scim_connections",
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("users", sa.BigInteger, nullable=False),
        sa.Column("active_users", sa.BigInteger, nullable=False),
        sa.Column("groups", sa.BigInteger, nullable=False),
        sa.Column("stopped_seconds", sa.BigInteger, nullable=False),
        sa.Column("resumed_seconds", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("provider", name="pk_scim_connections"),
    )
    _people()
    _groups()


def _people() -> None:
    op.create_table(
        "scim_users",
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("user_name", _WORDS),
        sa.Column("external_id", sa.Text),
        sa.Column("email", sa.Text),
        sa.Column("former_name", sa.Text, nullable=False),
        sa.Column("person", sa.String(32), nullable=False),
        sa.Column("active", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("is_deleted", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("display_name", _WORDS, nullable=False),
        sa.Column("family_name", _WORDS, nullable=False),
        sa.Column("given_name", _WORDS, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("modified_at", sa.BigInteger, nullable=False),
        sa.Column("deactivated_seconds", sa.BigInteger, nullable=False),
        sa.Column("resource", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("provider", "id", name="pk_scim_users"),
    )
    for name in ("user_name", "external_id", "email"):
        op.create_index(f"uq_scim_users_{name}", "scim_users", ["provider", name], unique=True)
    op.create_index("ix_scim_users_former_name", "scim_users", ["provider", "former_name"])
    op.create_index("ix_scim_users_person", "scim_users", ["person"])
    op.create_index("ix_scim_users_id", "scim_users", ["provider", "is_deleted", "id"])
    for name in ("active", "display_name", "family_name", "given_name", "created_at", "modified_at"):
        op.create_index(f"ix_scim_users_{name}", "scim_users", ["provider", "is_deleted", name, "id"])
    op.create_index("ix_scim_users_deactivated", "scim_users", ["provider", "deactivated_seconds"])
    op.create_table(
        "scim_emails",
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("user_id", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("provider", "value", "type", "user_id", name="pk_scim_emails"),
    )
    op.create_index("ix_scim_emails_user_id", "scim_emails", ["provider", "user_id"])


def _groups() -> None:
    op.create_table(
        "scim_groups",
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("display_name", _WORDS, nullable=False),
        sa.Column("external_id", sa.Text),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("modified_at", sa.BigInteger, nullable=False),
        sa.Column("resource", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("provider", "id", name="pk_scim_groups"),
    )
    for name in ("display_name", "external_id"):
        op.create_index(f"uq_scim_groups_{name}", "scim_groups", ["provider", name], unique=True)
    for name in ("created_at", "modified_at"):
        op.create_index(f"ix_scim_groups_{name}", "scim_groups", ["provider", name, "id"])
    op.create_table(
        "scim_members",
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("group_id", sa.String(32), nullable=False),
        sa.Column("user_id", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("provider", "group_id", "user_id", name="pk_scim_members"),
    )
    op.create_index("ix_scim_members_user_id", "scim_members", ["provider", "user_id", "group_id"])
