"""Orders of storefronts, what they entitle to, redeem codes, and hand-off tokens that were used."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables."""
    _of_orders()
    _of_entitlements()


def _of_orders() -> None:
    op.create_table(
        "order_events",
        sa.Column("storefront", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("order_id", sa.Text, nullable=False),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("storefront", "key", name="pk_order_events"),
    )
    op.create_index("ix_order_events_order", "order_events", ["storefront", "order_id"])
    op.create_table(
        "orders",
        sa.Column("storefront", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("payment", sa.Text, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("was_paid", sa.Boolean, nullable=False),
        sa.Column("is_test", sa.Boolean, nullable=False),
        sa.Column("has_lines", sa.Boolean, nullable=False),
        sa.Column("person", sa.String(32), nullable=False),
        sa.Column("customer_id", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("first_name", sa.Text, nullable=False),
        sa.Column("last_name", sa.Text, nullable=False),
        sa.Column("is_forgotten", sa.Boolean, nullable=False),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("lease", sa.String(32), nullable=False),
        sa.Column("lease_until", sa.BigInteger, nullable=False),
        sa.Column("error", sa.String(64), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("storefront", "id", name="pk_orders"),
    )
    op.create_index("ix_orders_due_at", "orders", ["due_at"])
    op.create_index("ix_orders_email", "orders", ["email"])
    op.create_index("ix_orders_payment", "orders", ["storefront", "payment"])
    op.create_index("ix_orders_person", "orders", ["person"])
    op.create_index("ix_orders_received_at", "orders", ["received_at"])
    op.create_index("ix_orders_state", "orders", ["state", "received_at"])
    op.create_table(
        "order_lines",
        sa.Column("storefront", sa.Text, nullable=False),
        sa.Column("order_id", sa.Text, nullable=False),
        sa.Column("line_id", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("sku", sa.Text, nullable=False),
        sa.Column("quantity", sa.BigInteger, nullable=False),
        sa.Column("current", sa.BigInteger, nullable=False),
        sa.Column("has_student", sa.Boolean, nullable=False),
        sa.Column("student_email", sa.Text, nullable=False),
        sa.Column("student_first_name", sa.Text, nullable=False),
        sa.Column("student_last_name", sa.Text, nullable=False),
        sa.Column("error", sa.String(64), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("storefront", "order_id", "line_id", name="pk_order_lines"),
    )
    op.create_table(
        "order_refunds",
        sa.Column("storefront", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("is_whole", sa.Boolean, nullable=False),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("storefront", "id", name="pk_order_refunds"),
    )
    op.create_index("ix_order_refunds_reference", "order_refunds", ["storefront", "reference"])
    op.create_table(
        "refunded_lines",
        sa.Column("storefront", sa.Text, nullable=False),
        sa.Column("refund_id", sa.Text, nullable=False),
        sa.Column("line_id", sa.Text, nullable=False),
        sa.Column("quantity", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("storefront", "refund_id", "line_id", name="pk_refunded_lines"),
    )


def _of_entitlements() -> None:
    op.create_table(
        "entitlements",
        sa.Column("storefront", sa.Text, nullable=False),
        sa.Column("order_id", sa.Text, nullable=False),
        sa.Column("line_id", sa.Text, nullable=False),
        sa.Column("seat", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("target", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("group_key", sa.Text, nullable=False),
        sa.Column("person", sa.String(32), nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("tried_at", sa.BigInteger, nullable=False),
        sa.Column("ours", sa.Boolean, nullable=False),
        sa.Column("error", sa.String(64), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("storefront", "order_id", "line_id", "seat", "kind", "target", name="pk_entitlements"),
    )
    op.create_index("ix_entitlements_person", "entitlements", ["person"])
    op.create_index("ix_entitlements_user_id", "entitlements", ["user_id", "kind", "target"])
    op.create_table(
        "order_calls",
        sa.Column("storefront", sa.Text, nullable=False),
        sa.Column("order_id", sa.Text, nullable=False),
        sa.Column("call", sa.String(100), nullable=False),
        sa.Column("outcome", sa.String(64), nullable=False),
        sa.Column("times", sa.BigInteger, nullable=False),
        sa.Column("last_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("storefront", "order_id", "call", "outcome", name="pk_order_calls"),
    )
    op.create_table(
        "redeem_codes",
        sa.Column("storefront", sa.Text, nullable=False),
        sa.Column("order_id", sa.Text, nullable=False),
        sa.Column("line_id", sa.Text, nullable=False),
        sa.Column("seat", sa.Integer, nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("is_void", sa.Boolean, nullable=False),
        sa.Column("redeemed_by", sa.String(32), nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("redeemed_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("storefront", "order_id", "line_id", "seat", name="pk_redeem_codes"),
    )
    op.create_index("uq_redeem_codes_code_hash", "redeem_codes", ["code_hash"], unique=True)
    op.create_table(
        "used_handoffs",
        sa.Column("storefront", sa.Text, nullable=False),
        sa.Column("jti", sa.String(64), nullable=False),
        sa.Column("browser", sa.String(64), nullable=False),
        sa.Column("used_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("is_done", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("storefront", "jti", name="pk_used_handoffs"),
    )
    op.create_index("ix_used_handoffs_expires_at", "used_handoffs", ["expires_at"])


def downgrade() -> None:
    """Remove the tables."""
    for table in (
        "used_handoffs",
        "redeem_codes",
        "order_calls",
        "entitlements",
        "refunded_lines",
        "order_refunds",
        "order_lines",
        "orders",
        "order_events",
    ):
        op.drop_table(table)
