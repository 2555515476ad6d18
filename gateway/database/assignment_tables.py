"""The tables of assignments, which are a part of `tables`."""

from sqlalchemy import BigInteger, Boolean, Column, Index, String, Table, Text

from gateway.database.metadata import METADATA, due_columns

ASSIGNED_PEOPLE = Table(
    "assigned_people",
    METADATA,
    Column("person", String(32), primary_key=True),
    Column("provider", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("rules", Text, nullable=False),
    Column("user_id", BigInteger, nullable=False),
    Column("told_at", BigInteger, nullable=False),
    Column("retry_at", BigInteger, nullable=False),
    Column("directory_digest", String(64), nullable=False, server_default=""),
    Column("inactive_user_id", BigInteger, nullable=False, server_default="0"),
    *due_columns(),
    Index("ix_assigned_people_due_at", "due_at"),
)
"""What rules said of a person's newest claims, and when the person is due; ``database.assigned_people``."""

ASSIGNMENTS = Table(
    "assignments",
    METADATA,
    Column("person", String(32), primary_key=True),
    Column("kind", String(8), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("role", String(16), nullable=False),
    Column("rule", Text, nullable=False),
    Column("on_lost", String(8), nullable=False),
    Column("is_wanted", Boolean(create_constraint=False), nullable=False),
    Column("target", BigInteger, nullable=False),
    Column("user_id", BigInteger, nullable=False),
    Column("state", String(8), nullable=False),
    Column("tried_at", BigInteger, nullable=False),
    Column("ours", Boolean(create_constraint=False), nullable=False),
    Column("error", String(64), nullable=False),
    Column("note", Text, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("origin", String(16), nullable=False, server_default="sign_in"),
    Index("ix_assignments_user_id", "user_id", "kind", "target"),
)
"""What rules give whom; ``database.assignments`` says what each column means."""
