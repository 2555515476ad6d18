"""PostgreSQL is lost and comes back, twice, while people click and a shop tells of orders: nobody and nothing is lost."""

import re
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

import pytest
import requests

from tests.journeys.gateway_process import gateway_at
from tests.journeys.test_orders import STOREFRONT, courses_of, told
from tests.patience import PATIENT_SECONDS, wait_until

OUTAGES = 2
ORDERS_AT_ONCE = 3
CLICKS_MEANWHILE = 10
CLICKING = 2
FOLLOWED = 5


@pytest.fixture
def shopping(tmp_path, addresses, portal, provider, redis_server, postgresql):
    """A gateway with two workers that fulfil orders, on PostgreSQL."""
    settings = {"GATEWAY_DATABASE_URL": postgresql.new_database().reveal()}
    gateway = gateway_at(addresses["shopping"], tmp_path, portal, provider, redis_server.url(12), settings)
    with (tmp_path / "gateway.toml").open("a") as file:
        file.write(STOREFRONT)
    yield gateway.start()
    gateway.end()


@dataclass
class Clicking:
    """Somebody who clicks without end, in a thread.

    Attributes:
        visitor: who is signed in.
        answers: of each click, its status and where it leads.
        pages: where each ``FOLLOWED``th has led.
        ended: ends it.
    """

    visitor: object
    answers: list = field(default_factory=list)
    pages: list = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self):
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while not self.ended.is_set():
            answer = self.visitor.ask("/go/course/12")
            self.answers.append((answer.status_code, answer.headers.get("Location", "")))
            time.sleep(0.05)  # a person needs some time, too, and the machine is not theirs alone
            if answer.status_code == requests.codes.found and len(self.answers) % FOLLOWED == 0:
                self.pages.append(requests.get(self.answers[-1][1], timeout=PATIENT_SECONDS).text)

    def stop(self):
        self.ended.set()
        self.thread.join()


@dataclass
class Shop:
    """A shop that tells of an order until it is acknowledged, as shops do; further ones in threads of their own.

    Attributes:
        gateway: whom it tells.
        answers: all that it was told.
    """

    gateway: object
    answers: list = field(default_factory=list)
    threads: list = field(default_factory=list)

    def sells(self, order, email):
        self.threads.append(threading.Thread(target=self._tell, args=(order, email)))
        self.threads[-1].start()

    def _tell(self, order, email):
        end = time.monotonic() + 90
        while time.monotonic() < end:
            self.answers.append(told(self.gateway, order, email))
            if self.answers[-1] == 200:
                return
            time.sleep(0.3)


@pytest.mark.timeout(300)
def test_a_restart_of_postgresql_costs_no_click_and_no_order(shopping, portal, postgresql, newcomers, visit, numbers):
    people = [newcomers() for _ in range(CLICKING)]
    visitors = [visit(shopping.url, person.login) for person in people]
    for visitor, person in zip(visitors, people, strict=True):
        assert person.first_name in visitor.go("/go/course/12").text
    customers = [f"customer{next(numbers)}@acme.example" for _ in range(3 * OUTAGES * ORDERS_AT_ONCE)]
    orders = iter([(f"restart-{number}", email) for number, email in enumerate(customers)])
    shop, clicking = Shop(shopping), [Clicking(visitor) for visitor in visitors]

    def sell_and_click():
        for _ in range(ORDERS_AT_ONCE):
            shop.sells(*next(orders))
        before = [len(one.answers) for one in clicking]
        wait_until(
            lambda: all(len(one.answers) >= n + CLICKS_MEANWHILE for one, n in zip(clicking, before, strict=True))
        )

    try:
        for _ in range(OUTAGES):
            sell_and_click()
            postgresql.stop()
            sell_and_click()
            assert shopping.readiness()[0] == 200
            postgresql.start()
            sell_and_click()
        for thread in shop.threads:
            thread.join()
        wait_until(lambda: all(courses_of(portal, email) == [12] for email in customers))
    finally:
        for one in clicking:
            one.stop()

    statuses = Counter(shop.answers)
    assert set(statuses) == {200, 503}
    assert statuses[200] == len(customers)
    for one, person in zip(clicking, people, strict=True):
        assert {status for status, _ in one.answers} == {302}
        assert all(re.match(rf"{re.escape(portal.url)}/", address) for _, address in one.answers)
        assert len({address for _, address in one.answers}) == len(one.answers), "each link is its own"
        assert one.pages
        assert all(person.name in page for page in one.pages)
    told_of = {line["event"] for line in shopping.events()}
    assert "problem.unforeseen" not in told_of
    assert "orders.unforeseen" not in told_of
    assert "Traceback" not in shopping.text()
    assert not [line for line in shopping.events() if line["event"] == "problem" and line["path"].startswith("/go")]
