"""The tables; times are epoch seconds, UTC. ``migrations`` makes and changes them, and a test compares the two."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, String, Table, Text

from gateway.database import assignment_tables, directory_tables, metadata
from gateway.database.metadata import due_columns

METADATA = metadata.METADATA
"""All tables, those of assignments and of the directory as well."""

ASSIGNED_PEOPLE, ASSIGNMENTS = assignment_tables.ASSIGNED_PEOPLE, assignment_tables.ASSIGNMENTS
SCIM_USERS = directory_tables.SCIM_USERS

ACCOUNT_LINKS = Table(
    "account_links",
    METADATA,
    Column("person", String(32), primary_key=True),
    Column("issuer", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("user_id", BigInteger, nullable=False),
    Column("login", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("profile", String(64), nullable=False),
    Column("password_key", String(64), nullable=False),
    Column("pending", Boolean(create_constraint=False), nullable=False),
    Column("linked_at", BigInteger, nullable=False),
    Column("retry_at", BigInteger, nullable=False, server_default="0"),
    Index("uq_account_links_user_id", "user_id", unique=True),
    Index("ix_account_links_email", "email"),
    Index("ix_account_links_login", "login"),
)
"""Which TalentLMS account is whose; ``schemas.learner.AccountLink`` says what each column means."""


def _remembered_for_a_while(name: str, *columns: Column[str]) -> Table:
    """Return a table of what is remembered of people until a time."""
    person, expires_at = (
        Column("person", String(32), primary_key=True),
        Column("expires_at", BigInteger, nullable=False),
    )
    return Table(name, METADATA, person, *columns, expires_at, Index(f"ix_{name}_expires_at", "expires_at"))


SIGN_UPS = _remembered_for_a_while("sign_ups", Column("login", Text, nullable=False))
"""Sign-ups that were sent, and of whose answer nothing is known yet."""

FAILED_PROOFS = _remembered_for_a_while("failed_proofs")
"""Whose proof of an account by its managed password failed lately."""


def _of_a_line() -> tuple[Column[str], Column[str], Column[str]]:
    """Return the columns that name a line of an order."""
    return (
        Column("storefront", Text, primary_key=True),
        Column("order_id", Text, primary_key=True),
        Column("line_id", Text, primary_key=True),
    )


ORDER_EVENTS = Table(
    "order_events",
    METADATA,
    Column("storefront", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("topic", Text, nullable=False),
    Column("order_id", Text, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Index("ix_order_events_order", "storefront", "order_id"),
)
"""What storefronts told, so that it counts once however often it is delivered; neither bodies nor signatures."""

ORDERS = Table(
    "orders",
    METADATA,
    Column("storefront", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("payment", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("status", String(16), nullable=False),
    Column("was_paid", Boolean(create_constraint=False), nullable=False),
    Column("is_test", Boolean(create_constraint=False), nullable=False),
    Column("has_lines", Boolean(create_constraint=False), nullable=False),
    Column("person", String(32), nullable=False),
    Column("customer_id", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("first_name", Text, nullable=False),
    Column("last_name", Text, nullable=False),
    Column("is_forgotten", Boolean(create_constraint=False), nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    *due_columns(),
    Index("ix_orders_due_at", "due_at"),
    Index("ix_orders_payment", "storefront", "payment"),
    Index("ix_orders_received_at", "received_at"),
    Index("ix_orders_person", "person"),
    Index("ix_orders_email", "email"),
    Index("ix_orders_state", "state", "received_at"),
)
"""Orders by their newest snapshot, and when each is due: what each column means stands in ``database.orders``."""

ORDER_LINES = Table(
    "order_lines",
    METADATA,
    *_of_a_line(),
    Column("position", Integer, nullable=False),
    Column("sku", Text, nullable=False),
    Column("quantity", BigInteger, nullable=False),
    Column("current", BigInteger, nullable=False),
    Column("has_student", Boolean(create_constraint=False), nullable=False),
    Column("student_email", Text, nullable=False),
    Column("student_first_name", Text, nullable=False),
    Column("student_last_name", Text, nullable=False),
    Column("error", String(64), nullable=False),
    Column("note", Text, nullable=False),
)
"""The lines of each order's newest snapshot, and what keeps one from being fulfilled."""

ORDER_REFUNDS = Table(
    "order_refunds",
    METADATA,
    Column("storefront", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("reference", Text, nullable=False),
    Column("other", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("is_void", Boolean(create_constraint=False), nullable=False),
    Column("is_whole", Boolean(create_constraint=False), nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Index("ix_order_refunds_reference", "storefront", "reference"),
    Index("ix_order_refunds_other", "storefront", "other"),
)
"""Refunds told of apart from their orders, by the order's id or its payment, each by its newest telling; one may be
here before its order is."""

REFUNDED_LINES = Table(
    "refunded_lines",
    METADATA,
    Column("storefront", Text, primary_key=True),
    Column("refund_id", Text, primary_key=True),
    Column("line_id", Text, primary_key=True),
    Column("quantity", BigInteger, nullable=False),
)
"""How many of each line a refund gives back that is not one of the whole order."""

ENTITLEMENTS = Table(
    "entitlements",
    METADATA,
    *_of_a_line(),
    Column("seat", Integer, primary_key=True),
    Column("kind", String(8), primary_key=True),
    Column("target", BigInteger, primary_key=True, autoincrement=False),
    Column("group_key", Text, nullable=False),
    Column("person", String(32), nullable=False),
    Column("user_id", BigInteger, nullable=False),
    Column("state", String(8), nullable=False),
    Column("tried_at", BigInteger, nullable=False),
    Column("ours", Boolean(create_constraint=False), nullable=False),
    Column("error", String(64), nullable=False),
    Column("note", Text, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Index("ix_entitlements_user_id", "user_id", "kind", "target"),
    Index("ix_entitlements_person", "person"),
)
"""Who is entitled to what by which seat of which line; ``database.entitlements`` says what each column means."""

ORDER_CALLS = Table(
    "order_calls",
    METADATA,
    Column("storefront", Text, primary_key=True),
    Column("order_id", Text, primary_key=True),
    Column("call", String(100), primary_key=True),
    Column("outcome", String(64), primary_key=True),
    Column("times", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
)
"""Which calls an order has led to, and what came of them; the same call with the same outcome is counted."""

REDEEM_CODES = Table(
    "redeem_codes",
    METADATA,
    *_of_a_line(),
    Column("seat", Integer, primary_key=True),
    Column("code_hash", String(64), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("is_void", Boolean(create_constraint=False), nullable=False),
    Column("redeemed_by", String(32), nullable=False),
    Column("user_id", BigInteger, nullable=False),
    Column("redeemed_at", BigInteger, nullable=False),
    Index("uq_redeem_codes_code_hash", "code_hash", unique=True),
)
"""The codes of seats that are given to whoever redeems one; each is found by its HMAC and kept encrypted beside it."""

ORDER_FAULTS = Table(
    "order_faults",
    METADATA,
    *_of_a_line(),
    Column("seat", Integer, primary_key=True, autoincrement=False),
    Column("tries", Integer, nullable=False),
    Column("since", BigInteger, nullable=False),
)
"""What keeps failing of orders, although there is no outage; ``database.order_faults`` says what each column means."""

ERASED_LEARNERS = Table(
    "erased_learners",
    METADATA,
    Column("storefront", Text, primary_key=True),
    Column("order_id", Text, primary_key=True),
    Column("address_hash", String(64), primary_key=True),
)
"""Of which learners an order's lines are kept free, by a keyed hash of their addresses; ``database.erased_people``."""

LAUNCHED_ENROLMENTS = Table(
    "launched_enrolments",
    METADATA,
    Column("storefront", Text, primary_key=True),
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("course_id", BigInteger, primary_key=True, autoincrement=False),
    Column("begun_at", BigInteger, nullable=False),
)
"""When a storefront's launch was about to enrol an account in a course that the storefront sells."""

USED_HANDOFFS = Table(
    "used_handoffs",
    METADATA,
    Column("storefront", Text, primary_key=True),
    Column("jti", String(64), primary_key=True),
    Column("browser", String(64), nullable=False),
    Column("used_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("is_done", Boolean(create_constraint=False), nullable=False),
    Index("ix_used_handoffs_expires_at", "expires_at"),
)
"""Hand-off tokens that were used, by a digest of their ids, until they have expired; by which browser,
hashed, and whether anything came of it."""

AUDIT_TRAIL = Table(
    "audit_trail",
    METADATA,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("event", String(64), nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("reason", String(64), nullable=False),
    Column("reference", String(16), nullable=False),
    Column("person", String(32), nullable=False),
    Column("user_id", BigInteger, nullable=False),
    Column("origin", Text, nullable=False),
    Column("client", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Index("ix_audit_trail_at", "at"),
    Index("ix_audit_trail_person", "person", "at"),
    Index("ix_audit_trail_user_id", "user_id", "at"),
    Index("ix_audit_trail_reference", "reference"),
)
"""What was done and refused; ``schemas.audit_entry`` says what each column means, ``facts`` being JSON. Triggers see to
it that nothing in it is changed: see the migration."""
