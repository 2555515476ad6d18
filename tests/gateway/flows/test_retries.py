"""What waits for a person is tried again, and the audit trail says who said so."""

import pytest

from gateway import context, log
from gateway.database.assigned_people import AssignedPeople
from gateway.database.order_listing import OrderListing
from gateway.database.order_queue import OrderQueue
from gateway.database.upgrade import opened
from gateway.flows.retries import Retries
from schemas.secret import Secret
from tests.databases import new_database
from tests.gateway.database.orders import line, order, orders_of, told


class Trail:
    """Keeps what is done."""

    log_only = frozenset()

    def __init__(self):
        self.entries = []

    def add(self, entry):
        self.entries.append((entry.event, entry.outcome, entry.origin, dict(entry.facts)))


@pytest.fixture
def trail():
    kept = Trail()
    context.begin(trail=kept)
    yield kept
    context.end()


@pytest.fixture
def database(tmp_path):
    return opened(Secret(new_database(tmp_path)))


@pytest.fixture
def woken():
    return []


@pytest.fixture
def retries(database, woken):
    return Retries(OrderQueue(database), AssignedPeople(database), lambda: woken.append("told"))


@pytest.fixture
def dead(database):
    """Four orders of two shops: of the first two that are dead and one that is done, of the second a dead one."""
    orders, queue = orders_of(database), OrderQueue(database)
    states = {("shop", "1"): "dead", ("shop", "2"): "dead", ("shop", "3"): "done", ("other", "4"): "dead"}
    for storefront, number in states:
        orders.receive(storefront, told(order(1, "paid", line(1), number=number)))
    for claim in queue.claim(9):
        queue.finish(claim, states[claim.storefront, claim.order_id], "unknown-sku", "No product with this SKU.")
    return OrderListing(database)


def test_one_order_is_tried_again_and_the_trail_says_who_said_so(retries, dead, trail, woken):
    assert retries.order("shop", "1", "operator-page") == 1
    assert [one.id for one in dead.listed(state="waiting")] == ["1"]
    assert (dead.number("dead"), dead.number("waiting"), dead.number("done")) == (2, 1, 1)
    assert trail.entries == [("retry", "success", "shop", {"order": "1", "number": 1, "by": "operator-page"})]
    assert woken == ["told"]


def test_all_dead_orders_of_one_storefront_are_tried_again_and_no_others(retries, dead, trail, woken):
    assert retries.dead_orders("shop", "command") == 2
    assert sorted((one.storefront, one.id) for one in dead.listed(state="waiting")) == [("shop", "1"), ("shop", "2")]
    assert [one.id for one in dead.listed(state="dead")] == ["4"]
    assert trail.entries == [("retry", "success", "shop", {"number": 2, "by": "command"})]


def test_where_there_is_none_nothing_is_done(retries, dead, trail, woken):
    assert (retries.order("shop", "9", "command"), retries.dead_orders("nowhere", "command")) == (0, 0)
    assert retries.people("default", "command") == 0
    assert [entry[:2] for entry in trail.entries] == [("retry", "nothing")] * 3
    assert woken == []


def test_the_line_in_the_log_says_so_too(retries, dead):
    told_of = []
    log.observe_by(lambda name, facts: told_of.append((name, facts["number"])))
    retries.dead_orders("shop", "operator-page")
    log.observe_by(None)
    assert told_of == [("audit.retry", 2)]
