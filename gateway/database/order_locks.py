"""One at a time for each order, across all processes, until the transaction ends."""

import hashlib
from collections.abc import Collection

import sqlalchemy
from sqlalchemy import text


def lock(connection: sqlalchemy.Connection, orders: Collection[tuple[str, str]]) -> None:
    """Wait until nobody else has these orders; with SQLite every writing transaction is alone.

    Args:
        connection: within a transaction.
        orders: storefront, and an id of the order or of its payment.
    """
    if connection.dialect.name != "postgresql":
        return
    numbers = {hashlib.sha256(f"order\n{storefront}\n{name}".encode()).digest()[:8] for storefront, name in orders}
    for number in sorted(numbers):  # always in the same order, so that no two wait for each other
        locked = {"lock": int.from_bytes(number, signed=True)}
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), locked)
