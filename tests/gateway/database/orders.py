"""Orders and refunds as tests write them."""

from gateway.database.erased_people import ErasedPeople
from gateway.database.orders import Orders
from gateway.keyring import Keyring
from schemas.order import Customer, LineItem, Order, OrderEvent, Refund
from schemas.secret import Secret

KIM = Customer("kim@example.com", "c-77", "Kim", "Lee")
KEYS = [Secret("a key of " * 5)]


def orders_of(database):
    """Return the orders of a database."""
    return Orders(database, erased_of(database))


def erased_of(database):
    """Return who was erased from them."""
    return ErasedPeople(database, Keyring(KEYS))


def line(number=1, sku="SKU-INTRO", quantity=1, current=None, student=None):
    return LineItem(f"l{number}", sku, quantity, quantity if current is None else current, student)


def order(version=1, status="paid", *lines, number="1001", customer=KIM, payment="", **more):
    return Order(number, version, status, customer, lines or (line(),), payment=payment, **more)


def told(order, key=None):
    return OrderEvent(key or f"order-{order.id}-{order.version}-{order.status}", "order.updated", order=order)


def refunded(number="r1", of="1001", lines=None):
    return OrderEvent(f"refund-{number}", "order.refunded", refund=Refund(number, of, lines))
