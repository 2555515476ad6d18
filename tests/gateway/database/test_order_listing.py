from dataclasses import replace

import pytest
from sqlalchemy import text

from gateway.database.account_links import AccountLinks
from gateway.database.entitlements import Entitlement, Entitlements
from gateway.database.order_listing import OrderListing
from gateway.database.order_queue import OrderQueue
from gateway.database.orders import Orders
from schemas.learner import AccountLink
from schemas.order import Customer
from tests.gateway.database.orders import KIM, line, order, refunded, told

MIA = Customer("mia@example.com", "", "Mia", "Roe")


@pytest.fixture
def orders(database):
    return Orders(database)


@pytest.fixture
def listing(database):
    return OrderListing(database)


def test_orders_are_found_by_storefront_state_and_address(orders, listing, database):
    for number, (shop, customer) in enumerate((("shop", KIM), ("shop", MIA), ("other", KIM))):
        orders.receive(shop, told(order(number=f"o{number}", customer=customer)))
    queue = OrderQueue(database)
    queue.finish(queue.claim()[0], "dead", "unknown-sku", "no such product")
    assert {(one.storefront, one.id) for one in listing.listed()} == {("shop", "o0"), ("shop", "o1"), ("other", "o2")}
    assert {one.id for one in listing.listed(storefront="shop")} == {"o0", "o1"}
    assert {one.id for one in listing.listed(email="KIM@example.com")} == {"o0", "o2"}
    (dead,) = listing.listed(state="dead")
    assert (dead.error, dead.note, dead.due_at) == ("unknown-sku", "no such product", None)
    assert len(listing.listed(at_most=2)) == 2


def test_the_story_of_an_order_has_its_events_lines_and_refunds(orders, listing):
    orders.receive("shop", told(order(1, "paid", line(1), line(2, student=MIA), payment="pi")))
    orders.receive("shop", refunded(of="pi"))
    orders.receive("shop", told(order(number="other")))
    story = listing.story("shop", "1001")
    assert {one["key"] for one in story.events} == {"order-1001-1-paid", "refund-r1"}
    assert [(one["id"], one["sku"], one["student"]) for one in story.lines] == [
        ("l1", "SKU-INTRO", ""),
        ("l2", "SKU-INTRO", MIA.email),
    ]
    assert [one["id"] for one in story.refunds] == ["r1"]
    assert listing.story("other", "1001") is None


def test_a_person_is_erased_and_what_they_were_given_stays_as_a_fact(orders, listing, database):
    orders.receive("shop", told(order(1, "paid", line(1), line(2, student=MIA))))
    orders.receive("shop", told(order(number="1002", customer=MIA)))
    persons = [KIM.identity("shop"), MIA.identity("shop")]
    ledger, links = Entitlements(database), AccountLinks(database)
    for number, person in enumerate(persons, 1):
        ledger.put(
            Entitlement("shop", "1001", f"l{number}", 1, "course", 12, person=person.key, user_id=number, state="given")
        )
        links.own(AccountLink(person.issuer, person.subject, number, "login", email=person.email))
    assert listing.erase("MIA@example.com") == 2
    assert everything(database).count("mia") == 0
    assert everything(database).count("Roe") == 0
    assert "kim@example.com" in everything(database)
    assert [(one.person, one.user_id, one.state) for one in ledger.of_order("shop", "1001")] == [
        (persons[0].key, 1, "given"),
        ("", 2, "given"),
    ]
    assert links.find(persons[1].key) is None
    assert links.find(persons[0].key) is not None
    assert listing.erase("MIA@example.com") == 0


def test_an_erased_person_stays_erased_whatever_the_shop_tells_later(orders, listing, database):
    orders.receive("shop", told(order(1, customer=MIA)))
    listing.erase(MIA.email)
    orders.receive("shop", told(order(2, "refunded", line(1, student=replace(MIA)), customer=MIA)))
    assert orders.snapshot("shop", "1001").order.status == "refunded"
    assert orders.snapshot("shop", "1001").is_forgotten
    assert "mia" not in everything(database)


def test_lines_that_were_asked_for_bring_nobody_back(orders, listing, database):
    orders.receive("shop", told(replace(order(1, customer=MIA), lines=None)))
    before = orders.snapshot("shop", "1001")
    listing.erase(MIA.email)
    orders.put_lines(before, (line(1, student=MIA),))
    known = orders.put_lines(orders.snapshot("shop", "1001"), (line(1, student=MIA),))
    assert [one.student for one in known.order.lines] == [None]
    assert "mia" not in everything(database)


def test_whoever_looks_at_an_order_while_its_person_is_erased_looks_again(orders, listing, database):
    orders.receive("shop", told(order(1, "paid", line(1, student=MIA))))
    orders.receive("shop", told(order(number="1002", customer=MIA)))
    queue = OrderQueue(database)
    claims = queue.claim(2)
    listing.erase(MIA.email)
    for claim in claims:
        queue.finish(claim, "done")
    assert {claim.order_id for claim in queue.claim(2)} == {"1001", "1002"}


def test_the_number_of_an_erased_persons_order_and_what_was_noted_of_it_go_too(orders, listing, database):
    orders.receive("shop", told(replace(order(1, customer=MIA), number="MIA-1")))
    orders.note_lines("shop", "1001", {"l1": ("x", "mia is unknown")})
    queue = OrderQueue(database)
    queue.finish(queue.claim()[0], "dead", "x", "mia is unknown")
    Entitlements(database).put(
        Entitlement(
            "shop", "1001", "l1", 1, "course", 12, person=MIA.identity("shop").key, state="dead", note="mia is unknown"
        )
    )
    listing.erase(MIA.email)
    orders.receive("shop", told(replace(order(2, customer=MIA), number="MIA-1")))
    assert "mia" not in everything(database).lower()


def everything(database):
    tables = ("orders", "order_lines", "entitlements", "account_links", "order_events", "order_calls", "redeem_codes")
    with database.reading() as connection:
        return repr([[tuple(row) for row in connection.execute(text(f"SELECT * FROM {table}"))] for table in tables])
