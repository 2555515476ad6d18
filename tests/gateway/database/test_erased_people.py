from dataclasses import replace

import pytest
from sqlalchemy import text

from gateway.database.account_links import AccountLinks
from gateway.database.entitlements import Entitlement, Entitlements
from gateway.database.erased_people import ErasedPeople
from gateway.database.imported_orders import ImportedOrders
from gateway.database.order_queue import OrderQueue
from gateway.database.orders import Orders
from gateway.keyring import Keyring
from schemas.learner import AccountLink
from schemas.order import Customer
from schemas.secret import Secret
from tests.gateway.database.orders import KEYS, KIM, line, order, told
from tests.gateway.threads import at_once

MIA = Customer("mia@example.com", "", "Mia", "Roe")


@pytest.fixture
def erased(database):
    return ErasedPeople(database, Keyring(KEYS))


@pytest.fixture
def orders(database, erased):
    return Orders(database, erased)


def test_a_person_is_erased_and_what_they_were_given_stays_as_a_fact(orders, erased, database):
    orders.receive("shop", told(order(1, "paid", line(1), line(2, student=MIA))))
    orders.receive("shop", told(order(number="1002", customer=MIA)))
    persons = [KIM.identity("shop"), MIA.identity("shop")]
    ledger, links = Entitlements(database), AccountLinks(database)
    for number, person in enumerate(persons, 1):
        ledger.put(
            Entitlement("shop", "1001", f"l{number}", 1, "course", 12, person=person.key, user_id=number, state="given")
        )
        links.own(AccountLink(person.issuer, person.subject, number, "login", email=person.email))
    assert erased.erase("MIA@example.com") == 2
    assert everything(database).count("mia") == 0
    assert everything(database).count("Roe") == 0
    assert "kim@example.com" in everything(database)
    assert [(one.person, one.user_id, one.state) for one in ledger.of_order("shop", "1001")] == [
        (persons[0].key, 1, "given"),
        ("", 2, "given"),
    ]
    assert links.find(persons[1].key) is None
    assert links.find(persons[0].key) is not None
    assert erased.erase("MIA@example.com") == 0


def test_an_erased_person_stays_erased_whatever_the_shop_tells_later(orders, erased, database):
    orders.receive("shop", told(order(1, customer=MIA)))
    erased.erase(MIA.email)
    orders.receive("shop", told(order(2, "refunded", line(1, student=replace(MIA)), customer=MIA)))
    assert orders.snapshot("shop", "1001").order.status == "refunded"
    assert orders.snapshot("shop", "1001").is_forgotten
    assert "mia" not in everything(database)


def test_lines_that_were_asked_for_bring_nobody_back(orders, erased, database):
    orders.receive("shop", told(replace(order(1, customer=MIA), lines=None)))
    before = orders.snapshot("shop", "1001")
    erased.erase(MIA.email)
    orders.put_lines(before, (line(1, student=MIA),))
    known = orders.put_lines(orders.snapshot("shop", "1001"), (line(1, student=MIA),))
    assert [one.student for one in known.order.lines] == [None]
    assert "mia" not in everything(database)


def test_whoever_looks_at_an_order_while_its_person_is_erased_looks_again(orders, erased, database):
    orders.receive("shop", told(order(1, "paid", line(1, student=MIA))))
    orders.receive("shop", told(order(number="1002", customer=MIA)))
    queue = OrderQueue(database)
    claims = queue.claim(2)
    erased.erase(MIA.email)
    for claim in claims:
        queue.finish(claim, "done")
    assert {claim.order_id for claim in queue.claim(2)} == {"1001", "1002"}


def test_the_number_of_an_erased_persons_order_and_what_was_noted_of_it_go_too(orders, erased, database):
    orders.receive("shop", told(replace(order(1, customer=MIA), number="MIA-1")))
    orders.note_lines("shop", "1001", {"l1": ("x", "mia is unknown")})
    queue = OrderQueue(database)
    queue.finish(queue.claim()[0], "dead", "x", "mia is unknown")
    Entitlements(database).put(
        Entitlement(
            "shop", "1001", "l1", 1, "course", 12, person=MIA.identity("shop").key, state="dead", note="mia is unknown"
        )
    )
    erased.erase(MIA.email)
    orders.receive("shop", told(replace(order(2, customer=MIA), number="MIA-1")))
    assert "mia" not in everything(database).lower()


MIAS = line(1, student=MIA)


def test_a_learner_who_was_erased_stays_so_whatever_the_shop_tells_later(orders, erased, database):
    orders.receive("shop", told(order(1, "paid", MIAS, line(2))))
    assert erased.erase(MIA.email) == 1
    lou = Customer("lou@example.com", "", "Lou", "Fox")
    orders.receive("shop", told(order(2, "paid", line(1, student=lou), line(2), line(3, student=replace(MIA, id="7")))))
    assert "mia" not in everything(database).lower()
    lines = orders.snapshot("shop", "1001").order.lines
    assert [one.student for one in lines] == [lou, None, Customer("")]
    assert orders.snapshot("shop", "1001").order.customer == KIM
    assert erased.erase(MIA.email) == 0


def test_a_learner_who_was_erased_does_not_come_back_as_the_customer(orders, erased, database):
    orders.receive("shop", told(order(1, "paid", MIAS)))
    erased.erase(MIA.email)
    orders.receive("shop", told(order(2, "paid", MIAS, customer=replace(MIA, id="c-9"))))
    assert "mia" not in everything(database).lower()
    assert "c-9" not in everything(database)


def test_lines_that_were_asked_for_bring_no_learner_back(orders, erased, database):
    orders.receive("shop", told(order(1, "paid", MIAS)))
    erased.erase(MIA.email)
    orders.receive("shop", told(replace(order(2), lines=None)))
    known = orders.put_lines(orders.snapshot("shop", "1001"), (MIAS, line(2)))
    assert [one.student for one in known.order.lines] == [Customer(""), None]
    assert orders.snapshot("shop", "1001").order.lines == known.order.lines
    assert "mia" not in everything(database).lower()


def test_an_import_brings_no_learner_back(orders, erased, database):
    orders.receive("shop", told(order(1, "paid", MIAS)))
    erased.erase(MIA.email)
    assert ImportedOrders(database, erased).take("shop", told(order(2, "paid", MIAS, line(2))))
    assert [one.student for one in orders.snapshot("shop", "1001").order.lines] == [Customer(""), None]
    assert "mia" not in everything(database).lower()


def test_a_person_who_was_erased_may_buy_again(orders, erased):
    orders.receive("shop", told(order(1, "paid", MIAS)))
    erased.erase(MIA.email)
    orders.receive("shop", told(order(1, "paid", MIAS, number="1002")))
    orders.receive("other", told(order(1, "paid", MIAS)))
    for shop, number in (("shop", "1002"), ("other", "1001")):
        assert orders.snapshot(shop, number).order.lines == (MIAS,)


def test_who_was_erased_is_known_by_any_of_the_keys_and_by_no_other(orders, erased, database):
    orders.receive("shop", told(order(1, "paid", MIAS)))
    erased.erase(MIA.email)
    keys = [Secret("another k" * 5), *KEYS]
    for version, (some, is_known) in enumerate([(keys, True), (keys[:1], False)], 2):
        again = Orders(database, ErasedPeople(database, Keyring(some)))
        again.receive("shop", told(order(version, "paid", MIAS)))
        assert (again.snapshot("shop", "1001").order.lines[0].student == Customer("")) is is_known


def test_a_telling_at_the_moment_of_the_erasure_brings_nobody_back(orders, erased, database):
    for number in range(4):
        orders.receive("shop", told(order(1, "paid", MIAS, number=f"o{number}")))

    def act(number):
        if number == 4:
            return erased.erase(MIA.email)
        return [orders.receive("shop", told(order(v, "paid", MIAS, number=f"o{number}"))) for v in range(2, 8)]

    answers = at_once(5, act)
    assert answers == [[True] * 6] * 4 + [4]
    assert "mia" not in everything(database).lower()


def everything(database):
    tables = (
        "orders",
        "order_lines",
        "entitlements",
        "account_links",
        "order_events",
        "order_calls",
        "redeem_codes",
        "erased_learners",
    )
    with database.reading() as connection:
        return repr([[tuple(row) for row in connection.execute(text(f"SELECT * FROM {table}"))] for table in tables])
