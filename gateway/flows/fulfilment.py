"""Order → what its lines entitle to, given; what they entitle to no longer, taken back. As often as needed.

Wanted is what the newest snapshot says, less what was given back. Done is what the entitlements say. Only the calls
that differ are made, so a duplicate, a late refund and an interrupted worker all end in the same.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

from gateway import log
from gateway.config.storefronts import StorefrontSettings
from gateway.database.entitlements import Entitlement, Entitlements
from gateway.database.orders import Orders, Snapshot
from gateway.errors import GatewayError, UserNotFound
from gateway.flows.customer_accounts import CustomerAccounts, Holder
from gateway.flows.dead_letters import (
    ACCOUNT_VANISHES,
    FORGOTTEN,
    NO_LINES,
    NO_STOREFRONT,
    UNKNOWN_SKU,
    DeadLetter,
    dead_letter,
)
from gateway.flows.ended_sales import EndedSales
from gateway.flows.entitling import Entitling
from gateway.flows.product_targets import ProductTargets, Target
from gateway.flows.seats import Seat, Seats
from schemas.order import Customer, LineItem, Order


class LineSource(Protocol):
    """Where the lines of an order are asked for that its webhook lacks."""

    def lines_of(self, storefront: str, order: Order) -> tuple[LineItem, ...] | None:
        """Return them; ``None`` where the shop cannot be asked. Raises ``GatewayError`` where it does not answer."""


@dataclass(frozen=True)
class Result:
    """How it stands with an order that was looked at.

    Attributes:
        state: all is ``done``; a fault, or a refund, waits for a person.
        error: the code of the first fault; or empty.
        note: the same as a sentence.
    """

    state: Literal["done", "dead", "review"]
    error: str = ""
    note: str = ""


@dataclass
class _Work:
    """What is collected while an order is looked at."""

    snapshot: Snapshot
    settings: StorefrontSettings
    check: Callable[[], None]
    done: dict[tuple[str, int, str, int], Entitlement]
    wanted: set[tuple[str, int, str, int]] = field(default_factory=set)
    faults: dict[str, DeadLetter] = field(default_factory=dict)
    holders: dict[str, Holder] = field(default_factory=dict)


class Fulfilment:
    """Fulfilment of orders.

    Args:
        storefronts: the storefronts, by name.
        orders: what was told.
        entitlements: what was done.
        seats: whose each seat of a line is.
        accounts: accounts of customers.
        products: what products open.
        entitling: makes the calls.
        lines: where lines are asked for that a webhook lacks.
    """

    def __init__(
        self,
        storefronts: Mapping[str, StorefrontSettings],
        orders: Orders,
        entitlements: Entitlements,
        seats: Seats,
        accounts: CustomerAccounts,
        products: ProductTargets,
        entitling: Entitling,
        lines: LineSource | None = None,
    ) -> None:
        self._storefronts = storefronts
        self._orders = orders
        self._entitlements = entitlements
        self._seats = seats
        self._accounts = accounts
        self._products = products
        self._entitling = entitling
        self._ended_sales = EndedSales(entitlements, products, entitling)
        self._lines = lines

    def fulfil(self, storefront: str, order_id: str, check: Callable[[], None]) -> Result:
        """Make the calls that an order still needs, and no others.

        Args:
            storefront: whose order.
            order_id: which.
            check: raises where the order is another worker's by now; called before each call that changes something.

        Raises:
            GatewayError: it has to be tried again; what was done until then is on disk.
        """
        snapshot = self._orders.snapshot(storefront, order_id)
        if snapshot is None:
            return Result("done")
        settings = self._storefronts.get(storefront)
        if settings is None:
            letter = DeadLetter(NO_STOREFRONT)
            return Result("dead", letter.code, letter.sentence)
        done = {_key(one): one for one in self._entitlements.of_order(storefront, order_id)}
        try:
            snapshot = self._with_lines(snapshot, settings)
        except DeadLetter as letter:
            return Result("dead", letter.code, letter.sentence)
        work = _Work(snapshot, settings, check, done)
        for line in snapshot.order.lines or ():
            self._line(work, line)
        self._seats.close_others(snapshot)
        for key, one in sorted(work.done.items()):
            if key not in work.wanted:
                self._end(work, key, one)
        return self._result(work)

    def _with_lines(self, snapshot: Snapshot, settings: StorefrontSettings) -> Snapshot:
        order = snapshot.order
        if order.lines is not None or order.status != "paid" or (order.is_test and not settings.test_orders):
            return snapshot
        try:
            lines = self._lines.lines_of(snapshot.storefront, order) if self._lines else None
        except GatewayError as error:
            raise dead_letter(error) or error from None
        if lines is None:
            raise DeadLetter(NO_LINES)
        return self._orders.put_lines(snapshot, lines)

    def _line(self, work: _Work, line: LineItem) -> None:
        """Give what a line entitles to; a fault of the line's own stays with it."""
        order, settings = work.snapshot.order, work.settings
        number = work.snapshot.wanted(line) if settings.test_orders or not order.is_test else 0
        has_first = any(key[:2] == (line.id, 1) and one.tried_at for key, one in work.done.items())
        try:
            seats = self._seats.of(work.snapshot, line, number, has_first=has_first)
        except DeadLetter as letter:
            work.faults[line.id] = letter
            work.wanted |= {key for key in work.done if key[0] == line.id} if number else set()
            return
        for seat in seats:
            try:
                self._seat(work, line, seat)
            except DeadLetter as letter:
                work.faults[line.id] = letter
                work.wanted |= {key for key in work.done if key[:2] == (line.id, seat.number)}
        if not order.is_test and line.quantity == 1 and work.snapshot.is_given_back(line):
            self._note_ended(work, line)

    def _note_ended(self, work: _Work, line: LineItem) -> None:
        """Write down that a line entitles to nothing any more whose course was never given: it is not sold twice.

        A launch may have given it, before the order was looked at; then it is taken back.
        """
        product = work.settings.products.get(line.sku)
        if product is None or any(key[0] == line.id for key in work.done):
            return
        storefront, whose = work.snapshot.storefront, Seat(1, line.student or work.snapshot.order.customer)
        person = _person(storefront, whose)
        seat = Entitlement(storefront, work.snapshot.order.id, line.id, 1, "course", 0, person=person)
        launched = self._ended_sales.note(replace(seat, user_id=self._accounts.known(person)), product)
        work.done |= {_key(one): one for one in launched}

    def _seat(self, work: _Work, line: LineItem, seat: Seat) -> None:
        rows = self._rows(work, line, seat)
        work.wanted |= {_key(one) for one in rows}
        open_rows = [one for one in rows if one.state != "given" or self._has_moved(work, one, seat)]
        if not open_rows:
            return
        new = [one for one in rows if _key(one) not in work.done]
        if len(new) > 1:  # all of them are decided on before the first is given
            self._entitlements.put(*new)
        for one in open_rows:
            self._given(work, one, seat)

    def _rows(self, work: _Work, line: LineItem, seat: Seat) -> Sequence[Entitlement]:
        """Return a seat's entitlements: those that were decided on, else what its product opens today."""
        mine = [one for key, one in sorted(work.done.items()) if key[:2] == (line.id, seat.number)]
        if any(one.tried_at for one in mine):
            return mine
        product = work.settings.products.get(line.sku)
        if product is None:
            raise DeadLetter(UNKNOWN_SKU, line.sku or "no SKU")
        try:
            targets = self._products.of(product)
        except GatewayError as error:
            raise dead_letter(error) or error from None
        return [self._row(work, line, seat, target) for target in targets]

    def _row(self, work: _Work, line: LineItem, seat: Seat, target: Target) -> Entitlement:
        snapshot = work.snapshot
        made = Entitlement(
            snapshot.storefront, snapshot.order.id, line.id, seat.number, target.kind, target.id, target.group_key
        )
        return work.done.get(_key(made), made)

    def _has_moved(self, work: _Work, one: Entitlement, seat: Seat) -> bool:
        """Return whether what was given is another person's by now."""
        if work.snapshot.is_forgotten or not one.person:
            return False
        return _person(work.snapshot.storefront, seat) not in (one.person, "")

    def _holder(self, work: _Work, seat: Seat) -> Holder:
        if isinstance(seat.whose, Holder):
            return seat.whose
        if work.snapshot.is_forgotten:
            raise DeadLetter(FORGOTTEN)
        person = _person(work.snapshot.storefront, seat)
        if person not in work.holders:
            try:
                work.holders[person] = self._accounts.holder(work.snapshot.storefront, seat.whose)
            except GatewayError as error:
                raise dead_letter(error) or error from None
        return work.holders[person]

    def _given(self, work: _Work, one: Entitlement, seat: Seat) -> None:
        holder = self._holder(work, seat)
        if one.state in ("given", "review") and one.user_id == holder.user_id:
            work.done[_key(one)] = replace(one, state="given", person=holder.person)
            self._entitlements.put(work.done[_key(one)])
            return
        if one.state in ("given", "wanted") and one.tried_at and one.user_id != holder.user_id:
            one = self._entitling.take(one, "unenroll", work.check)
        try:
            given = self._entitling.give(one, holder, work.check)
        except UserNotFound as error:
            self._accounts.gone(holder)
            work.holders.pop(holder.person, None)
            again = self._holder(work, seat)
            if again == holder:
                raise _vanished(error, seat, again) from None
            try:
                given = self._entitling.give(one, again, work.check)
            except UserNotFound as error_again:
                raise _vanished(error_again, seat, again) from None
        work.done[_key(given)] = given

    def _end(self, work: _Work, key: tuple[str, int, str, int], one: Entitlement) -> None:
        work.done[key] = self._entitling.take(one, work.settings.on_refund, work.check)

    def _result(self, work: _Work) -> Result:
        snapshot = work.snapshot
        faults = {line_id: (letter.code, letter.sentence) for line_id, letter in work.faults.items()}
        self._orders.note_lines(snapshot.storefront, snapshot.order.id, faults)
        dead = [*faults.values(), *((one.error, one.note) for one in work.done.values() if one.state == "dead")]
        if dead:
            code, note = dead[0]
            log.event("order.dead_letter", storefront=snapshot.storefront, order=snapshot.order.id, why=code, note=note)
            return Result("dead", code, note)
        return Result("review" if any(one.state == "review" for one in work.done.values()) else "done")


def _person(storefront: str, seat: Seat) -> str:
    if isinstance(seat.whose, Holder):
        return seat.whose.person
    customer: Customer = seat.whose
    return customer.identity(storefront).key if customer.id or customer.email else ""


def _vanished(error: UserNotFound, seat: Seat, holder: Holder) -> DeadLetter:
    """Return what is told of an account that does not exist: whoever redeemed a seat has just that one."""
    if isinstance(seat.whose, Holder):
        return DeadLetter(error.code)
    return DeadLetter(ACCOUNT_VANISHES, f"user {holder.user_id}")


def _key(one: Entitlement) -> tuple[str, int, str, int]:
    return one.line_id, one.seat, one.kind, one.target
