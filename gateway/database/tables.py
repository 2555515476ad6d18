"""The tables; times are epoch seconds, UTC. ``migrations`` makes and changes them, and a test compares the two."""

from sqlalchemy import BigInteger, Boolean, Column, Index, MetaData, String, Table, Text

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)

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
