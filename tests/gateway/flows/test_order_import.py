"""What an import leads to: the same as webhooks, and nothing where those have told it."""

import pytest
from sqlalchemy import select

from gateway.config.storefronts import StorefrontSettings
from gateway.database.imported_orders import ImportedOrders
from gateway.database.order_queue import OrderQueue
from gateway.database.tables import ORDER_EVENTS, ORDER_REFUNDS, ORDERS
from gateway.flows.order_import import OrderImport
from gateway.flows.order_intake import OrderIntake
from gateway.storefronts import listings
from gateway.storefronts.dialects import DIALECTS
from gateway.storefronts.listings import Record
from schemas.order import LineItem
from tests.gateway.database.orders import erased_of, orders_of
from tests.gateway.storefronts import bodies
from tests.gateway.storefronts.bodies import KINDS, NOW, PAID, SECRETS, written

ORDER_IDS = {"shopify": "450789469", "woocommerce": "727", "stripe": "cs_live_1", "standard": "A-1001"}


class Shop:
    """A storefront whose webhooks and listings arrive at one database."""

    def __init__(self, database, kind, monkeypatch, **settings):
        self.database, self.kind = database, kind
        self.settings = StorefrontSettings(name="shop", kind=kind, webhook_secrets=(SECRETS[kind],), **settings)
        self.orders, self.queue = orders_of(database), OrderQueue(database)
        self.importing = OrderImport(listings.told, ImportedOrders(database, erased_of(database)))
        self.intake = OrderIntake({"shop": self.settings}, DIALECTS, self.orders)
        monkeypatch.setattr("gateway.flows.order_intake.time.time", lambda: NOW)

    def sends(self, body, topic=""):
        headers = DIALECTS[self.kind].sign(written(body), SECRETS[self.kind], NOW, topic=topic)
        self.intake.receive("shop", headers, written(body))

    def imports(self, *contents, rehearse=False):
        read = [Record(number, content) for number, content in enumerate(contents, 1)]
        return [one.result for one in self.importing.run(self.settings, read, rehearse=rehearse)]

    def due(self):
        """Return which orders are due, and have them done."""
        claims = self.queue.claim(9)
        for claim in claims:
            self.queue.finish(claim, "done")
        return [claim.order_id for claim in claims]

    def standing(self):
        order_id = ORDER_IDS[self.kind]
        snapshot = self.orders.snapshot("shop", order_id)
        return snapshot.order.status, [snapshot.wanted(line) for line in snapshot.order.lines or ()]

    def rows(self):
        with self.database.reading() as connection:
            return {
                table.name: connection.execute(select(table)).all() for table in (ORDER_EVENTS, ORDERS, ORDER_REFUNDS)
            }


@pytest.fixture
def shop(database, monkeypatch):
    return lambda kind, **settings: Shop(database, kind, monkeypatch, **settings)


def refunded(kind):
    return {
        "shopify": bodies.shopify(financial_status="refunded", updated_at="2026-11-29T00:00:00Z"),
        "woocommerce": bodies.woocommerce(status="refunded", date_modified_gmt="2026-11-29T00:00:00"),
        "stripe": bodies.stripe_event("charge.refunded", {"id": "ch_1", "payment_intent": "pi_1", "refunded": True})
        | {"id": "evt_2"},
        "standard": bodies.standard("order.refunded", version=9),
    }[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_a_paid_order_is_on_record_and_due_as_if_a_webhook_had_told_of_it(shop, kind):
    one = shop(kind)
    assert one.imports(PAID[kind]()) == ["taken"]
    assert one.due() == [ORDER_IDS[kind]]
    imported = one.orders.snapshot("shop", ORDER_IDS[kind])
    one.sends(PAID[kind]())
    assert one.orders.snapshot("shop", ORDER_IDS[kind]) == imported
    assert one.due() == []


@pytest.mark.parametrize("kind", KINDS)
def test_to_import_twice_changes_nothing(shop, kind):
    one = shop(kind)
    assert one.imports(PAID[kind](), PAID[kind](), refunded(kind)) == ["taken", "known", "taken"]
    one.due()
    before = one.rows()
    assert one.imports(PAID[kind](), refunded(kind)) == ["known", "known"]
    assert (one.rows(), one.due()) == (before, [])


@pytest.mark.parametrize("kind", KINDS)
def test_to_import_what_a_webhook_has_brought_changes_nothing_and_writes_no_row(shop, kind):
    one = shop(kind)
    one.sends(PAID[kind]())
    one.sends(refunded(kind))
    one.due()
    before = one.rows()
    assert one.imports(PAID[kind](), refunded(kind)) == ["known", "known"]
    assert (one.rows(), one.due()) == (before, [])


@pytest.mark.parametrize("kind", KINDS)
def test_a_refund_of_which_no_webhook_told_takes_back(shop, kind):
    one = shop(kind)
    one.sends(PAID[kind]())
    one.due()
    assert one.imports(refunded(kind)) == ["taken"]
    assert (one.due(), set(one.standing()[1])) == ([ORDER_IDS[kind]], {0})


@pytest.mark.parametrize("kind", ["shopify", "woocommerce"])
def test_a_listing_that_is_older_than_what_webhooks_have_told_changes_nothing(shop, kind):
    one = shop(kind)
    one.sends(refunded(kind))
    one.due()
    assert one.imports(PAID[kind]()) == ["known"]
    assert (one.standing()[0], one.due()) == ("refunded", [])


def test_a_cancelled_order_of_which_nothing_is_on_record_gives_nothing_later_either(shop):
    one = shop("woocommerce")
    assert one.imports(bodies.woocommerce(status="cancelled")) == ["taken"]
    one.sends(bodies.woocommerce())
    assert one.standing() == ("cancelled", [0, 0])


def test_unpaid_orders_and_those_of_tests_are_ignored(shop):
    one = shop("shopify")
    assert one.imports(
        bodies.shopify(financial_status="pending"), bodies.shopify(test=True), {"id": 1}, bodies.shopify()
    ) == ["unpaid", "test", "refused", "taken"]
    assert one.due() == ["450789469"]


def test_orders_of_tests_are_taken_where_the_settings_say_so(shop):
    assert shop("shopify", test_orders=True).imports(bodies.shopify(test=True)) == ["taken"]


def test_an_order_on_record_that_is_not_paid_any_more_is_not_ignored(shop):
    one = shop("shopify")
    one.sends(bodies.shopify())
    assert one.imports(bodies.shopify(financial_status="pending", updated_at="2026-11-29T00:00:00Z")) == ["taken"]
    assert one.standing() == ("unpaid", [0, 0])


def test_a_session_of_stripes_that_was_paid_meanwhile_is_taken_although_it_was_begun_before(shop):
    one = shop("stripe")
    one.sends(bodies.stripe(payment_status="unpaid"))
    session = bodies.stripe_session(created=int(NOW) - 900)
    assert one.imports(session, session) == ["taken", "known"]
    assert one.standing() == ("paid", [1, 2])


def test_a_session_of_stripes_that_a_webhook_has_told_of_is_known(shop):
    one = shop("stripe")
    one.sends(bodies.stripe())
    one.due()
    assert one.imports(bodies.stripe_session(created=int(NOW) - 900)) == ["known"]
    assert one.imports(bodies.stripe_session(created=int(NOW) - 900, payment_status="unpaid")) == ["known"]
    assert (one.standing(), one.due()) == (("paid", [1, 2]), [])


def test_the_lines_for_which_the_shop_was_asked_stay(shop):
    one = shop("woocommerce")
    body = bodies.woocommerce(refunds=[{"id": 9, "total": "-10.00"}])
    assert one.imports(body) == ["taken"]
    one.orders.put_lines(one.orders.snapshot("shop", "727"), (LineItem("315", "INTRO", 1, 0),))
    one.due()
    assert one.imports(body) == ["known"]
    assert (one.standing(), one.due()) == (("paid", [0]), [])


def test_a_rehearsal_says_the_same_and_writes_nothing(shop):
    one = shop("standard")
    one.sends(PAID["standard"]())
    one.due()
    before = one.rows()
    told = [PAID["standard"](), bodies.standard(id="A-1002"), refunded("standard"), {"type": "x"}, {}]
    assert one.imports(*told, rehearse=True) == ["known", "taken", "taken", "other", "refused"]
    assert (one.rows(), one.due()) == (before, [])
    assert one.imports(*told) == ["known", "taken", "taken", "other", "refused"]
    assert sorted(one.due()) == ["A-1001", "A-1002"]


def test_an_order_whose_people_were_erased_stays_so(shop, database):
    one = shop("standard")
    one.imports(PAID["standard"]())
    erased_of(database).erase("kim@example.com")
    one.imports(bodies.standard(version=4))
    assert one.orders.snapshot("shop", "A-1001").order.customer.email == ""
    assert "kim@example.com" not in str(one.rows())
