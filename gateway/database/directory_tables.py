"""The tables of the directory that identity providers push; times ``…_at`` are milliseconds, ``…_seconds`` seconds."""

from sqlalchemy import BigInteger, Boolean, Column, Index, String, Table, Text

from gateway.database.metadata import METADATA

_WORDS = Text().with_variant(Text(collation="C"), "postgresql")
"""Texts that are compared and sorted by their code points, as SQLite does."""

SCIM_CONNECTIONS = Table(
    "scim_connections",
    METADATA,
    Column("provider", Text, primary_key=True),
    Column("users", BigInteger, nullable=False),
    Column("active_users", BigInteger, nullable=False),
    Column("groups", BigInteger, nullable=False),
    Column("stopped_seconds", BigInteger, nullable=False),
    Column("resumed_seconds", BigInteger, nullable=False),
)
"""Each identity provider's connection: what it has, so that nobody counts it, and whether it may deactivate people.
Whoever writes to a connection's directory has its row first."""

SCIM_USERS = Table(
    "scim_users",
    METADATA,
    Column("provider", Text, primary_key=True),
    Column("id", String(32), primary_key=True),
    Column("user_name", _WORDS),
    Column("external_id", Text),
    Column("email", Text),
    Column("former_name", Text, nullable=False),
    Column("person", String(32), nullable=False),
    Column("active", Boolean(create_constraint=False), nullable=False),
    Column("is_deleted", Boolean(create_constraint=False), nullable=False),
    Column("display_name", _WORDS, nullable=False),
    Column("family_name", _WORDS, nullable=False),
    Column("given_name", _WORDS, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("modified_at", BigInteger, nullable=False),
    Column("deactivated_seconds", BigInteger, nullable=False),
    Column("resource", Text, nullable=False),
    Index("uq_scim_users_user_name", "provider", "user_name", unique=True),
    Index("uq_scim_users_external_id", "provider", "external_id", unique=True),
    Index("uq_scim_users_email", "provider", "email", unique=True),
    Index("ix_scim_users_former_name", "provider", "former_name"),
    Index("ix_scim_users_person", "person"),
    Index("ix_scim_users_id", "provider", "is_deleted", "id"),
    Index("ix_scim_users_active", "provider", "is_deleted", "active", "id"),
    Index("ix_scim_users_display_name", "provider", "is_deleted", "display_name", "id"),
    Index("ix_scim_users_family_name", "provider", "is_deleted", "family_name", "id"),
    Index("ix_scim_users_given_name", "provider", "is_deleted", "given_name", "id"),
    Index("ix_scim_users_created_at", "provider", "is_deleted", "created_at", "id"),
    Index("ix_scim_users_modified_at", "provider", "is_deleted", "modified_at", "id"),
    Index("ix_scim_users_deactivated", "provider", "deactivated_seconds"),
)
"""People. Of one who was deleted the row stays, without what nobody else may have, until they are told of again."""

SCIM_EMAILS = Table(
    "scim_emails",
    METADATA,
    Column("provider", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    Column("type", Text, primary_key=True),
    Column("user_id", String(32), primary_key=True),
    Index("ix_scim_emails_user_id", "provider", "user_id"),
)
"""Every e-mail address of every person, to find them by; in small letters."""

SCIM_GROUPS = Table(
    "scim_groups",
    METADATA,
    Column("provider", Text, primary_key=True),
    Column("id", String(32), primary_key=True),
    Column("display_name", _WORDS, nullable=False),
    Column("external_id", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("modified_at", BigInteger, nullable=False),
    Column("resource", Text, nullable=False),
    Index("uq_scim_groups_display_name", "provider", "display_name", unique=True),
    Index("uq_scim_groups_external_id", "provider", "external_id", unique=True),
    Index("ix_scim_groups_created_at", "provider", "created_at", "id"),
    Index("ix_scim_groups_modified_at", "provider", "modified_at", "id"),
)
"""Groups, without their members."""

SCIM_MEMBERS = Table(
    "scim_members",
    METADATA,
    Column("provider", Text, primary_key=True),
    Column("group_id", String(32), primary_key=True),
    Column("user_id", String(32), primary_key=True),
    Index("ix_scim_members_user_id", "provider", "user_id", "group_id"),
)
"""Who is in which group."""
