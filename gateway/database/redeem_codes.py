"""Redeem codes: each stands for a seat of an order's line, and is used once.

A code has 80 random bits. It is found by its HMAC and kept encrypted beside it, under keys derived from the gateway's
own, so that neither the database nor a copy of it opens a seat.
"""

import secrets
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy
from sqlalchemy import insert, select, update

from gateway.database import clock
from gateway.database.connection import AlreadyThere, Database
from gateway.database.tables import ORDER_LINES, ORDERS, REDEEM_CODES
from gateway.keyring import Keyring

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32, five bits each
_LENGTH = 16
_LOOK_UP = "redeem code"
_TRIES = 3
_READ_AS = str.maketrans("ILO", "110")


@dataclass(frozen=True)
class Seat:
    """A seat with a code.

    Attributes:
        storefront: who sold it.
        order_id: in which order.
        line_id: by which line.
        seat: which of the line's seats, from 1 on.
        is_void: whether it was given back, so that its code is good for nothing.
        redeemed_by: ``Identity.key`` of who redeemed it; empty for nobody yet.
        user_id: their account; 0 for nobody yet.
        redeemed_at: epoch seconds, UTC; 0 for not yet.
    """

    storefront: str
    order_id: str
    line_id: str
    seat: int
    is_void: bool = False
    redeemed_by: str = ""
    user_id: int = 0
    redeemed_at: int = 0

    @property
    def is_redeemed(self) -> bool:
        """Whether somebody has it; also where they have been erased."""
        return self.redeemed_at > 0

    @property
    def name(self) -> str:
        """Which seat that is, for the log."""
        return f"seat {self.seat} of line {self.line_id} of order {self.order_id} of {self.storefront}"


@dataclass(frozen=True)
class BoughtSeat:
    """A seat that somebody bought, with what its order says of it.

    Attributes:
        seat: the seat.
        code: its code; empty where its key is gone.
        number: what people call the order.
        sku: what was bought.
    """

    seat: Seat
    code: str
    number: str
    sku: str


class RedeemCodes:
    """Redeem codes. Every method raises ``DatabaseUnavailable`` where the database cannot be asked.

    Args:
        database: where they are.
        keyring: finds and seals them.
    """

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    def make(self, seats: Collection[Seat]) -> None:
        """Make a code for each of these seats that has none."""
        for _ in range(_TRIES):
            try:
                with self._database.transaction() as connection:
                    for seat in seats:
                        if connection.execute(select(REDEEM_CODES.c.seat).where(*_is(seat))).first() is None:
                            connection.execute(insert(REDEEM_CODES).values(**self._made(seat)))
            except AlreadyThere:
                continue  # another worker has made one in this moment
            return

    def _made(self, seat: Seat) -> dict[str, Any]:
        code = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
        return {
            "storefront": seat.storefront,
            "order_id": seat.order_id,
            "line_id": seat.line_id,
            "seat": seat.seat,
            "code_hash": self._keyring.sign(_LOOK_UP, code),
            "sealed": self._keyring.seal(_LOOK_UP, code.encode(), _place(seat)),
            "is_void": False,
            "redeemed_by": "",
            "user_id": 0,
            "redeemed_at": 0,
        }

    def of_order(self, storefront: str, order_id: str) -> Sequence[Seat]:
        """Return the seats of an order that have codes, by line and seat."""
        codes = REDEEM_CODES.c
        question = select(REDEEM_CODES).where(codes.storefront == storefront, codes.order_id == order_id)
        with self._database.reading() as connection:
            return [_seat(row) for row in connection.execute(question.order_by(codes.line_id, codes.seat))]

    def shown(self, storefront: str, order_id: str) -> Sequence[tuple[Seat, str]]:
        """Return the seats of an order with their codes, for the buyer; a code is empty where its key is gone."""
        codes = REDEEM_CODES.c
        question = select(REDEEM_CODES).where(codes.storefront == storefront, codes.order_id == order_id)
        with self._database.reading() as connection:
            rows = connection.execute(question.order_by(codes.line_id, codes.seat)).all()
        return [(_seat(row), self._opened(row)) for row in rows]

    def bought_by(self, person: str, at_most: int) -> Sequence[BoughtSeat]:
        """Return the seats that somebody bought and has not given back, those of the newest orders first.

        Args:
            person: ``Identity.key`` of the buyer.
            at_most: how many.
        """
        codes, lines = REDEEM_CODES.c, ORDER_LINES.c
        is_order = (ORDERS.c.storefront == codes.storefront) & (ORDERS.c.id == codes.order_id)
        is_line = (
            (lines.storefront == codes.storefront)
            & (lines.order_id == codes.order_id)
            & (lines.line_id == codes.line_id)
        )
        question = (
            select(REDEEM_CODES, ORDERS.c.number, lines.sku)
            .join(ORDERS, is_order)
            .join(ORDER_LINES, is_line)
            .where(ORDERS.c.person == person, codes.is_void.is_(False))
            .order_by(ORDERS.c.received_at.desc(), codes.order_id, lines.position, codes.seat)
            .limit(at_most)
        )
        with self._database.reading() as connection:
            rows = connection.execute(question).all()
        return [BoughtSeat(_seat(row), self._opened(row), row.number or row.order_id, row.sku) for row in rows]

    def find(self, code: str) -> Seat | None:
        """Return the seat of a code as somebody typed it, with or without blanks and dashes; ``None`` for no such."""
        hashes = [self._keyring.signature(key, _LOOK_UP, _read(code)) for key in self._keyring.fingerprints]
        with self._database.reading() as connection:
            row = connection.execute(select(REDEEM_CODES).where(REDEEM_CODES.c.code_hash.in_(hashes))).first()
        return None if row is None else _seat(row)

    def redeem(self, seat: Seat, person: str, user_id: int) -> bool:
        """Give a seat to somebody, and make its order due; the worker gives what it entitles to.

        Args:
            seat: as ``find`` returned it.
            person: ``Identity.key`` of who has it from now on.
            user_id: their account.

        Returns:
            Whether it is theirs; ``False`` where another was first, or it was given back.
        """
        now = int(time.time())
        free = (REDEEM_CODES.c.redeemed_at == 0) & REDEEM_CODES.c.is_void.is_(False)
        due = {
            "due_at": clock.now(self._database.engine.dialect),
            "tries": 0,
            "state": "waiting",
            "revision": ORDERS.c.revision + 1,
        }
        taken = update(REDEEM_CODES).where(*_is(seat), free)
        with self._database.transaction() as connection:
            values = {"redeemed_by": person, "user_id": user_id, "redeemed_at": now}
            if not connection.execute(taken.values(**values)).rowcount:
                return _is_theirs(connection, seat, person)
            one = (ORDERS.c.storefront == seat.storefront) & (ORDERS.c.id == seat.order_id)
            connection.execute(update(ORDERS).where(one).values(**due))
            return True

    def set_void(self, seat: Seat, *, is_void: bool) -> bool:
        """Say whether a seat's code is good for nothing; return whether that holds now.

        A seat that somebody redeems in this moment is not made void: their entitlement ends by itself.
        """
        unused = update(REDEEM_CODES).where(*_is(seat), REDEEM_CODES.c.redeemed_at == 0)
        with self._database.transaction() as connection:
            return connection.execute(unused.values(is_void=is_void)).rowcount > 0

    def _opened(self, row: Any) -> str:
        code = self._keyring.opened(_LOOK_UP, row.sealed, _place(row))
        return "" if code is None else code.decode()


def _read(code: str) -> str:
    """Return a code as it was made: people take some letters for others (Crockford)."""
    return code.replace("-", "").replace(" ", "").upper().translate(_READ_AS)


def _place(seat: Any) -> str:
    return "\n".join((seat.storefront, seat.order_id, seat.line_id, str(seat.seat)))


def _is(seat: Seat) -> tuple[sqlalchemy.ColumnElement[bool], ...]:
    codes = REDEEM_CODES.c
    return (
        codes.storefront == seat.storefront,
        codes.order_id == seat.order_id,
        codes.line_id == seat.line_id,
        codes.seat == seat.seat,
    )


def _is_theirs(connection: sqlalchemy.Connection, seat: Seat, person: str) -> bool:
    row = connection.execute(select(REDEEM_CODES.c.redeemed_by).where(*_is(seat))).first()
    return row is not None and bool(person) and row.redeemed_by == person


def _seat(row: Any) -> Seat:
    return Seat(
        row.storefront,
        row.order_id,
        row.line_id,
        row.seat,
        row.is_void,
        row.redeemed_by,
        row.user_id,
        row.redeemed_at,
    )
