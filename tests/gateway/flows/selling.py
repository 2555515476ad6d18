"""A storefront's back office on the real things: a database, a TalentLMS sandbox, a memory; and a shop that tells."""

from dataclasses import replace

from gateway.config.storefronts import StorefrontSettings
from gateway.database.entitlements import Entitlements
from gateway.database.holdings import Holdings
from gateway.database.launched_enrolments import LaunchedEnrolments
from gateway.database.order_faults import OrderFaults
from gateway.database.order_listing import OrderListing
from gateway.database.order_queue import OrderQueue
from gateway.database.redeem_codes import RedeemCodes
from gateway.flows.accounts import Accounts
from gateway.flows.customer_accounts import CustomerAccounts
from gateway.flows.fulfilment import Fulfilment
from gateway.flows.managed_password import ManagedPasswords
from gateway.flows.membership_changes import MembershipChanges
from gateway.flows.persistent_faults import PersistentFaults
from gateway.flows.product_targets import ProductTargets
from gateway.flows.seats import Seats
from gateway.flows.told_orders import ToldOrders
from gateway.keyring import Keyring
from gateway.store.locks import Locks
from schemas.order import Customer, LineItem, Order, OrderEvent, Refund
from schemas.product import Product
from tests.gateway.database.orders import orders_of
from tests.gateway.flows.scene import NEW_KEY

KIM = Customer("kim@shop.example", "c-77", "Kim", "Lee")
GUEST = Customer("guest@shop.example", "", "Gus", "Guest")
PRODUCTS = {
    "SKU-INTRO": Product("course", 12),
    "SKU-LAW": Product("course", 34),
    "SKU-GONE": Product("course", 4711),
    "SKU-ALL": Product("category", 3),
    "SKU-NONE": Product("category", 1),
    "SKU-TEAM": Product("group", key="TEAM-9"),
    "SKU-NO-TEAM": Product("group", key="NONE"),
}


def line(number=1, sku="SKU-INTRO", quantity=1, current=None, student=None):
    return LineItem(f"l{number}", sku, quantity, quantity if current is None else current, student)


class Shop:
    """Everything that an order goes through.

    Attributes:
        settings: of the storefront ``shop``; a test may replace them.
    """

    def __init__(self, lms, store, database, links):
        self.settings = StorefrontSettings(name="shop", kind="standard", products=PRODUCTS)
        self.lms, self.links = lms, links
        self.orders, self.queue, self.listing = orders_of(database), OrderQueue(database), OrderListing(database)
        self.entitlements = Entitlements(database)
        self.codes = RedeemCodes(database, Keyring([NEW_KEY]))
        passwords = ManagedPasswords(Keyring([NEW_KEY]))
        types = ("Learner", "Learner-Type")
        accounts = Accounts(lms, links, Locks(store), passwords, types)
        self.launched = LaunchedEnrolments(database)
        self.membership_changes = MembershipChanges(lms, Holdings(database), Locks(store), self.launched)
        self.lines = None
        self._seats, self._products = Seats(self.codes), ProductTargets(lms)
        self._accounts = CustomerAccounts(lms, links, accounts, types)
        self._persistent_faults = PersistentFaults(lms, OrderFaults(database))
        self._version = 0

    @property
    def _parts(self):
        return (
            ToldOrders(self.orders, self.lines),
            self.entitlements,
            self._seats,
            self._accounts,
            self._products,
            self.membership_changes,
            self._persistent_faults,
        )

    def tells(self, *lines, status="paid", customer=KIM, order="1001", version=None, **more):
        """Tell how an order stands, newer than everything before."""
        self._version = version or self._version + 1
        told = Order(order, self._version, status, customer, lines, **more)
        return self.orders.receive("shop", OrderEvent(f"{order}-{self._version}-{status}", "order", order=told))

    def refunds(self, refund, order="1001", **lines):
        told = Refund(refund, order, tuple(lines.items()) or None)
        return self.orders.receive("shop", OrderEvent(f"refund-{refund}", "refund", refund=told))

    def sets(self, **settings):
        self.settings = replace(self.settings, **settings)

    def fulfils(self, order="1001", check=lambda: None):
        fulfilment = Fulfilment({"shop": self.settings}, *self._parts)
        return fulfilment.fulfil("shop", order, check)

    def line_faults(self, order="1001"):
        """Return the code of what each line of an order waits for, in order."""
        return [one["error"] for one in self.listing.story("shop", order).lines]

    def ledger(self, order="1001"):
        """Return by line and target how each entitlement stands."""
        return {(one.line_id, one.target): one.state for one in self.entitlements.of_order("shop", order)}
