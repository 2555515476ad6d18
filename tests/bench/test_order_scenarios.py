"""Each scenario of orders, in sizes that say nothing of how quick anything is: only what was done is looked at."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from bench import databases
from bench.plan import QUICK
from bench.scenarios import clicks_first, order_history, orders, webhooks
from bench.scenarios.orders import used
from bench.stage import running

PLAN = replace(
    QUICK,
    webhooks=30,
    webhook_rounds=1,
    paid_orders=20,
    known_orders=(10, 200),
    order_pairs=1,
    waiting_orders=50,
    waiting_pairs=1,
    waiting_seconds=1.5,
)


@pytest.fixture(scope="module")
def stage():
    with running() as stage:
        yield stage


@pytest.fixture
def found(stage, monkeypatch):
    """Return a function that runs a scenario with one kind of database.

    It runs in a thread of its own: an event loop may run in this one, a browser's for instance.
    """

    def of(scenario, name):
        monkeypatch.setattr(databases, "KINDS", {name: databases.KINDS[name]})
        with ThreadPoolExecutor(1) as beside:
            return beside.submit(scenario.run, stage, PLAN).result()

    return of


def test_every_webhook_is_a_committed_order(found):
    (committed, slowest) = found(webhooks, "PostgreSQL").goals
    assert committed.what.startswith("webhooks of new orders, PostgreSQL: ")
    assert (committed.measured, slowest.measured.count(";")) == ("60 of 60", 0)


def test_every_order_that_waits_is_fulfilled_once(found):
    findings = found(orders, "SQLite")
    assert {goal.what.partition("SQLite: ")[2]: goal.measured for goal in findings.goals} == {
        "enrolled, each once": "20 by 20 calls",
        "TalentLMS throttles": "0 times",
        "calls": "40",
    }


def test_webhooks_and_claims_are_measured_with_few_orders_and_with_many(found):
    findings = found(order_history, "SQLite")
    assert [row[:2] for row in findings.tables[0].rows] == [["SQLite", "10"], ["SQLite", "200"]]
    assert [goal.measured.endswith(" %") for goal in findings.goals] == [True, True]


def test_orders_are_fulfilled_beside_clicks_and_enough_are_left(found):
    findings = found(clicks_first, "SQLite")
    tail, waiting, throttled = findings.goals
    assert (tail.measured.count(";"), waiting.held, throttled.held) == (0, True, True)
    assert [row[0] for row in findings.tables[0].rows] == ["no orders, SQLite", "50 orders, SQLite"]


def test_a_limit_is_used_in_full_where_each_call_is_made_again_after_five_seconds():
    assert used([0.0, 1.0, 5.0, 6.0, 10.0], 2) == 1.0
    assert used([0.0, 1.0, 10.0, 11.0, 20.0], 2) == 0.5
