"""The audit trail, to which entries are added, and in which nothing is changed.

The one change that the database lets through takes a person out of an entry: ``person``, ``user_id``, ``client`` and
``note`` are emptied together, and everything else stays. The one deletion is that of entries which are six days old or
older: a day less than the least that they can be kept, since the gateway's clock and the database's need not agree. Who
may remove triggers may do anything; they keep mistakes and hasty hands off.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_YOUNG_SECONDS = 6 * 24 * 3600
_WHO = {"person": "''", "user_id": "0", "client": "''", "note": "''"}
_WHAT = ("id", "at", "event", "outcome", "reason", "reference", "origin", "facts")
_REFUSAL = "the audit trail is append-only"
_IS_CHANGED = " OR ".join(
    [*(f"NEW.{name} <> {nothing}" for name, nothing in _WHO.items()), *(f"NEW.{name} <> OLD.{name}" for name in _WHAT)]
)
_FUNCTION = "audit_trail_is_append_only"
_TRIGGERS = ("audit_trail_no_update", "audit_trail_no_delete")


def upgrade() -> None:
    """Make the table, and what keeps it as it is."""
    op.create_table(
        "audit_trail",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("event", sa.String(64), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(64), nullable=False),
        sa.Column("reference", sa.String(16), nullable=False),
        sa.Column("person", sa.String(32), nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("client", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_trail"),
    )
    op.create_index("ix_audit_trail_at", "audit_trail", ["at"])
    op.create_index("ix_audit_trail_person", "audit_trail", ["person", "at"])
    op.create_index("ix_audit_trail_user_id", "audit_trail", ["user_id", "at"])
    op.create_index("ix_audit_trail_reference", "audit_trail", ["reference"])
    if op.get_bind().dialect.name == "postgresql":
        _on_postgresql()
    else:
        _on_sqlite()


def _on_sqlite() -> None:
    is_young = f"OLD.at > CAST(strftime('%s', 'now') AS INTEGER) - {_YOUNG_SECONDS}"
    for name, what, condition in zip(_TRIGGERS, ("UPDATE", "DELETE"), (_IS_CHANGED, is_young), strict=True):
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {what} ON audit_trail WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        )


def _on_postgresql() -> None:
    op.execute(
        f"CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql "
        f"AS $$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$"
    )
    is_young = f"OLD.at > extract(epoch FROM now()) - {_YOUNG_SECONDS}"
    for name, what, condition in zip(_TRIGGERS, ("UPDATE", "DELETE"), (_IS_CHANGED, is_young), strict=True):
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {what} ON audit_trail FOR EACH ROW WHEN ({condition}) "
            f"EXECUTE FUNCTION {_FUNCTION}()"
        )
    op.execute(
        "CREATE TRIGGER audit_trail_no_truncate BEFORE TRUNCATE ON audit_trail FOR EACH STATEMENT "
        f"EXECUTE FUNCTION {_FUNCTION}()"
    )


def downgrade() -> None:
    """Remove the table, and with it its triggers."""
    op.drop_table("audit_trail")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"DROP FUNCTION {_FUNCTION}()")
