"""Order → what its lines entitle to, given; what they entitle to no longer, taken back. As often as needed.

Wanted is what the newest snapshot says, less what was given back. Done is what the entitlements say. Only the calls
that differ are made, so a duplicate, a late refund and an interrupted worker all end in the same.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from gateway import log
from gateway.config.storefronts import OnRefund, StorefrontSettings
from gateway.database.entitlements import Entitlement, Entitlements
from gateway.database.order_faults import Place
from gateway.errors import DryRun, GatewayError, UserNotFound
from gateway.flows.customer_accounts import CustomerAccounts, Holder
from gateway.flows.dead_letters import (
    ACCOUNT_VANISHES,
    FORGOTTEN,
    NO_STOREFRONT,
    UNKNOWN_SKU,
    DeadLetter,
    dead_letter,
)
from gateway.flows.ended_sales import EndedSales
from gateway.flows.membership_changes import MembershipChanges
from gateway.flows.order_work import Result, Work, key_of
from gateway.flows.persistent_faults import Look, PersistentFaults
from gateway.flows.product_targets import ProductTargets, Target
from gateway.flows.seats import Seat, Seats
from gateway.flows.told_orders import ToldOrders
from schemas.order import Customer, LineItem


class Fulfilment:
    """Fulfilment of orders.

    Args:
        storefronts: the storefronts, by name.
        orders: what was told of them.
        entitlements: what was done.
        seats: whose each seat of a line is.
        accounts: accounts of customers.
        products: what products open.
        changes: makes the calls.
        persistent_faults: keeps faults to where they were met.
    """

    def __init__(
        self,
        storefronts: Mapping[str, StorefrontSettings],
        orders: ToldOrders,
        entitlements: Entitlements,
        seats: Seats,
        accounts: CustomerAccounts,
        products: ProductTargets,
        changes: MembershipChanges,
        persistent_faults: PersistentFaults,
    ) -> None:
        self._storefronts = storefronts
        self._orders = orders
        self._entitlements = entitlements
        self._seats = seats
        self._accounts = accounts
        self._products = products
        self._changes = changes
        self._persistent_faults = persistent_faults
        self._ended_sales = EndedSales(entitlements, products, changes)

    def fulfil(
        self, storefront: str, order_id: str, check: Callable[[], None], decided: OnRefund | None = None
    ) -> Result:
        """Make the calls that an order still needs, and no others.

        Args:
            storefront: whose order.
            order_id: which.
            check: raises where the order is another worker's by now; called before each call that changes something.
            decided: what becomes of that which waits for a person because of a refund.

        Raises:
            GatewayError: there is an outage, and it has to be tried again; what was done until then is on disk.
        """
        look = self._persistent_faults.look(storefront, order_id, check)
        result = None
        with look.at(Place()):
            result = self._looked_at(look, storefront, order_id, decided)
        result = result or _unfinished(look)
        if result.state == "dead":
            log.event("order.dead_letter", storefront=storefront, order=order_id, why=result.error, note=result.note)
        return result

    def _looked_at(self, look: Look, storefront: str, order_id: str, decided: OnRefund | None) -> Result:
        snapshot = self._orders.snapshot(storefront, order_id)
        if snapshot is None:
            return Result("done")
        settings = self._storefronts.get(storefront)
        if settings is None:
            letter = DeadLetter(NO_STOREFRONT)
            return Result("dead", letter.code, letter.sentence)
        done = {key_of(one): one for one in self._entitlements.of_order(storefront, order_id)}
        try:
            snapshot = self._orders.with_lines(snapshot, settings)
        except DeadLetter as letter:
            return Result("dead", letter.code, letter.sentence)
        work = Work(snapshot, settings, look, done, decided=decided)
        for line in snapshot.order.lines or ():
            self._line(work, line)
        self._seats.close_others(snapshot)
        for key, one in sorted(work.done.items()):
            if key not in work.wanted:
                with look.apart(), look.at(Place(*key[:2])):
                    self._end(work, key, one)
        result = self._result(work)
        if look.held:
            raise look.held[0]
        return result

    def _line(self, work: Work, line: LineItem) -> None:
        """Give what a line entitles to; a fault of the line's own stays with it."""
        order, settings = work.snapshot.order, work.settings
        number = work.snapshot.wanted(line) if settings.test_orders or not order.is_test else 0
        has_first = any(key[:2] == (line.id, 1) and one.tried_at for key, one in work.done.items())
        seats: Sequence[Seat] = ()
        with work.kept(Place(line.id), is_wanted=number > 0):
            seats = self._seats.of(work.snapshot, line, number, has_first=has_first)
        for seat in seats:
            with work.kept(Place(line.id, seat.number)):
                self._seat(work, line, seat)
        if not order.is_test and line.quantity == 1 and work.snapshot.is_given_back(line):
            with work.kept(Place(line.id)):
                self._note_ended(work, line)

    def _note_ended(self, work: Work, line: LineItem) -> None:
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
        work.done |= {key_of(one): one for one in launched}

    def _seat(self, work: Work, line: LineItem, seat: Seat) -> None:
        rows = self._rows(work, line, seat)
        work.wanted |= {key_of(one) for one in rows}
        open_rows = [one for one in rows if one.state != "given" or self._has_moved(work, one, seat)]
        if not open_rows:
            return
        new = [one for one in rows if key_of(one) not in work.done]
        if len(new) > 1:  # all of them are decided on before the first is given
            self._entitlements.put(*new)
        for one in open_rows:
            self._given(work, one, seat)

    def _rows(self, work: Work, line: LineItem, seat: Seat) -> Sequence[Entitlement]:
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

    def _row(self, work: Work, line: LineItem, seat: Seat, target: Target) -> Entitlement:
        snapshot = work.snapshot
        made = Entitlement(
            snapshot.storefront, snapshot.order.id, line.id, seat.number, target.kind, target.id, target.group_key
        )
        return work.done.get(key_of(made), made)

    def _has_moved(self, work: Work, one: Entitlement, seat: Seat) -> bool:
        """Return whether what was given is another person's by now."""
        if work.snapshot.is_forgotten or not one.person:
            return False
        return _person(work.snapshot.storefront, seat) not in (one.person, "")

    def _holder(self, work: Work, seat: Seat) -> Holder:
        if isinstance(seat.whose, Holder):
            return seat.whose
        if work.snapshot.is_forgotten:
            raise DeadLetter(FORGOTTEN)
        person = _person(work.snapshot.storefront, seat)
        if person not in work.holders:
            work.look.check()
            try:
                work.holders[person] = self._accounts.holder(work.snapshot.storefront, seat.whose)
            except GatewayError as error:
                raise dead_letter(error) or error from None
        return work.holders[person]

    def _given(self, work: Work, one: Entitlement, seat: Seat) -> None:
        try:
            holder = self._holder(work, seat)
        except DeadLetter:
            if _may_have(one) and self._has_moved(work, one, seat):  # it is theirs no more, whoever comes next
                work.done[key_of(one)] = self._changes.take(one, "unenroll", work.look.check)
            raise
        if one.state in ("given", "review") and one.user_id == holder.user_id:
            work.done[key_of(one)] = replace(one, state="given", person=holder.person)
            self._entitlements.put(work.done[key_of(one)])
            return
        if _may_have(one) and one.user_id != holder.user_id:
            one = self._changes.take(one, "unenroll", work.look.check)
        try:
            given = self._changes.give(one, holder, work.look.check)
        except DryRun as error:
            work.look.held.append(error)  # the rest of the seat is told of, too
            return
        except UserNotFound as error:
            self._accounts.gone(holder)
            work.holders.pop(holder.person, None)
            again = self._holder(work, seat)
            if again == holder:
                raise _vanished(error, seat, again) from None
            try:
                given = self._changes.give(one, again, work.look.check)
            except UserNotFound as error_again:
                raise _vanished(error_again, seat, again) from None
        work.done[key_of(given)] = given

    def _end(self, work: Work, key: tuple[str, int, str, int], one: Entitlement) -> None:
        work.done[key] = self._changes.take(one, work.on_refund(one), work.look.check)

    def _result(self, work: Work) -> Result:
        self._orders.note_faults(work.snapshot, work.given_up())
        return work.result()


def _unfinished(look: Look) -> Result:
    """Return what comes of an order that met a fault before its lines were looked at."""
    letters = look.given_up()
    error = look.tried_again()
    if error is not None:
        return Result("waiting", error.code, error.note)
    letter = letters[Place()]
    return Result("dead", letter.code, letter.sentence)


def _may_have(one: Entitlement) -> bool:
    """Return whether an account may have what an entitlement was to give, and has not been rid of it."""
    has = one.state in ("given", "review") or one.tried_at > 0 or one.ours
    return has and one.state not in ("taken", "kept")


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
